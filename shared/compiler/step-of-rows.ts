/** A training step that picks its batch from all rows itself, so that they stay where they are: in a GPU's memory. */
import { names } from '#shared/compiler/7-emit.ts';
import { definitionsEverywhere, movedAside } from '#shared/compiler/subgraph.ts';
import type { Model, Node, ValueInfo } from '#shared/ir/graph.ts';

/**
 * The step with `rows` [samples, …] and `order` int64 [N] in place of its input `cut` [N, …].
 * A Loop would take the rows across to the GPU for each of its steps: the runtime keeps what a body reads from outside
 * with the processor.
 */
export function stepOfRows(step: Model, cut: string): Model {
  const taken = new Set<string>([names.rows, names.order]);
  const free = movedAside(
    step,
    [...definitionsEverywhere(step.graph)].filter((name) => taken.has(name)),
  );
  const { graph } = free;
  const inputs = graph.inputs.flatMap((input): ValueInfo[] =>
    input.name === cut
      ? [
          { ...input, name: names.rows, shape: ['samples', ...input.shape.slice(1)] },
          { name: names.order, dtype: 'int64', shape: input.shape.slice(0, 1) },
        ]
      : [input],
  );
  const pick: Node = {
    name: '',
    op: 'Gather',
    domain: '',
    inputs: [names.rows, names.order],
    outputs: [cut],
    attributes: { axis: { type: 'int', value: 0 } },
  };
  return { ...free, graph: { ...graph, inputs, nodes: [pick, ...graph.nodes] } };
}
