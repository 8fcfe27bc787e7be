/** A training step taken many times in one run of the runtime, each on the same batch: what a benchmark times. */
import { names } from '#shared/compiler/7-emit.ts';
import { definitions, rename } from '#shared/compiler/subgraph.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model, ValueInfo } from '#shared/ir/graph.ts';

/** How many steps a run takes: an int64 scalar. */
export const repetitions = 'repetitions';

/**
 * Inputs: the step's own, `step` being the number of the first, and `repetitions`. Outputs: `next/…` after the last step,
 * and the `loss` of each.
 * @param carried the inputs that each step takes from the one before
 */
export function repeatedStep(step: Model, carried: ReadonlySet<string>): Model {
  const { graph } = step;
  const taken = graph.inputs.filter(({ name }) => carried.has(name));
  const builder = new GraphBuilder(step.opsets[''] as number);
  for (const { name, dtype, shape } of graph.inputs) builder.input(name, dtype, shape);
  builder.input(repetitions, 'int64', []);
  const body = { type: 'graph', value: bodyOf(step, taken) } as const;
  const start = taken.map(({ name }) => name);
  const always = builder.constant('bool', [], [1]);
  const results = builder.opN('Loop', [repetitions, always, ...start], taken.length + 1, { body });
  taken.forEach(({ name, dtype, shape }, index) =>
    builder.output(results[index] as string, dtype, shape, names.next(name)),
  );
  const loss = graph.outputs.find(({ name }) => name === names.loss) as ValueInfo;
  builder.output(results[taken.length] as string, loss.dtype, [null], names.loss);
  return { ...step, graph: builder.build('repeated') };
}

/** The step with names of its own for all but what it takes from outside; its number is that of the first and the iteration. */
function bodyOf({ graph, opsets }: Model, taken: readonly ValueInfo[]): Graph {
  const given = new Set(taken.map(({ name }) => name));
  const outside = new Set(
    graph.inputs.map(({ name }) => name).filter((name) => !given.has(name) && name !== names.step),
  );
  const own = [...definitions(graph)].filter((name) => !outside.has(name));
  const inner = rename(graph, new Map(own.map((name) => [name, `body/${name}`])));
  const builder = new GraphBuilder(opsets[''] as number);
  builder.reserve(inner);
  const iteration = builder.input('body/iteration', 'int64', []);
  const condition = builder.input('body/condition', 'bool', []);
  for (const { name, dtype, shape } of taken) builder.input(`body/${name}`, dtype, shape);
  for (const [name, tensor] of inner.initializers) builder.initializer(name, tensor);
  const number = { name: '', op: 'Add', domain: '', attributes: {} };
  builder.append({ ...number, inputs: [names.step, iteration], outputs: [`body/${names.step}`] });
  for (const node of inner.nodes) builder.append(node);
  builder.output(condition, 'bool', [], 'body/condition/next');
  const results = new Map(graph.outputs.map((output) => [output.name, output]));
  for (const name of [...taken.map((value) => names.next(value.name)), names.loss]) {
    const { dtype, shape } = results.get(name) as ValueInfo;
    builder.output(`body/${name}`, dtype, shape);
  }
  return builder.build('body');
}
