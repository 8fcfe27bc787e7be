/**
 * Types every value of a graph with fixed inputs, and turns what depends on shapes and constants alone into
 * initializers. It goes from front to back: a stretch of nodes is typed as far as the sizes it is built from are known,
 * then the shape arithmetic on it is computed, which opens the next stretch. So the oracle sees each node about once,
 * however many Reshapes to computed shapes a model has.
 */
import { reads, type Graph, type Model, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import { Readiness } from '#shared/ir/readiness.ts';
import { bytesOfType, int64Tensor, type Tensor } from '#shared/ir/tensor.ts';
import { ValueTooLarge } from '#shared/messages/value-too-large.ts';
import { takenBranch } from '#shared/compiler/branches.ts';
import { smallNodes } from '#shared/compiler/constant-bounds.ts';
import { inferAll, isFixed } from '#shared/compiler/inference.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';

export interface Folded {
  readonly model: Model;
  /**
   * Of every value; those that depend on data, and what follows from them, are not fixed. Behind an If whose condition
   * became known there are none: the branch it takes must stand in its place first.
   */
  readonly types: ReadonlyMap<string, ValueInfo>;
}

/** Operators that give something else on each run: never folded, and never run twice for one value. */
export const impure: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
  'Dropout',
]);

/**
 * @param types of values typed before
 * @param keep initializers that are to be trained: nothing that depends on their values is folded
 */
export async function fold(
  model: Model,
  types: ReadonlyMap<string, ValueInfo>,
  keep: readonly string[],
  oracle: Oracle,
): Promise<Folded> {
  const folding = new Folding(model, types, keep, oracle);
  for (;;) {
    const folded = await folding.foldReady();
    if ((await folding.typeStretch()) || folded) continue;
    if (folding.done || folding.decided || !(await folding.typeRest())) break;
  }
  return { model: folding.model, types: folding.types };
}

/** Constants that are looked at together, where each round gets no further than some. */
const fewestNodes = 64;

/** Nodes typed by one question: what the oracle takes for an answer grows with the square of how many it is about. */
const longestStretch = 4096;

/** Elements of constants that are computed together whose sizes are worth no question. */
const smallConstant = 1 << 22;

class Folding {
  readonly types: Map<string, ValueInfo>;
  readonly #source: Model;
  readonly #oracle: Oracle;
  readonly #initializers: Map<string, Tensor>;
  /** Names of values that are constants by now. */
  readonly #known: Set<string>;
  /** Nodes that depend on shapes and constants alone and are not folded yet: those that ask for a shape, and others. */
  readonly #questions: Readiness;
  readonly #arithmetic: Readiness;
  /** Values whose shapes are there for those that ask. */
  readonly #shaped = new Set<string>();
  /** All others that are not typed yet. */
  readonly #untyped: Readiness;
  /** Of these the If nodes that are decided, and so are to be replaced first. */
  readonly #replaceable: Node[] = [];
  readonly #gone = new Set<Node>();
  /** Of what was computed so far. */
  #constantBytes = 0;

  constructor(model: Model, types: ReadonlyMap<string, ValueInfo>, keep: readonly string[], oracle: Oracle) {
    this.types = new Map(types);
    this.#source = model;
    this.#oracle = oracle;
    this.#initializers = new Map(model.graph.initializers);
    for (const input of model.graph.inputs) this.types.set(input.name, input);
    for (const [name, { dtype, shape }] of this.#initializers) this.types.set(name, { name, dtype, shape });
    const kept = new Set(keep);
    this.#known = new Set([...this.#initializers.keys()].filter((name) => !kept.has(name)));
    const foldable = new Set(this.#known);
    const arithmetic: Node[] = [];
    const others: Node[] = [];
    for (const node of model.graph.nodes) {
      const ofShapes = asksForShape(node) || (!impure.has(node.op) && reads(node).every((name) => foldable.has(name)));
      if (ofShapes) arithmetic.push(node);
      else if (!this.#isTyped(node)) others.push(node);
      if (ofShapes) for (const name of outputsOf([node])) foldable.add(name);
    }
    this.#questions = new Readiness(arithmetic.filter(asksForShape), (node) =>
      reads(node)
        .slice(0, 1)
        .filter((name) => !this.#hasShape(name)),
    );
    this.#arithmetic = new Readiness(
      arithmetic.filter((node) => !asksForShape(node)),
      (node) => reads(node).filter((name) => !this.#known.has(name)),
    );
    this.#untyped = new Readiness(others, (node) => reads(node).filter((name) => !isTensor(this.types.get(name))));
  }

  /** The model as it stands: what is folded is an initializer. */
  get model(): Model {
    const { graph } = this.#source;
    const nodes = graph.nodes.filter((node) => !this.#gone.has(node));
    return { ...this.#source, graph: { ...graph, nodes, initializers: this.#initializers } };
  }

  get done(): boolean {
    return this.#source.graph.nodes.every((node) => this.#gone.has(node) || this.#isTyped(node));
  }

  get decided(): boolean {
    const untyped = [...this.#replaceable, ...this.#untyped.waiting].filter((node) => !this.#isTyped(node));
    return untyped.some((node) => this.#isDecided(node));
  }

  /** Folds the shape arithmetic whose operands are known; false when there was none. */
  async foldReady(): Promise<boolean> {
    const toRun: Node[] = [];
    const before = this.#gone.size;
    const next = (): Node | undefined => this.#questions.take() ?? this.#arithmetic.take();
    for (let node = next(); node !== undefined; node = next()) {
      const shape = shapeValue(node, this.types);
      if (shape) this.#becomes(node.outputs[0] as string, shape);
      else toRun.push(node);
      this.#gone.add(node);
      for (const name of outputsOf([node])) this.#know(name);
    }
    await this.#compute(toRun);
    return this.#gone.size > before;
  }

  #know(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#arithmetic.arrive(name);
    this.#haveShape(name);
  }

  #hasShape(name: string): boolean {
    return this.#known.has(name) || isFixed(this.types.get(name));
  }

  #haveShape(name: string): void {
    if (this.#shaped.has(name) || !this.#hasShape(name)) return;
    this.#shaped.add(name);
    this.#questions.arrive(name);
  }

  /**
   * Computes nodes that read constants alone. A few bytes of a model may ask for more memory than any machine has, so
   * sizes come first: what is known to be small is computed, and with it more becomes known; the oracle is asked for the
   * sizes of what is left.
   * @throws GraftError `model.value-too-large`
   */
  async #compute(nodes: readonly Node[]): Promise<void> {
    let most = nodes.length;
    for (let left = nodes; left.length > 0;) {
      // No more are looked at than twice as many as could be computed last, as each look is for the sake of a few.
      const first = left.slice(0, most);
      const small = smallNodes(first, this.#initializers, smallConstant);
      const now = small.length > 0 ? small : await this.#sized(first);
      await this.#evaluate(now);
      const computed = new Set(now);
      left = [...first.filter((node) => !computed.has(node)), ...left.slice(most)];
      most = Math.max(fewestNodes, 2 * now.length);
    }
  }

  /** Those of the nodes that can be computed by what is there and by each other, once there is room for their results. */
  async #sized(nodes: readonly Node[]): Promise<Node[]> {
    const graph = { ...this.#part(nodes), name: 'constants' };
    const types = await this.#oracle.infer({ ...this.#source, graph }, outputsOf(nodes));
    const before = this.#constantBytes;
    const made = new Set<string>();
    const sized = nodes.filter((node) => {
      const isReady = reads(node).every((name) => this.#initializers.has(name));
      const outputs = outputsOf([node]);
      const isSized = outputs.every((name) => isFixed(types.get(name)));
      // The size of what depends on values is not known; it picks from what is there.
      if (!isReady && !(isSized && reads(node).every((name) => this.#initializers.has(name) || made.has(name))))
        return false;
      for (const name of outputs) {
        const info = types.get(name);
        if (info && isFixed(info)) this.#takeRoom(name, info);
        made.add(name);
      }
      return true;
    });
    this.#constantBytes = before;
    return sized;
  }

  async #evaluate(nodes: readonly Node[]): Promise<void> {
    if (nodes.length === 0) return;
    const graph: Graph = { ...this.#part(nodes), name: 'constants' };
    const values = await this.#oracle.evaluate({ ...this.#source, graph }, outputsOf(nodes));
    for (const [name, tensor] of values) {
      this.#becomes(name, tensor);
      this.#takeRoom(name, tensor);
    }
  }

  #takeRoom(name: string, info: Pick<Tensor, 'dtype' | 'shape'> | ValueInfo): void {
    const { constants } = this.#oracle.room;
    this.#constantBytes += bytesOfType(info);
    if (this.#constantBytes > constants)
      throw new ValueTooLarge({ name, needed: this.#constantBytes, limit: constants });
  }

  /** Types nodes all of whose operands have fixed types, and those that follow from them; false when there are none. */
  async typeStretch(): Promise<boolean> {
    const stretch: Node[] = [];
    /** Values that will be typed, and are counted upon. */
    const made = new Set<string>();
    while (stretch.length < longestStretch) {
      const node = this.#untyped.take();
      if (!node) break;
      if (this.#isDecided(node)) this.#replaceable.push(node);
      if (this.#isDecided(node) || this.#isTyped(node)) continue;
      stretch.push(node);
      for (const name of outputsOf([node])) {
        if (made.has(name) || isTensor(this.types.get(name))) continue;
        made.add(name);
        this.#untyped.arrive(name);
      }
    }
    if (stretch.length === 0) return false;
    const model: Model = { ...this.#source, graph: this.#part(stretch) };
    const types = await this.#oracle.infer(model, outputsOf(stretch));
    for (const name of made) this.#untyped.withdraw(name);
    for (const [name, info] of types) this.#typeAs(name, info);
    return true;
  }

  /** Types all that is left at once: the oracle may see behind a value without a fixed shape. False when it did not. */
  async typeRest(): Promise<boolean> {
    const types = await inferAll(this.model, this.#oracle);
    let settled = false;
    for (const [name, info] of types) {
      if (isTensor(info) && !isTensor(this.types.get(name))) settled = true;
      this.#typeAs(name, info);
    }
    return settled;
  }

  /** These nodes as a graph that takes what it reads from before as inputs. */
  #part(nodes: readonly Node[]): Graph {
    const made = new Set(outputsOf(nodes));
    const read = new Set(nodes.flatMap(reads).filter((name) => !made.has(name)));
    const initializers = new Map<string, Tensor>();
    const inputs: ValueInfo[] = [];
    for (const name of read) {
      const tensor = this.#initializers.get(name);
      if (tensor) initializers.set(name, tensor);
      else inputs.push(this.types.get(name) as ValueInfo);
    }
    return { name: 'stretch', inputs, outputs: [], nodes, initializers };
  }

  #isTyped(node: Node): boolean {
    return outputsOf([node]).every((name) => isTensor(this.types.get(name)));
  }

  #isDecided(node: Node): boolean {
    return takenBranch(node, this.#initializers) !== undefined;
  }

  #becomes(name: string, tensor: Tensor): void {
    this.#initializers.set(name, tensor);
    this.#typeAs(name, { name, dtype: tensor.dtype, shape: tensor.shape });
  }

  #typeAs(name: string, info: ValueInfo): void {
    const before = this.types.get(name);
    // What is settled stays so: nodes are told of it once.
    if (isFixed(before) && !isFixed(info)) return;
    this.types.set(name, info);
    if (isTensor(info) && !isTensor(before)) this.#untyped.arrive(name);
    if (!isTensor(info) && isTensor(before)) this.#untyped.withdraw(name);
    this.#haveShape(name);
  }
}

function outputsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => node.outputs).filter((name) => name !== '');
}

/** Whether it is a tensor of known shape, which can be handed in. */
function isTensor(info: ValueInfo | undefined): boolean {
  return isFixed(info) && info.unknown === undefined;
}

function asksForShape(node: Node): boolean {
  return node.domain === '' && (node.op === 'Shape' || node.op === 'Size');
}

/** The value of a Shape or Size node whose input's shape is settled. */
function shapeValue(node: Node, types: ReadonlyMap<string, ValueInfo>): Tensor | undefined {
  if (!asksForShape(node)) return undefined;
  const info = types.get(node.inputs[0] as string);
  if (!isFixed(info)) return undefined;
  if (node.op === 'Size') return int64Tensor([], [info.shape.reduce((product, size) => product * size, 1)]);
  const { start, end } = node.attributes;
  const part = info.shape.slice(start?.type === 'int' ? start.value : 0, end?.type === 'int' ? end.value : undefined);
  return int64Tensor([part.length], part);
}
