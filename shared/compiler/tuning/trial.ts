/**
 * A place of a training graph by itself: its node, forward and backward, with inputs and cotangents in the layout that
 * they have around it, so that rearranging them is charged as it would be there.
 */
import { appendGradient } from '#shared/compiler/5-grad.ts';
import { placeName, type Choices, type Place } from '#shared/compiler/tuning/choices.ts';
import { modelLike } from '#shared/compiler/versions.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { isFloat, type TensorType } from '#shared/ir/tensor.ts';

/** An input to be drawn at random. */
export interface TrialInput {
  readonly name: string;
  readonly type: TensorType;
  /** What integers stay below. */
  readonly below: number;
}

export interface Trial {
  readonly model: Model;
  readonly inputs: readonly TrialInput[];
}

/**
 * @param candidate the way to write the place
 * @param choices ways to write others of the same node
 * @param like a model in the operator sets to write for
 */
export function trialOf(place: Place, candidate: string, choices: Choices, target: Target, like: Model): Trial {
  const spellings: Target['spellings'] = (point) => {
    if (placeName(point) !== place.name) return choices[placeName(point)];
    if (!point.candidates.includes(candidate)) throw new Error(`${place.name}: ${candidate} does not apply by itself`);
    return candidate;
  };
  const builder = new GraphBuilder(like.opsets[''] as number, undefined, { ...target, spellings });
  return new TrialWriter(place, builder).write(like);
}

class TrialWriter {
  readonly #place: Place;
  readonly #builder: GraphBuilder;
  readonly #types = new Map<string, TensorType>();
  readonly #inputs: TrialInput[] = [];

  constructor(place: Place, builder: GraphBuilder) {
    this.#place = place;
    this.#builder = builder;
  }

  write(like: Model): Trial {
    const { node, wanted, typeOf, constantOf } = this.#place.point;
    for (const name of [...node.inputs, ...node.outputs]) {
      const type = typeOf(name);
      if (type) this.#types.set(name, type);
    }
    const [first] = node.inputs as [string];
    const below = this.#types.get(first)?.shape.at(axisOf(node)) ?? 1;
    for (const name of new Set(node.inputs)) {
      const type = this.#types.get(name);
      const constant = constantOf(name);
      if (constant) this.#builder.initializer(name, constant);
      if (!type || constant) continue;
      if (name === first && this.#place.fromBlocks) this.#passed(this.#input(`${name}/plain`, type), name, type);
      else this.#input(name, type, below);
    }
    this.#builder.append(node);
    const [output] = node.outputs as [string];
    const type = this.#types.get(output) as TensorType;
    let result = output;
    if (this.#place.intoBlocks) result = this.#passed(output, `${output}/passed`, type);
    const seed = this.#input('cotangent', type);
    const wrt = node.inputs.filter((_, index) => wanted[index]);
    const graph = {
      nodes: [...this.#builder.nodes],
      types: this.#types,
      initializers: this.#builder.initializers,
      outputs: [],
    };
    const gradients = appendGradient(this.#builder, graph, new Map([[result, seed]]), wrt);
    this.#output(output, type, 'forward');
    for (const name of wrt) this.#outputGradient(name, gradients.get(name) as string);
    return { model: modelLike(this.#builder.build('trial'), like), inputs: this.#inputs };
  }

  #input(name: string, type: TensorType, below = 1): string {
    this.#inputs.push({ name, type, below });
    return this.#builder.input(name, type.dtype, type.shape);
  }

  /** Through the least that a processor does in blocks: each channel times a number. */
  #passed(value: string, name: string, type: TensorType): string {
    const channels = type.shape[1] as number;
    const weightType: TensorType = { dtype: type.dtype, shape: [channels, 1, 1, 1] };
    const weight = this.#input(`${name}/weight`, weightType);
    this.#builder.append({
      name: '',
      op: 'Conv',
      domain: '',
      inputs: [value, weight],
      outputs: [name],
      attributes: { group: { type: 'int', value: channels }, kernel_shape: { type: 'ints', value: [1, 1] } },
    });
    for (const [known, its] of [
      [value, type],
      [weight, weightType],
      [name, type],
    ] as const)
      this.#types.set(known, its);
    return name;
  }

  /** What is in blocks is read by more of the kind: by a product with the value itself, then by a convolution. */
  #outputGradient(name: string, gradient: string): void {
    const type = this.#types.get(name) as TensorType;
    const isBlocked = name === this.#place.point.node.inputs[0] && this.#place.fromBlocks;
    if (!isBlocked) return this.#output(gradient, type, 'gradient');
    const masked = this.#builder.op('Mul', [gradient, name]);
    this.#output(this.#passed(masked, this.#builder.fresh('gradient/passed'), type), type, 'gradient');
  }

  /** Pictures as sums over all but channels, which any layout gives; others as they are. */
  #output(value: string, { dtype, shape }: TensorType, hint: string): void {
    const name = this.#builder.fresh(`${hint}/result`);
    if (shape.length !== 4 || !isFloat(dtype)) {
      this.#builder.output(value, dtype, shape, name);
      return;
    }
    const sum = this.#builder.reduce('ReduceSum', value, [0, 2, 3], false);
    this.#builder.output(sum, dtype, [shape[1] as number], name);
  }
}

/** The axis along which integers, if it has any, are places. */
function axisOf({ attributes }: Place['point']['node']): number {
  const axis = attributes['axis'];
  return axis?.type === 'int' ? axis.value : 0;
}
