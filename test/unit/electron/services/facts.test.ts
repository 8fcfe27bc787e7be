import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { instantiate } from '#shared/document/templates.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

describe('facts on a document', () => {
  test('are asked for once until the folder changes', async () => {
    const { facts, folder } = await testServices();
    const data = join(folder, 'photos');
    mkdirSync(join(data, 'a'), { recursive: true });
    const document = instantiate('image-classification', { dataPath: data, backbone: 'nano' });
    const first = (await facts.gather(document)).dataset?.fingerprint;
    expect(first).toBeTypeOf('string');
    expect((await facts.gather(document)).dataset?.fingerprint).toBe(first);
    mkdirSync(join(data, 'b'));
    expect((await facts.gather(document)).dataset?.fingerprint).not.toBe(first);
  });

  test('are asked for again when a picture comes to a class in a part in a wrapper, or to a linked class', async () => {
    const { facts, folder } = await testServices();
    const data = join(folder, 'photos');
    const [inside, linked] = [join(data, 'wrapper', 'train', 'a'), join(folder, 'elsewhere')];
    mkdirSync(inside, { recursive: true });
    mkdirSync(linked);
    // A junction is the kind of link anybody may make on Windows.
    symlinkSync(linked, join(data, 'wrapper', 'train', 'b'), 'junction');
    const document = instantiate('image-classification', { dataPath: data, backbone: 'nano' });
    const fingerprint = async (): Promise<string | undefined> => (await facts.gather(document)).dataset?.fingerprint;
    const first = await fingerprint();
    expect(await fingerprint()).toBe(first);
    writeFileSync(join(inside, 'new.png'), '');
    const second = await fingerprint();
    expect(second).not.toBe(first);
    writeFileSync(join(linked, 'new.png'), '');
    expect(await fingerprint()).not.toBe(second);
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
