/** A run on disk, and what is left of it after a crash. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
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
beforeEach(() => {
  folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create(project());
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
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events);
  });

  it('leaves no half-written file behind', () => {
    folder.writeRecord(record);
    folder.writeCheckpoint('last', new Map(), beginning);
    expect(readdirSync(folder.path).toSorted()).toEqual(['checkpoints', 'metrics.jsonl', 'project.graft', 'run.json']);
    expect(readdirSync(join(folder.path, 'checkpoints'))).toEqual(['last.safetensors']);
  });
});

describe('metrics after a crash', () => {
  it('lose a last line that was cut off, wherever it was cut', () => {
    folder.appendEvents(events);
    const length = readFileSync(metrics).byteLength;
    const last = JSON.stringify(events.at(-1)).length + 1;
    for (const missing of [2, Math.floor(last / 2), last - 1]) {
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

describe('a folder that is no run', () => {
  it('is said to be missing', () => {
    expect(codeOf(() => RunFolder.open(join(folder.path, 'nowhere')))).toBe('run.missing');
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
