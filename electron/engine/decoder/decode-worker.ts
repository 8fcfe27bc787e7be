/**
 * A thread of the decoder: takes pictures of a task until none is left and writes them into the pipe to the engine. Of a
 * picture it is first asked what decoding it would take; it is decoded when there is memory for it, or not at all.
 */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { formatBytes } from '#shared/core/format.ts';
import type { DecoderSettings, DecodeTask, PictureWork } from '#electron/engine/data/decoder-messages.ts';
import {
  frameHeaderBytes,
  frameKinds,
  writeFrameHeader,
  type FrameHeader,
} from '#electron/engine/data/picture-frames.ts';
import { decodingBytes } from './cost.ts';
import { foreignPatience, isForeign } from './foreign.ts';
import { formatOf } from '#electron/engine/data/picture-format.ts';
import { quickHeader } from './header.ts';
import { Lanes } from './lanes.ts';
import { decodeInto, preview, readHeader, requireBroad, thumbnail, whiteOf, workingSide } from './picture.ts';
import { free, openPicture, Refused, unreadableReason } from './picture-file.ts';
import { tiffBlocks } from './tiff-blocks.ts';

export interface WorkerSettings {
  readonly settings: DecoderSettings;
  readonly lanes: SharedArrayBuffer;
  /** This thread's lanes, a picture in each at a time. */
  readonly own: readonly number[];
  /** Descriptor of the pipe to the engine. */
  readonly pipe: number;
}

/** A task, handed to every thread at once. */
export interface WorkerTask extends DecodeTask {
  /** One 32-bit integer: the place of the next picture that no thread has taken. */
  readonly next: SharedArrayBuffer;
}

/** Bytes, beside its file, that a picture takes whose header is being read. */
const headerBytes = 32 * 2 ** 20;
/** A result of this side, or of a longer one, may take twice the time of a small one. */
const patientSide = 2048;

const { settings, lanes: buffer, own, pipe } = workerData as WorkerSettings;
const lanes = new Lanes(buffer, settings.allBytes);

/** The memory a picture has been given, and its place among those that are watched. */
class Seat {
  readonly #lane: number;
  readonly #patience: number;
  #about: { readonly job: number; readonly index: number; readonly patience: number };
  #bytes = 0;

  constructor(lane: number, { job, work }: DecodeTask, index: number) {
    this.#lane = lane;
    this.#patience = 1 + Math.min(1, longerSide(work) / patientSide) ** 2;
    this.#about = { job, index, patience: this.#patience };
  }

  async take(bytes: number): Promise<void> {
    await lanes.take(bytes);
    lanes.begin(this.#lane, { ...this.#about, bytes });
    this.#bytes = bytes;
  }

  /** Whether there is so much without waiting for it. @param patience how many times as long as others it may take */
  change({ bytes, patience }: Cost): boolean {
    this.#about = { ...this.#about, patience: this.#patience * patience };
    if (!lanes.tryExchange(this.#bytes, bytes)) return false;
    lanes.amend(this.#lane, bytes, this.#about.patience);
    this.#bytes = bytes;
    return true;
  }

  leave(): void {
    if (this.#bytes === 0) return;
    lanes.end(this.#lane);
    lanes.give(this.#bytes);
    this.#bytes = 0;
  }
}

/** A frame with room for its header at its start. Throws `Refused`, and what sharp and the system throw. */
async function frameOf(lane: number, task: DecodeTask, place: number, room: Room): Promise<Uint8Array> {
  const [index, input] = task.items[place] as DecodeTask['items'][number];
  const file = openPicture(input);
  const seat = new Seat(lane, task, index);
  let bytes: Buffer = Buffer.alloc(0);
  try {
    await seat.take(affordable(file.size + headerBytes));
    bytes = file.read();
    const wanted = await cost(bytes, task.work);
    affordable(wanted.bytes);
    if (!seat.change(wanted)) {
      // Nothing is held meanwhile: two that each hold what the other one waits for would wait for ever.
      free(bytes);
      seat.leave();
      await seat.take(wanted.bytes);
      bytes = file.read();
    }
    return await make(bytes, task.work, index, room);
  } finally {
    free(bytes);
    seat.leave();
    file.close();
  }
}

function affordable(bytes: number): number {
  const limit = settings.oneBytes;
  if (bytes <= limit) return bytes;
  throw new Refused(
    `it would take ${formatBytes(bytes)} of memory to decode; a picture may take ${formatBytes(limit)} here.`,
  );
}

interface Cost {
  readonly bytes: number;
  readonly patience: number;
}

/** What decoding takes. */
async function cost(bytes: Buffer, work: PictureWork): Promise<Cost> {
  if (bytes.length === 0) throw new Refused('the file is empty.');
  const format = formatOf(bytes);
  if (!format) throw new Refused('it is not in a picture format Graft knows.');
  const header = quickHeader(bytes, format) ?? (await readHeader(bytes, format));
  const isSized = work.kind === 'pixels' || work.kind === 'preview';
  const shorterSide = isSized ? workingSide(work.options.size) : longerSide(work);
  if (isSized) requireBroad(header, shorterSide);
  const blocks = format === 'tiff' ? tiffBlocks(bytes) : undefined;
  return {
    bytes: decodingBytes(header, bytes.length, { shorterSide, resultBytes: resultBytes(work) }, blocks),
    // Deep numbers are looked through before they are decoded.
    patience: isForeign(format) ? foreignPatience[format] : header.sampleBytes > 1 ? 2 : 1,
  };
}

/** What is made of a picture beside the picture itself: floats, bytes, and before a rotation four times as many. */
function resultBytes(work: PictureWork): number {
  if (work.kind === 'white') return 0;
  if (work.kind === 'thumbnail') return 8 * work.side ** 2;
  const [height, width] = work.options.size;
  return height * width * (16 + (work.options.augment ? 48 : 0));
}

function longerSide(work: PictureWork): number {
  if (work.kind === 'white') return 1;
  return work.kind === 'thumbnail' ? work.side : Math.max(...work.options.size);
}

/** Room for a frame of pixels, kept from picture to picture. */
interface Room {
  frame: Uint8Array<ArrayBuffer>;
}

async function make(bytes: Buffer, work: PictureWork, index: number, room: Room): Promise<Uint8Array> {
  if (work.kind === 'thumbnail') return framed(await thumbnail(bytes, work.side));
  if (work.kind === 'white') return framed(Buffer.from(String(await whiteOf(bytes))));
  if (work.kind === 'preview') return framed(await preview(bytes, work.options, index));
  const count = 3 * work.options.size[0] * work.options.size[1];
  const length = frameHeaderBytes + count * Float32Array.BYTES_PER_ELEMENT;
  if (room.frame.length !== length) room.frame = new Uint8Array(length);
  await decodeInto(bytes, work.options, index, new Float32Array(room.frame.buffer, frameHeaderBytes, count));
  return room.frame;
}

function framed(content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeaderBytes + content.length);
  frame.set(content, frameHeaderBytes);
  return frame;
}

/** Straight from this thread, which spares a copy: the one that is at it has the pipe to itself. */
function send(frame: Uint8Array, about: Omit<FrameHeader, 'length'>): void {
  writeFrameHeader(frame, { ...about, length: frame.length - frameHeaderBytes });
  lanes.alone(() => {
    for (let at = 0; at < frame.length;) at += writeSync(pipe, frame, at);
  });
}

async function workThrough(lane: number, task: WorkerTask): Promise<void> {
  const { job, items, next } = task;
  const counter = new Int32Array(next);
  const room: Room = { frame: new Uint8Array(0) };
  for (let place = Atomics.add(counter, 0, 1); place < items.length; place = Atomics.add(counter, 0, 1)) {
    const [index] = items[place] as DecodeTask['items'][number];
    let frame: Uint8Array;
    let kind: number = frameKinds.picture;
    try {
      frame = await frameOf(lane, task, place, room);
    } catch (thrown) {
      frame = framed(Buffer.from(unreadableReason(thrown)));
      kind = frameKinds.failure;
    }
    send(frame, { job, index, kind });
  }
}

/** Tasks are worked off in the order they came. */
let working: Promise<unknown> = Promise.resolve();

parentPort?.on('message', (task: WorkerTask) => {
  working = working.then(() => Promise.all(own.map((lane) => workThrough(lane, task))));
});
parentPort?.postMessage('ready');
