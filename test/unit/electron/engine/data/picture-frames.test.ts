/** Frames as they come out of a pipe: in pieces of any size, and not always what was asked for. */
import { expect, test } from 'vitest';
import {
  frameHeaderBytes,
  FrameReader,
  writeFrameHeader,
  type FrameHeader,
} from '#electron/engine/data/picture-frames.ts';

function frame(header: Omit<FrameHeader, 'length'>, content: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(frameHeaderBytes + content.length);
  bytes.set(content, frameHeaderBytes);
  writeFrameHeader(bytes, { ...header, length: content.length });
  return bytes;
}

interface Taken {
  readonly header: FrameHeader;
  readonly content: readonly number[];
}

function collector(): { reader: FrameReader; taken: Taken[] } {
  const taken: Taken[] = [];
  const reader = new FrameReader({
    place: ({ kind, length }) => (kind === 9 ? undefined : new Uint8Array(kind === 8 ? length + 1 : length)),
    take: (header, content) => taken.push({ header, content: [...content] }),
  });
  return { reader, taken };
}

const stream = Buffer.concat([
  frame({ job: 1, index: 2, kind: 1 }, [1, 2, 3, 4, 5]),
  frame({ job: 2 ** 32 - 1, index: 70_000, kind: 2 }, []),
  frame({ job: 3, index: 0, kind: 1 }, [7]),
]);

test.each([1, 2, 15, 16, 17, 1000])('frames are put together from pieces of %i bytes', (size) => {
  const { reader, taken } = collector();
  for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
  expect(taken).toEqual([
    { header: { job: 1, index: 2, kind: 1, length: 5 }, content: [1, 2, 3, 4, 5] },
    { header: { job: 2 ** 32 - 1, index: 70_000, kind: 2, length: 0 }, content: [] },
    { header: { job: 3, index: 0, kind: 1, length: 1 }, content: [7] },
  ]);
});

test('what is read straight into the space that is offered arrives where it belongs', () => {
  const { reader, taken } = collector();
  for (let at = 0; at < stream.length;) {
    const space = reader.space();
    const count = Math.min(3, space.length, stream.length - at);
    space.set(stream.subarray(at, at + count));
    at += count;
    reader.filled(count);
  }
  expect(taken.map(({ content }) => content)).toEqual([[1, 2, 3, 4, 5], [], [7]]);
});

test.each([
  ['nobody has room for', 9],
  ['says another length than its place has', 8],
])('a frame that %s is refused', (_title, kind) => {
  const { reader, taken } = collector();
  expect(() => reader.push(frame({ job: 1, index: 1, kind }, [1]))).toThrow('nobody asked for');
  expect(taken).toEqual([]);
});
