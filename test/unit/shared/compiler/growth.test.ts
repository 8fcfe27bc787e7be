/** What is done with models grows with their nodes, not faster, and no chain of nodes is too long for it. */
import { describe, expect, it } from 'vitest';
import { fixShapes } from '#shared/compiler/2-shape.ts';
import { adapt } from '#shared/compiler/adapting/adapt.ts';
import { ownRange } from '#shared/compiler/adapting/expected-range.ts';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import { blockedByStage } from '#shared/compiler/blocked-stages.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { findStages } from '#shared/compiler/stages.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import type { Model, TypedGraph } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { sound } from '#shared/ir/soundness.ts';
import { int64Tensor } from '#shared/ir/tensor.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { upgrade } from '#shared/onnx/upgrade.ts';
import { counted, operationsOf, operationsUntil } from '#test/support/counted.ts';
import { largeModels } from '#test/support/large-models.ts';

const works: Readonly<Record<string, (model: Model) => unknown>> = {
  sound: ({ graph }) => sound(graph),
  upgrade: (model) => upgrade(model),
  violations,
  trainableInitializers: ({ graph }) => trainableInitializers(graph),
  findStages: ({ graph }) => findStages(graph, 'input', featuresOf(graph)),
  adapt: (model) => adapt(model, 'm.onnx'),
  ownRange,
  viewBackbone: (model) => viewBackbone(model, 'm.onnx'),
  blockedByStage: ({ graph }) => blockedByStage(typed(graph), stagesOf(graph), 'input', featuresOf(graph)),
};

const featuresOf = (graph: Model['graph']): string => graph.outputs[0]?.name ?? '';
const stagesOf = (graph: Model['graph']): { tensor: string }[] =>
  graph.nodes.flatMap(({ op, inputs: [tensor = ''] }) => (op === 'MatMul' ? [{ tensor }] : []));

function typed(graph: Model['graph']): TypedGraph {
  const values = [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)];
  return { ...graph, types: new Map(values.map((name) => [name, { dtype: 'float32', shape: [2, 8] }])) };
}

/** Answers what can be answered at once; what it is asked is counted. */
class PlainOracle implements Oracle {
  readonly room = { constants: Infinity, value: Infinity };
  asked = 0;

  infer({ graph }: Model, values: readonly string[]): ReturnType<Oracle['infer']> {
    this.asked += graph.nodes.length;
    return Promise.resolve(new Map(values.map((name) => [name, { name, dtype: 'float32', shape: [2, 8] }])));
  }

  observe(): ReturnType<Oracle['observe']> {
    return Promise.reject(new Error('every shape is known'));
  }

  evaluate({ graph }: Model, values: readonly string[]): ReturnType<Oracle['evaluate']> {
    this.asked += graph.nodes.length;
    return Promise.resolve(new Map(values.map((name) => [name, int64Tensor([2], [2, 8])])));
  }
}

async function fixed(model: Model): Promise<number> {
  const oracle = new PlainOracle();
  await fixShapes(model, new Map([['input', [2, 3, 8, 8]]]), trainableInitializers(model.graph), oracle);
  return oracle.asked;
}

const shapes = Object.entries(largeModels);

describe.each(shapes)('of a model of %s', (_, make) => {
  it.each(Object.entries(works))('%s takes twice as much for twice as many nodes', (__, work) => {
    const [small, large] = [300, 600].map((size) => {
      const model = counted(make(size));
      return operationsOf(() => work(model));
    }) as [number, number];
    // A part that grows with the square would come near four times.
    expect(large).toBeLessThan(2.3 * small + 500);
  });

  it('fixed shapes take twice as much for twice as many nodes, the runtime too', async () => {
    const asked: number[] = [];
    const taken: number[] = [];
    for (const size of [300, 600]) {
      const model = counted(make(size));
      taken.push(await operationsUntil(async () => asked.push(await fixed(model))));
    }
    expect(taken[1]).toBeLessThan(2.3 * (taken[0] as number) + 500);
    expect(asked[1]).toBeLessThan(2.3 * (asked[0] as number) + 50);
  });

  // Deeper than any stack: what called itself for each node of a chain would not come back.
  describe('12,000 nodes large', () => {
    const model = make(12_000);

    it.each(Object.entries(works))('%s comes back', (__, work) => {
      expect(() => work(model)).not.toThrow();
    });

    it('fixed shapes come back', async () => {
      await expect(fixed(model)).resolves.toBeGreaterThan(0);
    });

    it('it is read as it was written', () => {
      const { nodes, outputs } = decodeModel(encodeModel(model)).graph;
      expect(nodes.length).toBe(model.graph.nodes.length);
      expect(outputs).toEqual(model.graph.outputs);
    });
  });
});
