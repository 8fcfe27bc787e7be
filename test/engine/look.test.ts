import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resourcesFolder } from '#electron/engine/paths.ts';
import { procedures } from '#electron/engine/procedures.ts';

const { look } = procedures(() => undefined);

test('a model that takes pictures can be a backbone, also as the folder it is kept in', async () => {
  const folder = join(resourcesFolder(), 'backbones/nano');
  expect(await readdir(folder)).toContain('nano.onnx');
  for (const path of [folder, join(folder, 'nano.onnx')]) {
    expect(await look({ paths: [path] }, () => undefined)).toMatchObject({
      kind: 'onnx-model',
      title: 'An ONNX model for 3×64×64 pictures, 764 K parameters: can be a backbone',
      path: join(folder, 'nano.onnx'),
      can: expect.arrayContaining(['image-classification']),
    });
  }
});
