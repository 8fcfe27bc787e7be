/** Mixed precision in a project: the loop, checkpoints, and the frozen part. */
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { carriedValues, emitLoop, emitStep } from '#shared/compiler/7-emit.ts';
import type { Plan } from '#shared/compiler/compile.ts';
import { foldNormalizations } from '#shared/compiler/folded-normalization.ts';
import { fuse } from '#shared/compiler/fusion.ts';
import type { LossScaling } from '#shared/compiler/loss-scaling.ts';
import { inHalf } from '#shared/compiler/mixed-precision.ts';
import type { StepSpec } from '#shared/compiler/training-step.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';
import { Network } from '#electron/engine/training/network.ts';
import { batchesFor, compileModel, type RecipeChanges } from '#test/engine/compiler/support.ts';
import { backbone } from '#test/support/backbones.ts';

const batch = 4;

describe('a project', () => {
  const changes: RecipeChanges = {
    training: { batchSize: batch, precision: 'float16' },
    freeze: { mode: 'none' },
    head: { hidden: [5], dropout: 0.3 },
  };

  /** The plan with another scaling, as its own is written. */
  function withScaling(plan: Plan, scaling: LossScaling): Plan {
    const { partition, spec: usual } = plan.phases;
    const trained = usual.groups.flatMap(({ parameters }) => parameters);
    const suffix = inHalf(fuse(foldNormalizations(partition.suffix)), trained);
    const spec: StepSpec = { ...usual, scaling };
    const emitFor: Plan['emitFor'] = (kind, target) => {
      if (kind === 'evaluation') return plan.evaluation;
      return kind === 'step' ? emitStep(suffix, spec, { target }) : emitLoop(suffix, spec, target);
    };
    return {
      ...plan,
      emitFor,
      step: emitStep(suffix, spec),
      loop: emitLoop(suffix, spec),
      ...carriedValues(suffix, spec),
    };
  }

  it('trains in a loop as step by step, and goes on from a checkpoint, bit for bit', async () => {
    const plan = withScaling(await compileModel(backbone(), changes), { initial: 2 ** 23, growthInterval: 2 });
    expect(violations(plan.loop)).toEqual([]);
    const batches = batchesFor(plan, 12);
    const single = new Network(plan, 'cpu');
    const steps = [];
    for (const one of batches) steps.push(await single.step(one));
    const values = await single.values();
    const overflow = steps.flatMap((one) => [...(one.overflow ?? [])]);
    expect(overflow).toContain(1);
    expect(overflow).toContain(0);

    const interrupted = new Network(plan, 'cpu');
    for (const one of batches.slice(0, 5)) await interrupted.step(one);
    const resumed = new Network(plan, 'cpu');
    resumed.load(await interrupted.values());
    for (const one of batches.slice(5)) await resumed.step(one);
    expect(await resumed.values()).toEqual(values);

    const looped = new Network(plan, 'cpu');
    const width = elementCount(plan.cut.shape);
    const rows = new Float32Array(batches.length * batch * width);
    batches.forEach((one, index) => rows.set(one.rows, index * batch * width));
    const labels = BigInt64Array.from(batches.flatMap((one) => [...one.labels]));
    const joined = (pick: (one: (typeof batches)[number]) => Float32Array): Float32Array =>
      Float32Array.from(batches.flatMap((one) => [...pick(one)]));
    const results = await looped.loop(await looped.keptLoopData(rows, labels), {
      order: BigInt64Array.from({ length: labels.length }, (_, at) => BigInt(at)),
      weights: joined((one) => one.weights),
      rates: Float32Array.from(batches, ({ rate }) => rate),
      firstStep: 1,
      masks: plan.dropouts.map((_, layer) => joined((one) => one.masks[layer] as Float32Array)),
    });
    expect([...results.losses]).toEqual(steps.flatMap((one) => [...one.losses]));
    expect([...(results.overflow ?? [])]).toEqual(overflow);
    expect(await looped.values()).toEqual(values);
    await Promise.all([single, interrupted, resumed, looped].map((network) => network.release()));
  });

  it('keeps its loss near that of float32, and its weights and rows float32', async () => {
    const losses = async (precision: 'float32' | 'float16'): Promise<number[]> => {
      const plan = await compileModel(backbone(), { ...changes, training: { batchSize: batch, precision } });
      expect(plan.parameters.every(({ dtype }) => dtype === 'float32')).toBe(true);
      const network = new Network(plan, 'cpu');
      const all: number[] = [];
      for (const one of batchesFor(plan, 6)) all.push((await network.step(one)).losses[0] as number);
      await network.release();
      return all;
    };
    const [exact, mixed] = [await losses('float32'), await losses('float16')];
    mixed.forEach((loss, step) => expect(Math.abs(loss - (exact[step] as number))).toBeLessThan(0.005));
  });

  it('has a frozen part in float16 that makes nearly the same features', async () => {
    const plan = await compileModel(backbone(), { ...changes, freeze: { mode: 'backbone' } });
    const { prefix, halfPrefix, prefixBatch, cut } = plan;
    if (!prefix || !halfPrefix) throw new Error('nothing is frozen');
    const pictures = float32(
      Float32Array.from({ length: prefixBatch * 3 * 64 }, (_, at) => Math.abs(Math.sin(at))),
      [prefixBatch, 3, 8, 8],
    );
    const features = async (model: Model): Promise<number[]> => {
      const session = await createTrainingSession(model, 'cpu');
      const results = await session.run({ input: pictures });
      await session.release();
      return [...((results[cut.name] as ort.Tensor).data as Float32Array)];
    };
    const [exact, mixed] = [await features(prefix), await features(halfPrefix)];
    expect(mixed).not.toEqual(exact);
    const differences = mixed.map((value, at) => Math.abs(value - (exact[at] as number)));
    expect(Math.max(...differences)).toBeLessThan(0.005 * Math.max(...exact.map(Math.abs)));
  });
});
