import { describe, expect, it } from 'vitest';
import { backbone, builtInFile, isModelFile } from '#shared/nodes/backbone.ts';
import { exportModel } from '#shared/nodes/export.ts';
import type { Facts } from '#shared/nodes/facts.ts';
import { freeze } from '#shared/nodes/freeze.ts';
import { head } from '#shared/nodes/head.ts';
import { imageFolder } from '#shared/nodes/image-folder.ts';
import type { NodeKind } from '#shared/nodes/kind.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { backboneFacts, datasetFacts, factsWith } from '#test/support/facts.ts';

function check(kind: NodeKind, parameters: object, facts: Facts) {
  return kind.check?.(kind.schema.parse(parameters), 'it', facts) ?? [];
}

describe('defaults for transfer learning', () => {
  it.each([
    ['head', { hidden: [], dropout: 0.2 }],
    ['optimizer', { kind: 'adamw', learningRate: 1e-3, weightDecay: 0.01 }],
    ['schedule', { kind: 'one-cycle', warmup: 0.25, startDivisor: 25, endDivisor: 1e5 }],
    ['augment', { enabled: false, flip: 0.5, rotate: 10, zoom: 1.1, light: 0.2 }],
    ['training', { epochs: 30, batchSize: 32, patience: 5 }],
    ['freeze', { mode: 'backbone', stageDecay: 2.6 }],
  ])('%s', (kind, expected) => {
    expect(kindOf(kind)?.schema.parse({})).toMatchObject(expected);
  });
});

describe('the model of a backbone', () => {
  it.each(['a.onnx', 'A.ONNX', './a', 'models/a', 'C:\\models\\a', '../x.onnx/y'])('%s is a file', (model) => {
    expect(isModelFile(model)).toBe(true);
  });

  it('is built in where it is a plain word', () => {
    expect(isModelFile('nano')).toBe(false);
    expect(builtInFile('nano')).toBe('backbones/nano/nano.onnx');
  });

  it.each(['', '.', '..', 'a.b', 'a b', 'a\0b'])('“%s” is neither', (model) => {
    expect(isModelFile(model)).toBe(false);
    expect(() => builtInFile(model)).toThrow(expect.objectContaining({ code: 'model.unknown-backbone' }));
  });
});

describe('photos', () => {
  it('asks for a folder', () => {
    expect(check(imageFolder, {}, factsWith())).toMatchObject([{ code: 'data.folder-unset', node: 'it' }]);
  });

  it('names classes that cannot be split', () => {
    const classes = [
      { name: 'cat', train: 3, validation: 1, test: 0 },
      { name: 'dog', train: 1, validation: 0, test: 0 },
    ];
    const found = check(imageFolder, { path: 'x' }, factsWith({ dataset: datasetFacts({ classes }) }));
    expect(found).toMatchObject([
      { code: 'data.class-too-small', message: expect.stringContaining('“dog” has too few') },
    ]);
  });

  it('wants more than one class', () => {
    const classes = [{ name: 'cat', train: 3, validation: 1, test: 0 }];
    const found = check(imageFolder, { path: 'x' }, factsWith({ dataset: datasetFacts({ classes }) }));
    expect(found).toMatchObject([{ code: 'data.one-class' }]);
  });

  it('says nothing of a folder it knows nothing of', () => {
    expect(check(imageFolder, { path: 'x' }, { problems: [] })).toEqual([]);
  });
});

describe('backbone', () => {
  it('notices a file that is not the one chosen', () => {
    expect(check(backbone, { model: 'm.onnx', hash: 'b'.repeat(64) }, factsWith())).toMatchObject([
      { code: 'model.hash-changed', message: expect.stringContaining('m.onnx') },
    ]);
    expect(check(backbone, { model: 'm.onnx', hash: 'a'.repeat(64) }, factsWith())).toEqual([]);
    expect(check(backbone, { model: 'm.onnx' }, factsWith())).toEqual([]);
  });
});

describe('freeze', () => {
  const blocking = (blocked: readonly string[]): Facts => {
    const stages = backboneFacts().stages.map((stage) =>
      blocked.includes(stage.stage) ? { ...stage, blockedBy: 'NonZero' } : stage,
    );
    return factsWith({ backbone: backboneFacts({ stages }) });
  };

  it('knows the stages there are', () => {
    expect(check(freeze, { mode: 'until', stage: 'stage4' }, factsWith())).toEqual([]);
    expect(check(freeze, { mode: 'until', stage: 'layer4' }, factsWith())).toMatchObject([
      { code: 'model.unknown-stage', remedy: expect.stringContaining('stem, stage1') },
    ]);
    // None chosen yet: the last one.
    expect(check(freeze, { mode: 'until', stage: '' }, factsWith())).toEqual([]);
  });

  it('names the operator in the way and the nearest line that avoids it', () => {
    const facts = blocking(['stem', 'stage1', 'stage2']);
    expect(check(freeze, { mode: 'until', stage: 'stage1' }, facts)).toMatchObject([
      {
        code: 'compile.not-differentiable',
        message: expect.stringContaining('NonZero'),
        remedy: expect.stringContaining('“stage3”'),
      },
    ]);
    expect(check(freeze, { mode: 'none' }, facts)).toHaveLength(1);
    expect(check(freeze, { mode: 'until', stage: 'stage3' }, facts)).toEqual([]);
    expect(check(freeze, { mode: 'backbone' }, facts)).toEqual([]);
  });

  it('falls back to the whole backbone where every line is blocked', () => {
    const facts = blocking(backboneFacts().stages.map(({ stage }) => stage));
    expect(check(freeze, { mode: 'none' }, facts)).toMatchObject([
      { remedy: expect.stringContaining('whole backbone') },
    ]);
  });
});

describe('head', () => {
  it.each([
    [256, [256]],
    ['256', [256]],
    ['256,128', [256, 128]],
    ['256, 128', [256, 128]],
    ['[256, 128]', [256, 128]],
    ['', []],
    ['[]', []],
    [[64], [64]],
  ])('reads widths from %j', (given, widths) => {
    expect(head.schema.parse({ hidden: given }).hidden).toEqual(widths);
  });

  it.each(['x', '1.5', '-1', '0', [0], [1, 'a'], null, {}])('refuses widths %j', (given) => {
    expect(head.schema.safeParse({ hidden: given }).success).toBe(false);
  });
});

describe('export', () => {
  it.each(['model', '../model.onnx', 'a/b.onnx', '.onnx', 'c:\\m.onnx'])('refuses the file name %j', (fileName) => {
    expect(exportModel.schema.safeParse({ fileName }).success).toBe(false);
  });

  it('takes any plain name', () => {
    expect(exportModel.schema.parse({ fileName: 'mein Modell 2.onnx' }).fileName).toBe('mein Modell 2.onnx');
  });
});

describe('effectiveParameters', () => {
  it('fills in defaults and replaces what is not valid', () => {
    const values = effectiveParameters(kindOf('head')!, { hidden: '8', dropout: 7, other: 1 });
    expect(values).toEqual({ hidden: [8], dropout: 0.2 });
  });
});
