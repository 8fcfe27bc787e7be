import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { instantiate } from '#shared/document/templates.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

describe('facts on a document', () => {
  test('are what the engine says of the folder now', async () => {
    const { facts, folder } = await testServices();
    const data = join(folder, 'photos');
    mkdirSync(data, { recursive: true });
    const document = instantiate('image-classification', { dataPath: data, backbone: 'nano' });
    const first = (await facts.gather(document)).dataset?.fingerprint;
    expect(first).toBeTypeOf('string');
    expect((await facts.gather(document)).dataset?.fingerprint).not.toBe(first);
  });

  test('that cannot be had are problems naming their node', async () => {
    const { facts, folder } = await testServices();
    const document = instantiate('image-classification', {
      dataPath: join(folder, 'missing'),
      backbone: join(folder, 'gone.onnx'),
    });
    const { dataset, backbone, problems } = await facts.gather(document);
    expect([dataset, backbone]).toEqual([undefined, undefined]);
    expect(Object.fromEntries(problems.map(({ code, node }) => [node, code]))).toEqual({
      backbone: 'model.file-missing',
      data: 'data.folder-missing',
    });
  });

  test('are not asked for while no folder is chosen', async () => {
    const { facts, engine } = await testServices();
    const document = instantiate('blank', { dataPath: '', backbone: 'nano' });
    await expect(facts.gather(document)).resolves.toEqual({ problems: [] });
    expect(engine.processId('assistant')).toBeUndefined();
  });

  test('an unknown built-in backbone is called by its name', async () => {
    const { facts } = await testServices();
    for (const id of ['giant', '..', 'nano.', 'a b']) {
      await expect(facts.backbone(id, '')).rejects.toMatchObject({
        code: 'model.unknown-backbone',
        message: expect.stringContaining(`“${id}”`) as string,
      });
    }
  });
});
