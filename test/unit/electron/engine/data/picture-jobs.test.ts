/** What becomes of pictures whose decoder ends: whom it blames, and who has no part in it. */
import { expect, test } from 'vitest';
import type { DecodeTask, KeeperMessage } from '#electron/engine/data/decoder-messages.ts';
import { frameKinds } from '#electron/engine/data/picture-frames.ts';
import { PictureJobs, type Ending } from '#electron/engine/data/picture-jobs.ts';

const pixels = { kind: 'pixels', options: { size: [1, 2], resize: 'crop' } } as const;
const thumbnail = { kind: 'thumbnail', side: 8 } as const;
const pictureBytes = 3 * 2 * 4;

function started(): { jobs: PictureJobs; said: KeeperMessage[] } {
  const said: KeeperMessage[] = [];
  return { said, jobs: new PictureJobs((message) => said.push(message), 1000) };
}

/** Answers a picture with values of `value`, as the decoder would. */
function answer(jobs: PictureJobs, job: number, index: number, value = 1): void {
  const header = { job, index, kind: frameKinds.picture, length: pictureBytes };
  const into = jobs.place(header);
  if (!into) throw new Error(`nobody asks for ${job}, ${index}`);
  into.set(new Uint8Array(new Float32Array(6).fill(value).buffer));
  jobs.take(header, into);
}

const asked = (tasks: readonly DecodeTask[]): unknown[] =>
  tasks.map(({ job, items }) => [job, items.map(([, input]) => input)]);
const reasons = (said: readonly KeeperMessage[]): unknown[] =>
  said.flatMap((message) =>
    message.type === 'done' ? message.failures.map(({ index, reason }) => [index, reason]) : [],
  );
const ending = (why: Ending['why'], limit: number, ...pictures: [number, number][]): Ending => ({
  type: 'ending',
  why,
  limit,
  pictures,
});

test('a job is asked for once, and done when every picture has come, in whatever order', () => {
  const { jobs, said } = started();
  jobs.add({ job: 4, work: pixels, inputs: ['a', 'b'] });
  expect(asked(jobs.next())).toEqual([[4, ['a', 'b']]]);
  expect(jobs.next()).toEqual([]);
  answer(jobs, 4, 1, 0.5);
  expect(said).toEqual([]);
  answer(jobs, 4, 0, 0.25);
  expect(said).toMatchObject([{ type: 'done', job: 4, failures: [] }]);
  const [done] = said as [Extract<KeeperMessage, { type: 'done' }>];
  expect([...done.pixels]).toEqual([...Array<number>(6).fill(0.25), ...Array<number>(6).fill(0.5)]);
  expect(jobs.isBusy).toBe(false);
});

test('what failed has its reason, and its pixels are zero whatever was written of them', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['a'] });
  jobs.place({ job: 0, index: 0, kind: frameKinds.picture, length: pictureBytes })?.fill(255);
  const reason = Buffer.from('the file is empty.');
  jobs.take({ job: 0, index: 0, kind: frameKinds.failure, length: reason.length }, reason);
  expect(reasons(said)).toEqual([[0, 'the file is empty.']]);
  expect([...(said[0] as Extract<KeeperMessage, { type: 'done' }>).pixels]).toEqual([0, 0, 0, 0, 0, 0]);
});

test('files come for pictures for the screen', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: thumbnail, inputs: ['a'] });
  const header = { job: 0, index: 0, kind: frameKinds.picture, length: 3 };
  jobs.take(header, Uint8Array.of(1, 2, 3));
  expect(said).toMatchObject([{ type: 'done', files: [Uint8Array.of(1, 2, 3)] }]);
});

test('there is no place for what nobody asked for', () => {
  const { jobs } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['a', 'b'] });
  jobs.add({ job: 1, work: thumbnail, inputs: ['a'] });
  const picture = { job: 0, index: 0, kind: frameKinds.picture, length: pictureBytes };
  expect(jobs.place(picture)).toHaveLength(pictureBytes);
  for (const wrong of [{ job: 7 }, { index: 2 }, { index: 2 ** 32 - 1 }, { length: pictureBytes + 1 }, { kind: 3 }]) {
    expect(jobs.place({ ...picture, ...wrong }), JSON.stringify(wrong)).toBeUndefined();
  }
  expect(jobs.place({ job: 1, index: 0, kind: frameKinds.picture, length: 2 ** 30 })).toBeUndefined();
  expect(jobs.place({ job: 1, index: 0, kind: frameKinds.failure, length: 2 ** 20 })).toBeUndefined();
  answer(jobs, 0, 0);
  expect(jobs.place(picture)).toBeUndefined();
});

test('when the decoder ends in the middle, what it had not answered is decoded one by one', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['a', 'b', 'c'] });
  jobs.next();
  answer(jobs, 0, 1);
  jobs.lost(undefined, 'SIGKILL', true);
  for (const [index, input] of [
    [0, 'a'],
    [2, 'c'],
  ] as const) {
    expect(asked(jobs.next())).toEqual([[0, [input]]]);
    expect(jobs.next()).toEqual([]);
    answer(jobs, 0, index);
  }
  expect(reasons(said)).toEqual([]);
  expect(said).toHaveLength(1);
});

test('a picture that ends it by itself twice is to blame, and no other', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['good', 'bad', 'also good'] });
  jobs.next();
  jobs.lost(undefined, 'SIGSEGV', true);
  const tried: unknown[] = [];
  for (let [task] = jobs.next(); task; [task] = jobs.next()) {
    const [[index, input]] = task.items as [readonly [number, string]];
    tried.push(input);
    if (input === 'bad') jobs.lost(undefined, 'SIGSEGV', true);
    else answer(jobs, 0, index);
  }
  expect(tried).toEqual(['good', 'bad', 'bad', 'also good']);
  expect(reasons(said)).toEqual([[1, 'it ends the decoder (SIGSEGV).']]);
});

test.each([
  ['time', 2.5, 'decoding it took longer than 2.5 s.'],
  ['memory', 3e9, 'decoding it took more than 3 GB of memory.'],
  ['stall', 30, 'nothing came of it for 30 s.'],
] as const)('a picture that was the only one when its %s was up is to blame at once', (why, limit, reason) => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['a', 'b'] });
  jobs.next();
  jobs.lost(ending(why, limit, [0, 1]), 'SIGKILL', true);
  expect(asked(jobs.next())).toEqual([[0, ['a']]]);
  answer(jobs, 0, 0);
  expect(reasons(said)).toEqual([[1, reason]]);
});

test('of several that were under way when memory was up each is tried alone', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['a', 'b', 'c'] });
  jobs.next();
  jobs.lost(ending('memory', 1e9, [0, 0], [0, 2]), 'SIGKILL', true);
  expect(asked(jobs.next())).toEqual([[0, ['a']]]);
  answer(jobs, 0, 0);
  expect(asked(jobs.next())).toEqual([[0, ['c']]]);
  jobs.lost(ending('memory', 1e9, [0, 2]), 'SIGKILL', true);
  expect(asked(jobs.next())).toEqual([[0, ['b']]]);
  answer(jobs, 0, 1);
  expect(reasons(said)).toEqual([[2, 'decoding it took more than 1 GB of memory.']]);
});

test('a decoder that ends before it was ready blames nobody', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: pixels, inputs: ['a'] });
  for (let starts = 0; starts < 3; starts++) {
    expect(asked(jobs.next())).toEqual([[0, ['a']]]);
    jobs.lost(undefined, 'exit code 1', false);
  }
  expect(said).toEqual([]);
});

test('more pixels than a picture may take are not begun with', () => {
  const { jobs, said } = started();
  jobs.add({ job: 0, work: { ...pixels, options: { size: [10, 10], resize: 'crop' } }, inputs: ['a'] });
  expect(said).toEqual([{ type: 'too many', job: 0, bytes: 1200 }]);
  expect(jobs.isBusy).toBe(false);
});
