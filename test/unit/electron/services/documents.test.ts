import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GraftDocument } from '#shared/document/model.ts';
import { currentFormat } from '#shared/document/model.ts';
import { instantiate } from '#shared/document/templates.ts';
import { Documents } from '#electron/services/documents.ts';
import { Recoveries } from '#electron/services/recoveries.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

function project(dataPath: string, backbone = 'nano'): GraftDocument {
  return instantiate('image-classification', { dataPath, backbone });
}

function parameterOf(document: GraftDocument, node: string, name: string): unknown {
  return document.nodes.find(({ id }) => id === node)?.parameters[name];
}

function setUp(): { folder: string; documents: Documents } {
  const folder = temporaryFolder();
  return { folder, documents: new Documents(join(folder, 'home', 'recent.json')) };
}

describe('project files', () => {
  test('keep paths relative on disk and absolute in memory, so that a project moves with its data', async () => {
    const { folder, documents } = setUp();
    const before = project(join(folder, 'work', 'photos'), join(folder, 'models', 'net.onnx'));
    const saved = await documents.save(before, join(folder, 'work', 'project'));
    expect(saved.path).toBe(join(folder, 'work', 'project.graft'));
    const onDisk = JSON.parse(readFileSync(saved.path, 'utf8')) as GraftDocument;
    expect(parameterOf(onDisk, 'data', 'path')).toBe('photos');
    expect(parameterOf(onDisk, 'backbone', 'model')).toBe('../models/net.onnx');

    const moved = join(folder, 'moved', 'project.graft');
    mkdirSync(join(folder, 'moved'));
    writeFileSync(moved, readFileSync(saved.path));
    const opened = await documents.open(moved);
    expect(parameterOf(opened.document, 'data', 'path')).toBe(join(folder, 'moved', 'photos'));
    expect((await documents.open(saved.path)).document).toEqual(before);
  });

  test('replace only what is known to be there, if that is asked', async () => {
    const { folder, documents } = setUp();
    const path = join(folder, 'p.graft');
    const first = await documents.save(project('/a'), path, '');
    expect((await documents.open(path)).version).toBe(first.version);
    await expect(documents.save(project('/b'), path, '')).rejects.toMatchObject({ code: 'document.exists' });
    const second = await documents.save(project('/b'), path, first.version);
    expect(second.version).not.toBe(first.version);
    await expect(documents.save(project('/c'), path, first.version)).rejects.toMatchObject({
      code: 'document.changed-elsewhere',
    });
    expect(parameterOf((await documents.open(path)).document, 'data', 'path')).toBe('/b');
    await documents.save(project('/c'), path);
    rmSync(path);
    await documents.save(project('/d'), path, first.version);
  });

  test('keep built-in backbones, unset paths and far-away folders as they are', async () => {
    const { folder, documents } = setUp();
    const { path } = await documents.save(project('/somewhere-else/photos'), join(folder, 'p.graft'));
    const onDisk = JSON.parse(readFileSync(path, 'utf8')) as GraftDocument;
    expect(parameterOf(onDisk, 'data', 'path')).toBe('/somewhere-else/photos');
    expect(parameterOf(onDisk, 'backbone', 'model')).toBe('nano');
    await documents.save(project(''), path);
    expect(parameterOf((await documents.open(path)).document, 'data', 'path')).toBe('');
  });

  test.each([
    ['corrupt', '{"format": 2, "nodes"', 'document.corrupt'],
    ['newer', `{"format": ${currentFormat + 1}}`, 'document.newer'],
  ])('that are %s are refused and stay untouched', async (_, text, code) => {
    const { folder, documents } = setUp();
    const path = join(folder, 'p.graft');
    writeFileSync(path, text);
    await expect(documents.open(path)).rejects.toMatchObject({ code });
    expect(readFileSync(path, 'utf8')).toBe(text);
    await expect(documents.recent()).resolves.toEqual([]);
  });

  test('that do not exist are not made by opening them', async () => {
    const { folder, documents } = setUp();
    const path = join(folder, 'p.graft');
    await expect(documents.open(path)).rejects.toMatchObject({ code: 'document.missing' });
    expect(existsSync(path)).toBe(false);
  });

  test('a folder in place of a file is no project, and none is written over it', async () => {
    const { folder, documents } = setUp();
    mkdirSync(join(folder, 'p.graft'));
    await expect(documents.open(join(folder, 'p.graft'))).rejects.toMatchObject({ code: 'document.corrupt' });
    await expect(documents.save(project(''), join(folder, 'p.graft'))).rejects.toMatchObject({
      code: 'document.unwritable',
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('p.graft'))).toEqual(['p.graft']);
  });

  test('that may not be written say so', async () => {
    const { folder, documents } = setUp();
    writeFileSync(join(folder, 'file'), '');
    await expect(documents.save(project(''), join(folder, 'file', 'p.graft'))).rejects.toMatchObject({
      code: 'document.unwritable',
      message: /part of its path is a file/,
    });
  });

  test('recent ones come newest first, once each, without those that have gone', async () => {
    const { folder, documents } = setUp();
    const [a, b, gone] = ['a', 'b', 'gone'].map((name) => join(folder, `${name}.graft`)) as [string, string, string];
    for (const path of [a, gone, b]) await documents.save(project(''), path);
    await documents.open(a);
    writeFileSync(gone, 'not a project');
    expect((await documents.recent()).map(({ path }) => path)).toEqual([a, b]);
  });
});

describe('recovery files', () => {
  test('keep unsaved work beside the person’s file, newest first, until it is dropped', async () => {
    const folder = temporaryFolder();
    const recoveries = new Recoveries(folder);
    const document = project('/data/photos');
    await recoveries.keep('unsaved-1', '', document);
    await recoveries.keep('../../escape', '/home/p.graft', { ...document, title: 'Mine' });
    await recoveries.keep('unsaved-1', '', { ...document, title: 'Changed' });
    writeFileSync(join(folder, 'broken.json'), '{');
    const found = await recoveries.list();
    expect(found.map(({ key, title, path }) => [key, title, path])).toEqual([
      ['unsaved-1', 'Changed', ''],
      ['../../escape', 'Mine', '/home/p.graft'],
    ]);
    expect(found[0]?.document).toEqual({ ...document, title: 'Changed' });
    await recoveries.drop('unsaved-1');
    expect((await recoveries.list()).map(({ key }) => key)).toEqual(['../../escape']);
    expect(existsSync(join(folder, 'broken.json'))).toBe(true);
  });
});
