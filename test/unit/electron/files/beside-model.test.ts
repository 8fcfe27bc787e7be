/** A model's weight files lie in its own folder, or where the hub's cache puts them; no link leads elsewhere. */
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { weightFile } from '#electron/files/beside-model.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const revision = '0123456789abcdef0123456789abcdef01234567';
const hash = 'f'.repeat(64);

function write(...parts: string[]): string {
  const file = join(...parts);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'weights');
  return realpathSync(file);
}

function link(target: string, ...parts: string[]): void {
  const path = join(...parts);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

describe.runIf(process.platform !== 'win32')('weightFile', () => {
  it('finds files beside the model and below, links within included', () => {
    const folder = temporaryFolder();
    const model = write(folder, 'm', 'model.onnx');
    const beside = write(folder, 'm', 'a.data');
    const below = write(folder, 'm', 'parts', 'b.data');
    link('parts/b.data', folder, 'm', 'linked.data');
    expect(weightFile(model, 'a.data')).toBe(beside);
    expect(weightFile(model, 'parts/b.data')).toBe(below);
    expect(weightFile(model, 'linked.data')).toBe(below);
  });

  it('says when there is none, and when a link leads nowhere', () => {
    const folder = temporaryFolder();
    const model = write(folder, 'model.onnx');
    link('nowhere', folder, 'broken.data');
    for (const location of ['none.data', 'broken.data'])
      expect(() => weightFile(model, location)).toThrow(
        expect.objectContaining({ code: 'model.external-data-missing' }),
      );
  });

  it.each([
    ['a file', 'secret'],
    ['a folder above it', 'parts/secret'],
  ])('refuses a link out of the folder: %s', (_title, location) => {
    const folder = temporaryFolder();
    const model = write(folder, 'm', 'model.onnx');
    const secret = write(folder, 'outside', 'secret');
    if (location.includes('/')) link(join(folder, 'outside'), folder, 'm', 'parts');
    else link(secret, folder, 'm', 'secret');
    expect(() => weightFile(model, location)).toThrow(
      expect.objectContaining({
        code: 'model.external-data-outside',
        message: expect.stringContaining(secret) as string,
      }),
    );
  });

  it('is not fooled by a folder whose name begins like the model’s', () => {
    const folder = temporaryFolder();
    const model = write(folder, 'm', 'model.onnx');
    link(write(folder, 'm2', 'secret'), folder, 'm', 'w.data');
    expect(() => weightFile(model, 'w.data')).toThrow(expect.objectContaining({ code: 'model.external-data-outside' }));
  });

  it('follows the links of the hub’s cache', () => {
    const repository = join(temporaryFolder(), 'hub', 'models--somebody--something');
    const blob = write(repository, 'blobs', hash);
    const model = join(repository, 'snapshots', revision, 'onnx', 'model.onnx');
    link(`../../../blobs/${'a'.repeat(40)}`, model);
    write(repository, 'blobs', 'a'.repeat(40));
    link(`../../../blobs/${hash}`, repository, 'snapshots', revision, 'onnx', 'model.onnx_data');
    expect(weightFile(model, 'model.onnx_data')).toBe(blob);
  });

  it.each([
    ['another repository’s blobs', '../../../models--other--one/blobs', hash],
    ['a name that is no hash', '../../blobs', 'secret'],
    ['a folder below the blobs', '../../blobs/deeper', hash],
    ['the snapshots of another revision', '../../snapshots/x', hash],
  ])('follows no other link from there: %s', (_title, way, name) => {
    const repository = join(temporaryFolder(), 'hub', 'models--somebody--something');
    const snapshot = join(repository, 'snapshots', revision);
    mkdirSync(snapshot, { recursive: true });
    link(join(way, name), snapshot, 'model.onnx_data');
    write(snapshot, way, name);
    expect(() => weightFile(join(snapshot, 'model.onnx'), 'model.onnx_data')).toThrow(
      expect.objectContaining({ code: 'model.external-data-outside' }),
    );
  });
});
