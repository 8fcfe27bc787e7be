/**
 * Where the weight files of a model may lie: in its own folder or below, links followed, or in the one other place in
 * which a model's hub puts them. A model names its weight files itself, and a model is somebody else's file: through a
 * link it would have any file of this machine copied into an export.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import { errorCode } from './failures.ts';

/**
 * The hub's cache keeps each file once, named by its hash, in `models--ORGANISATION--NAME/blobs`, and links to it from
 * `models--ORGANISATION--NAME/snapshots/REVISION/…`
 * (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
 */
const hubSnapshot = /^(?<repository>.*[/\\]models--[^/\\]+)[/\\]snapshots[/\\][0-9a-f]{40}(?:[/\\]|$)/;
const hubBlob = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * The real path of a weight file. `location` is as the model writes it: already known to be relative and to have no
 * way up in it.
 * @throws GraftError `model.external-data-missing`, `model.external-data-outside`
 */
export function weightFile(model: string, location: string): string {
  const folder = dirname(model);
  const missing = (): GraftError => new GraftError('model.external-data-missing', { path: model, file: location });
  const real = realPath(join(folder, location));
  const home = realPath(folder);
  if (real === undefined || home === undefined) throw missing();
  const isInside = real === home || real.startsWith(home.endsWith(sep) ? home : home + sep);
  if (isInside || isHubBlob(home, real)) return real;
  throw new GraftError('model.external-data-outside', { path: model, file: `${location} → ${real}` });
}

function isHubBlob(folder: string, file: string): boolean {
  const repository = hubSnapshot.exec(folder)?.groups?.['repository'];
  return repository !== undefined && dirname(file) === join(repository, 'blobs') && hubBlob.test(basename(file));
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === '') throw error;
    return undefined;
  }
}
