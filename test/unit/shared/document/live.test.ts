import { describe as suite, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { describe } from '#shared/document/live.ts';
import { emptyDocument, wireId, type GraftDocument } from '#shared/document/model.ts';
import { noFacts, type Facts } from '#shared/nodes/facts.ts';
import { at, project } from '#test/support/documents.ts';
import { backboneFacts, datasetFacts, factsWith } from '#test/support/facts.ts';

function node(id: string, document: GraftDocument = project(), facts: Facts = factsWith()) {
  const numbers = describe(document, facts).nodes.get(id);
  if (!numbers) throw new Error(`nothing is said of ${id}`);
  return { ...numbers, figures: Object.fromEntries(numbers.figures.map((figure) => [figure.label, figure.value])) };
}

function label(from: string, to: string, document = project(), facts: Facts = factsWith()): string | undefined {
  return describe(document, facts).wires.get(wireId({ from: at(from), to: at(to) }));
}

function set(id: string, values: Readonly<Record<string, unknown>>, document = project()): GraftDocument {
  return Object.entries(values).reduce((current, [name, value]) => setParameter(current, id, name, value), document);
}

suite('wires', () => {
  it('carry the shape of one batch', () => {
    expect(label('split.samples', 'augment.samples')).toBe('samples 32×3×64×64');
    expect(label('freeze.features', 'head.features')).toBe('features 32×384');
    expect(label('data.targets', 'loss.targets')).toBe('targets 32');
    expect(label('head.predictions', 'loss.predictions')).toBe('predictions 32×10');
    expect(label('loss.loss', 'optimizer.loss')).toBe('loss');
  });

  it('follow batch size and picture size', () => {
    const document = set('training', { batchSize: 8 }, set('backbone', { size: 96 }));
    expect(label('data.samples', 'split.samples', document)).toBe('samples 8×3×96×96');
  });

  it('say only the type while nothing is known', () => {
    expect(label('freeze.features', 'head.features', project(), noFacts)).toBe('features');
  });

  it('carry pooled features of a feature map', () => {
    const facts = factsWith({ backbone: backboneFacts({ features: [512, 7, 7] }) });
    expect(label('freeze.features', 'head.features', project(), facts)).toBe('features 32×512');
  });
});

suite('nodes', () => {
  it('tell of data and backbone', () => {
    const facts = factsWith({ dataset: datasetFacts({ unreadable: [{ path: 'x', reason: 'y' }] }) });
    expect(node('data', project(), facts)).toMatchObject({
      subtitle: 'pictures · 10 classes',
      figures: { 'Training pictures': '400', 'Validation pictures': '100', 'Left out': '1' },
    });
    expect(node('backbone').figures).toMatchObject({
      Shape: '64×64×3 → 384 features',
      Parameters: '763,590',
      Licence: 'MIT',
    });
  });

  it('count a linear head and a deep one', () => {
    expect(node('head')).toMatchObject({ subtitle: '3,850 parameters', figures: { Layers: '384 → 10' } });
    expect(node('head', set('head', { hidden: [64] })).figures).toMatchObject({
      Layers: '384 → 64 → 10',
      Parameters: ((384 + 1) * 64 + (64 + 1) * 10).toLocaleString('en'),
    });
  });

  it('say what stays as it is', () => {
    expect(node('freeze')).toMatchObject({
      subtitle: 'features cached · 768 kB',
      sentence: 'Everything before the head stays as it is (764 K parameters frozen).',
      figures: { 'Frozen parameters': '763,590', 'Trained parameters': '3,850' },
    });
    expect(node('freeze', set('freeze', { mode: 'until', stage: 'stage5' }))).toMatchObject({
      sentence: 'Everything before stage5 stays as it is (689 K parameters frozen).',
      figures: { 'Frozen parameters': '689,488', 'Trained parameters': '77,952', Cache: '6.14 MB on disk' },
    });
    expect(node('freeze', set('freeze', { mode: 'none' }))).toMatchObject({
      subtitle: 'features not cached',
      figures: { 'Frozen parameters': '0', 'Trained parameters': '767,440' },
    });
    expect(node('freeze', set('freeze', { mode: 'until', stage: 'layer4' })).sentence).toBe('');
  });

  it('warn when augmentation costs the cache', () => {
    expect(node('augment')).toMatchObject({ subtitle: 'off', sentence: expect.stringContaining('kept') });
    const drawn = set('augment', { enabled: true });
    expect(node('augment', drawn).subtitle).toBe('flip 0.5 · rotate ±10° · zoom 1.1');
    expect(node('augment', drawn).sentence).toContain('longer');
    expect(node('freeze', drawn).subtitle).toBe('features not cached');
    const cached = set('augment', { enabled: true, views: 4 });
    expect(node('augment', cached).figures).toEqual({ 'Cached versions': '4' });
    expect(node('freeze', cached).figures['Cache']).toBe('2.61 MB on disk');
  });

  it('forecast the run', () => {
    const forecast = { secondsPerEpoch: 0.009, cacheSeconds: 2, cacheBytes: 768_000, memoryBytes: 41e6, cached: false };
    expect(node('training', project(), factsWith({ forecast }))).toMatchObject({
      subtitle: '30 epochs · batch 32',
      figures: { 'Steps per epoch': '13', 'Time per epoch': '9 ms', 'Time for all': '2.3 s', Memory: '41 MB' },
    });
    const again = factsWith({ forecast: { ...forecast, cached: true } });
    expect(node('training', project(), again).figures['Time for all']).toBe('270 ms');
  });

  it('say when one batch holds everything', () => {
    expect(node('training').sentence).toBe('');
    const few = factsWith({ dataset: datasetFacts({ train: 20 }) });
    expect(node('training', project(), few).sentence).toContain('all 20 pictures');
  });

  it.each([
    [{ kind: 'constant' }, 'constant at 0.01'],
    [{ kind: 'cosine' }, 'cosine from 0.01'],
    [{ kind: 'step' }, '0.01, × 0.1 every 10 epochs'],
    [{}, 'one cycle, peak 0.01'],
  ])('name the schedule %j', (values, subtitle) => {
    expect(node('schedule', set('schedule', values)).subtitle).toBe(subtitle);
  });

  it.each([
    ['step', { stepEpochs: 30 }, 'so the rate never drops'],
    ['step', { stepEpochs: 29 }, ''],
    ['multi-step', { milestones: [40, 30] }, 'so the rate never drops'],
    ['multi-step', { milestones: [40, 2] }, ''],
    ['plateau', { plateauPatience: 5 }, 'before the rate has dropped'],
    ['plateau', { plateauPatience: 4 }, ''],
  ])('say where a schedule of kind %s with %j does nothing', (kind, values, words) => {
    const { sentence } = node('schedule', set('schedule', { kind, ...values }));
    if (words === '') expect(sentence).toBe('');
    else expect(sentence).toContain(words);
  });

  it('sum optimizer and training up in a few words', () => {
    const sgd = set('optimizer', { kind: 'sgd', clipNorm: 1 });
    expect(node('optimizer', sgd).subtitle).toBe('momentum 0.9 · weight decay 0.01 · clipped');
    const averaged = set('training', { accumulation: 4, averaging: 0.99 });
    expect(node('training', averaged).subtitle).toBe('30 epochs · batch 32 × 4 · averaged');
  });

  it('have something to say of every card, also when nothing is known', () => {
    expect([...describe(project(), factsWith()).nodes.values()].every(({ subtitle }) => subtitle !== '')).toBe(true);
    expect(describe(project(), noFacts).nodes.size).toBe(project().nodes.length);
    expect(describe(emptyDocument, noFacts).nodes.size).toBe(0);
  });
});
