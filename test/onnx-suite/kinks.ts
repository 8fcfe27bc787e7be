/** Keeps inputs away from the kinks of operators whose kernels have no double precision: there, steps are long. */
import { floatAttribute, type Model, type Node } from '#shared/ir/graph.ts';

/** Distance kept from a kink. */
const margin = 0.35;

const kinks: Readonly<Record<string, (node: Node) => readonly number[]>> = {
  Celu: () => [0],
  Elu: () => [0],
  HardSigmoid: (node) => {
    const [alpha, beta] = [floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)];
    return [-beta / alpha, (1 - beta) / alpha];
  },
  HardSwish: () => [-3, 3],
  LeakyRelu: () => [0],
  PRelu: () => [0],
  Selu: () => [0],
  Softsign: () => [0],
  ThresholdedRelu: (node) => [floatAttribute(node, 'alpha', 1)],
};

/** Where such an operator is defined and not steep, well inside: values are brought there. */
const domains: Readonly<Record<string, readonly [number, number]>> = {
  Acos: [-0.6, 0.6],
  Acosh: [1.6, 10],
  Asin: [-0.6, 0.6],
  Atanh: [-0.6, 0.6],
  Tan: [-1, 1],
};

/** Moves values of an input that the model's only node takes first. */
export function awayFromKinks(model: Model, input: string): (value: number) => number {
  const { nodes } = model.graph;
  const node = nodes[0] as Node;
  const [low, high] = domains[node.op] ?? [-Infinity, Infinity];
  const places = nodes.length === 1 && node.inputs[0] === input ? (kinks[node.op]?.(node) ?? []) : [];
  return (value) => {
    if (value < low || value > high) return low + (high - low) * (Math.abs(value) % 1);
    const near = places.find((place) => Math.abs(value - place) < margin);
    return near === undefined ? value : near + Math.sign(value - near || 1) * (margin + Math.abs(value - near));
  };
}
