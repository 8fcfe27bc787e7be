/** Calls of a window that was let in, with arguments that no window sends. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { project } from '#test/engine/support.ts';
import type { Dice } from '#test/support/vandal.ts';
import { spoil } from './json.ts';
import { mixed, oddText, watched, type Ground } from './kind.ts';

type Ask = (input: unknown, options?: { signal: AbortSignal }) => Promise<unknown>;

/** Every procedure that takes something, with what it takes when nothing is wrong. */
function sound({ pictures, run, inputs, outputs }: Ground): readonly (readonly [path: string, input: unknown])[] {
  const document = project(pictures);
  const picture = join(pictures, 'class-0', '0.png');
  const augment = { flip: 0.5, rotate: 10, zoom: 1.2, light: 0.1 };
  return [
    ['settings.write', { theme: 'light', cacheLimitBytes: 1e9, shortcuts: { save: 'Mod+S' }, trustedComputers: ['x'] }],
    ['files.list', { folder: inputs, endings: ['.graft'] }],
    ['files.trust', { path: inputs }],
    ['files.upload', { folder: 'dropped', files: [{ path: 'a/b.png', content: 'AAAA' }] }],
    ['app.reveal', { path: inputs }],
    ['documents.open', { path: join(inputs, 'input.graft') }],
    ['documents.parse', { text: '{}', name: 'x' }],
    ['documents.save', { document, path: join(outputs, 'x.graft') }],
    ['documents.keepRecovery', { key: 'k', path: '', document }],
    ['documents.dropRecovery', { key: 'k' }],
    ['data.facts', { document, path: '' }],
    ['data.dataset', { path: pictures, validation: 0.2, seed: 1, limitPerClass: 0 }],
    ['data.backbone', { model: 'nano', path: '' }],
    ['data.thumbnails', { paths: [picture], size: 64 }],
    ['data.augmentPreviews', { paths: [picture], size: 64, seed: 1, augment }],
    ['data.forecast', { document, path: '', device: 'cpu' }],
    ['runs.start', { document, path: '', device: 'cpu' }],
    ['runs.resume', { run }],
    ['runs.control', { action: 'pause' }],
    ['runs.watch', { run }],
    ['runs.document', { run }],
    ['runs.evaluation', { run }],
    ['runs.export', { run, file: join(outputs, 'x.onnx') }],
    ['runs.predict', { run, inputs: [picture] }],
  ];
}

/** Files are written where a person says. Where that is, is sound here; what it is called, and what lies there, is not. */
const written: Readonly<Record<string, 'path' | 'file'>> = { 'documents.save': 'path', 'runs.export': 'file' };

function inOutputs(dice: Dice, ground: Ground): string {
  const name = dice.pick([
    'x',
    'x.graft',
    'x.onnx',
    'canary',
    '.bashrc',
    'a\0b',
    'x'.repeat(300),
    'x.graft/',
    // The folder itself: what gets an ending then is beside it.
    '.',
    'to-outside',
    'to-outside.graft',
    'to-outside.onnx',
    randomUUID(),
  ]);
  return join(ground.outputs, name);
}

async function call(dice: Dice, ground: Ground): Promise<unknown> {
  const [path, input] = dice.pick(sound(ground));
  const [room = '', name = ''] = path.split('.');
  const given = dice.below(20) === 0 ? oddText(dice, ground) : spoil(input, dice, ground);
  const target = written[path];
  if (target !== undefined && given !== null && typeof given === 'object')
    Object.assign(given, { [target]: inOutputs(dice, ground) });
  const rooms = ground.host as unknown as Record<string, Record<string, Ask>>;
  const ask = rooms[room]?.[name] as Ask;
  if (['runs.start', 'runs.resume', 'data.forecast'].includes(path)) ground.begun();
  const answer = await ask(given).catch((error: unknown) => {
    // The client itself cannot take values that are nested as deeply as this.
    if (error instanceof RangeError) return ground.ask(path, given);
    throw error;
  });
  if (answer instanceof Object && 'p' in answer) return answer;
  if (path === 'runs.watch') return firstOf(answer as AsyncIterable<unknown>);
  // A run that could be started is let go to its end, stopped.
  if (['runs.start', 'runs.resume', 'data.forecast'].includes(path))
    await stopped(ground, (answer as { run: string }).run);
  return answer;
}

async function firstOf(batches: AsyncIterable<unknown>): Promise<unknown> {
  for await (const batch of batches) return batch;
  return undefined;
}

async function stopped({ host }: Ground, run: string): Promise<void> {
  await host.runs.control({ action: 'stop' }).catch(() => undefined);
  await watched(host, run);
}

export const calls = mixed([[1, call]]);
