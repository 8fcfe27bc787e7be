/** A run on disk, and what is left of it after a crash. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '#shared/ir/safetensors.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { beginning } from '#electron/engine/training/progress.ts';
import { RunFolder, type RunRecord } from '#electron/engine/training/run-folder.ts';
import { project } from '#test/support/documents.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const record: RunRecord = {
  format: 1,
  title: 'run',
  started: '2026-01-02T03:04:05.000Z',
  status: 'running',
  device: 'cpu',
  versions: { node: '24' },
  seed: 1,
  classes: ['a', 'b'],
  samples: { train: 8, validation: 2 },
  parameters: { trainable: 10, frozen: 5 },
  summary: 'head',
  hashes: { backbone: 'b', data: 'd' },
  baseFolder: '/projects',
  checksums: 'crc32',
};

const step = (number: number, epoch: number): RunEvent => ({
  event: 'step',
  step: number,
  epoch,
  loss: 1 / number,
  lr: 0.1,
  accuracy: 0.5,
});
const epochEnd = (epoch: number): RunEvent => ({
  event: 'epoch',
  epoch,
  train: { loss: 1, accuracy: 0.5 },
  validation: { loss: 1, accuracy: 0.5 },
  seconds: 1,
  samplesPerSecond: 8,
  secondsLeft: 0,
  best: true,
});
const warning: RunEvent = { event: 'warning', code: 'data.image-unreadable', message: 'm', remedy: 'r' };
/** Two epochs of two steps, then the beginning of a third. */
const events: RunEvent[] = [
  warning,
  step(1, 1),
  step(2, 1),
  epochEnd(1),
  step(3, 2),
  step(4, 2),
  epochEnd(2),
  step(5, 3),
  { event: 'error', code: 'run.session-failed', message: 'm', remedy: 'r' },
];

let folder: RunFolder;
let metrics: string;
beforeEach(async () => {
  folder = new RunFolder(join(temporaryFolder(), 'run'));
  const lock = await folder.lock();
  folder.create(project(), record);
  await lock.release();
  metrics = join(folder.path, 'metrics.jsonl');
});

/** The code of the GraftError that `work` throws. */
function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
  return undefined;
}

describe('what is written', () => {
  it('is read again', () => {
    folder.writeRecord(record);
    folder.appendEvents(events);
    expect(RunFolder.open(folder.path).readRecord()).toEqual(record);
    expect(folder.readDocument()).toEqual(project());
    expect(folder.readEvents()).toEqual(events);
  });

  it('is one JSON object a line, added to and never rewritten', () => {
    folder.appendEvents(events.slice(0, 3));
    const before = readFileSync(metrics, 'utf8');
    folder.appendEvents([]);
    folder.appendEvents(events.slice(3));
    const after = readFileSync(metrics, 'utf8');
    expect(after.startsWith(before)).toBe(true);
    const lines = after.trimEnd().split('\n');
    const crc = expect.stringMatching(/^[0-9a-f]{8}$/) as string;
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events.map((event) => ({ ...event, crc })));
  });

  it('leaves no half-written file behind', () => {
    folder.writeCheckpoint('last', new Map(), beginning);
    expect(readdirSync(folder.path).toSorted()).toEqual(['checkpoints', 'metrics.jsonl', 'project.graft', 'run.json']);
    expect(readdirSync(join(folder.path, 'checkpoints'))).toEqual(['last.safetensors']);
  });
});

describe('metrics after a crash', () => {
  it('lose a last line that was cut off, wherever it was cut', () => {
    folder.appendEvents(events);
    const length = readFileSync(metrics).byteLength;
    const last = readFileSync(metrics, 'utf8').trimEnd().split('\n').at(-1)!.length + 1;
    for (const missing of [1, 2, Math.floor(last / 2), last - 1]) {
      truncateSync(metrics, length - missing);
      expect(folder.readEvents()).toEqual(events.slice(0, -1));
    }
  });

  it('lose lines that are no events, and no others', () => {
    folder.appendEvents(events.slice(0, 2));
    appendFileSync(metrics, 'not JSON\n{"event":"from the future"}\n\n');
    folder.appendEvents(events.slice(2));
    expect(folder.readEvents()).toEqual(events);
  });

  it('are none when the file is gone', () => {
    expect(new RunFolder(join(folder.path, 'nowhere')).readEvents()).toEqual([]);
  });

  it('go back to where a run resumes: what it will say again is dropped', () => {
    folder.appendEvents(events);
    folder.truncateEvents(3, 2);
    expect(folder.readEvents()).toEqual([warning, step(1, 1), step(2, 1), epochEnd(1), step(3, 2)]);
  });

  it('go back to the end of an epoch with the epoch kept', () => {
    folder.appendEvents(events);
    folder.truncateEvents(4, 3);
    expect(folder.readEvents()).toEqual(events.slice(0, 7));
  });

  it('go back cleanly over a line that was cut off', () => {
    folder.appendEvents(events);
    appendFileSync(metrics, '{"event":"st');
    folder.truncateEvents(5, 3);
    folder.appendEvents([step(6, 3)]);
    expect(folder.readEvents()).toEqual([...events.slice(0, 8), step(6, 3)]);
  });
});

describe('checkpoints', () => {
  const tensors = new Map([
    ['head/0/weight', float32Tensor([2, 2], [1, 2, 3, 4])],
    ['state/head/0/weight/exp_avg', float32Tensor([2, 2], [0, 0, 0, 0])],
  ]);
  const progress = { ...beginning, step: 7, epoch: 2, best: { epoch: 1, loss: 0.5, accuracy: 1 } };
  const path = (): string => join(folder.path, 'checkpoints', 'last.safetensors');

  it('hold the tensors and where the run stands', () => {
    folder.writeCheckpoint('last', tensors, progress);
    const read = folder.readCheckpoint('last');
    expect(read.progress).toEqual(progress);
    expect([...read.tensors].map(([name, { shape, data }]) => [name, shape, Uint8Array.from(data)])).toEqual(
      [...tensors].map(([name, { shape, data }]) => [name, shape, data]),
    );
  });

  it('that were never written are an error of their own', () => {
    expect(codeOf(() => folder.readCheckpoint('best'))).toBe('run.no-checkpoint');
  });

  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['empty', () => new Uint8Array()],
    ['cut off in the header', (bytes) => bytes.subarray(0, 20)],
    ['cut off in the tensors', (bytes) => bytes.subarray(0, bytes.byteLength - 1)],
    ['followed by something', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['overwritten with zeros', (bytes) => Buffer.alloc(bytes.byteLength)],
    ['of someone else, without progress', () => encodeSafetensors(tensors)],
    ['with progress of another form', () => encodeSafetensors(tensors, { progress: '{"step":"seven"}' })],
    ['with progress that is not JSON', () => encodeSafetensors(tensors, { progress: '{' })],
  ])('that are %s are damaged', (_title, damage) => {
    folder.writeCheckpoint('last', tensors, progress);
    writeFileSync(path(), damage(readFileSync(path())));
    expect(codeOf(() => folder.readCheckpoint('last'))).toBe('run.checkpoint-damaged');
  });
});

describe('a bit that has flipped', () => {
  const weights = float32Tensor([3], [1, 2, 3]);
  const progress = { ...beginning, step: 7, best: { epoch: 1, loss: 0.5, accuracy: 1 } };
  const path = (name: string): string => join(folder.path, 'checkpoints', `${name}.safetensors`);

  it('anywhere in a checkpoint is noticed', () => {
    folder.writeCheckpoint('last', new Map([['w', weights]]), progress);
    const whole = readFileSync(path('last'));
    for (let place = 0; place < whole.length; place++) {
      const bent = Buffer.from(whole);
      bent[place]! ^= 1 << (place % 8);
      writeFileSync(path('last'), bent);
      expect(
        codeOf(() => folder.readCheckpoint('last')),
        `byte ${place}`,
      ).toBe('run.checkpoint-damaged');
    }
  });

  it('anywhere in the metrics costs a line, and it is counted', () => {
    folder.appendEvents(events);
    const whole = readFileSync(metrics);
    for (let place = 0; place < whole.length; place++) {
      const bent = Buffer.from(whole);
      bent[place]! ^= 1 << (place % 8);
      writeFileSync(metrics, bent);
      const read = folder.readEvents();
      // Only what was said, in the order it was said in.
      expect(events.filter((event) => read.some((one) => JSON.stringify(one) === JSON.stringify(event)))).toEqual(read);
      expect(read.length, `byte ${place}`).toBeGreaterThanOrEqual(events.length - 2);
      // Without its checksum the first line still says what it said.
      if (place > whole.indexOf('\n')) expect(read.length, `byte ${place}`).toBeLessThan(events.length);
    }
    writeFileSync(metrics, whole);
    expect(folder.readEvents()).toEqual(events);
    expect(folder.truncateEvents(100, 100)).toBe(0);
    writeFileSync(metrics, readFileSync(metrics, 'utf8').replace('"step":2', '"step":4'));
    expect(folder.truncateEvents(100, 100)).toBe(1);
  });

  it('in the newest checkpoint costs the steps since the one before', () => {
    folder.writeCheckpoint('last', new Map([['w', weights]]), { ...progress, step: 5 });
    folder.writeCheckpoint('last', new Map([['w', weights]]), { ...progress, step: 6 });
    expect(folder.readCheckpoint('last')).toMatchObject({ isOlder: false, progress: { step: 6 } });
    appendFileSync(path('last'), 'x');
    expect(folder.readCheckpoint('last')).toMatchObject({ isOlder: true, progress: { step: 5 } });
    // Killed between the two names.
    rmSync(path('last'));
    expect(folder.readCheckpoint('last')).toMatchObject({ isOlder: false, progress: { step: 5 } });
    expect(folder.hasCheckpoint('last')).toBe(true);
  });

  it('cannot be told in a run of an earlier version, which is read all the same', () => {
    const earlier: RunRecord = { ...record };
    Reflect.deleteProperty(earlier, 'checksums');
    folder.writeRecord(earlier);
    writeFileSync(path('last'), encodeSafetensors(new Map([['w', weights]]), { progress: JSON.stringify(progress) }));
    writeFileSync(metrics, `${JSON.stringify(step(1, 1))}\n`);
    expect(folder.readCheckpoint('last').progress.step).toBe(7);
    expect(folder.readEvents()).toEqual([step(1, 1)]);
  });
});

describe('the writer of a run', () => {
  it('is one at a time, and it is said who', async () => {
    const lock = await folder.lock();
    await expect(new RunFolder(folder.path).lock()).rejects.toMatchObject({
      code: 'run.locked',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await lock.release();
    await (await folder.lock()).release();
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('clears away what one that was killed has left', async () => {
    writeFileSync(join(folder.path, '.run.json.abc.tmp'), '');
    writeFileSync(join(folder.path, 'checkpoints', '.last.safetensors.abc.tmp'), '');
    writeFileSync(join(folder.path, 'mine.tmp'), '');
    await (await folder.lock()).release();
    expect(readdirSync(join(folder.path, 'checkpoints'))).toEqual([]);
    expect(readdirSync(folder.path)).toContain('mine.tmp');
    expect(readdirSync(folder.path)).not.toContain('.run.json.abc.tmp');
  });
});

describe('a folder that is no run', () => {
  it('is said to be missing', () => {
    expect(codeOf(() => RunFolder.open(join(folder.path, 'nowhere')))).toBe('run.missing');
    rmSync(join(folder.path, 'run.json'));
    expect(codeOf(() => RunFolder.open(folder.path))).toBe('run.missing');
  });

  it.each(['', '{', '[]', 'null', '{"format":2}', JSON.stringify({ ...record, status: 'lost' })])(
    'with %j as its record is said to be missing',
    (text) => {
      writeFileSync(join(folder.path, 'run.json'), text);
      expect(codeOf(() => RunFolder.open(folder.path).readRecord())).toBe('run.missing');
    },
  );

  it('without its document is said to be missing', () => {
    const bare = new RunFolder(join(folder.path, 'bare'));
    mkdirSync(bare.path);
    expect(codeOf(() => bare.readDocument())).toBe('run.missing');
  });
});
