/**
 * x·½·(1 + erf(x/√2)), which exporters write as five nodes, is one operator of onnxruntime's. As one, neither it nor its
 * gradient keeps what stands between, and both need fewer passes over the activations.
 */
import { elementCount } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { numbers } from '#shared/ir/tensor.ts';
import { readCounts } from '#shared/compiler/subgraph.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';

/** Constants are written in float32, and √2 as few digits as that. */
const tolerance = 1e-4;

/** @param trained initializers whose values are no constants */
export function fuseGelu(model: TypedModel, trained: ReadonlySet<string>): TypedModel {
  const { graph } = model;
  const formulas = new Formulas(graph, trained);
  const inner = new Set<Node>();
  const replaced = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const found = formulas.endingIn(node);
    if (!found || graph.types.get(found.x)?.dtype !== 'float32') continue;
    for (const part of found.inner) inner.add(part);
    replaced.set(node, { ...node, op: 'Gelu', domain: 'com.microsoft', inputs: [found.x], attributes: {} });
  }
  if (replaced.size === 0) return model;
  const nodes = graph.nodes.filter((node) => !inner.has(node)).map((node) => replaced.get(node) ?? node);
  return { ...model, graph: { ...graph, nodes }, opsets: { ...model.opsets, 'com.microsoft': 1 } };
}

interface Formula {
  readonly x: string;
  /** All nodes of it but the last. */
  readonly inner: readonly Node[];
}

class Formulas {
  readonly #graph: Graph;
  readonly #trained: ReadonlySet<string>;
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #readers: ReadonlyMap<string, number>;

  constructor(graph: Graph, trained: ReadonlySet<string>) {
    this.#graph = graph;
    this.#trained = trained;
    this.#producers = producers(graph);
    this.#readers = readCounts(graph);
  }

  /** Either (x · (1 + erf)) · ½ or (x · ½) · (1 + erf). */
  endingIn(node: Node): Formula | undefined {
    if (!isOf(node, 'Mul')) return undefined;
    for (const [a, b] of bothWays(node)) {
      const whole = this.#is(b, 0.5) ? this.#madeOnce(a, 'Mul') : undefined;
      for (const [x, sum] of whole ? bothWays(whole) : []) {
        const rest = this.#shiftedError(sum, x);
        if (whole && rest) return { x, inner: [whole, ...rest] };
      }
      const half = this.#madeOnce(a, 'Mul');
      for (const [x, factor] of half ? bothWays(half) : []) {
        const rest = this.#is(factor, 0.5) ? this.#shiftedError(b, x) : undefined;
        if (half && rest) return { x, inner: [half, ...rest] };
      }
    }
    return undefined;
  }

  /** The nodes of 1 + erf(x/√2). */
  #shiftedError(value: string, x: string): Node[] | undefined {
    const sum = this.#madeOnce(value, 'Add');
    for (const [term, one] of sum ? bothWays(sum) : []) {
      const error = this.#is(one, 1) ? this.#madeOnce(term, 'Erf') : undefined;
      const argument = error && this.#quotient(error.inputs[0] as string, x);
      if (sum && error && argument) return [sum, error, argument];
    }
    return undefined;
  }

  /** The node of x/√2. */
  #quotient(value: string, x: string): Node | undefined {
    const quotient = this.#madeOnce(value, 'Div');
    if (quotient) return quotient.inputs[0] === x && this.#is(quotient.inputs[1], Math.SQRT2) ? quotient : undefined;
    const product = this.#madeOnce(value, 'Mul');
    return product && bothWays(product).some(([a, b]) => a === x && this.#is(b, Math.SQRT1_2)) ? product : undefined;
  }

  /** The node of this operator that makes a value which nothing else reads. */
  #madeOnce(value: string, op: string): Node | undefined {
    const node = this.#producers.get(value);
    return node && isOf(node, op) && this.#readers.get(value) === 1 ? node : undefined;
  }

  #is(value: string | undefined, number: number): boolean {
    const tensor = this.#graph.initializers.get(value ?? '');
    // Weights are not looked through for a number.
    if (!tensor || elementCount(tensor.shape) !== 1 || this.#trained.has(value ?? '')) return false;
    return Math.abs((numbers(tensor)[0] as number) / number - 1) < tolerance;
  }
}

function isOf(node: Node, op: string): boolean {
  return node.op === op && node.domain === '';
}

function bothWays({ inputs: [a, b] }: Node): [string, string][] {
  return [
    [a as string, b as string],
    [b as string, a as string],
  ];
}
