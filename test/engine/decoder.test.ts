/** The process that decodes pictures: what it refuses, what it survives, and that it never outlives its engine. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isRunning, processMark } from '#electron/files/process-mark.ts';
import { locateProgram } from '#electron/services/program.ts';
import { DecodePool } from '#electron/engine/data/decode-pool.ts';
import { Decoder, type DecoderOptions } from '#electron/engine/data/decoder.ts';
import type { PictureWork } from '#electron/engine/data/decoder-messages.ts';
import { temporaryHome } from '#test/engine/support.ts';
import { pngChunk, pngSignature } from '#test/support/png.ts';

const mebibyte = 2 ** 20;
const posix = process.platform !== 'win32';
const home = temporaryHome();
const small: PictureWork = { kind: 'pixels', options: { size: [16, 16], resize: 'stretch' } };
const good = join(home.path, 'good.png');
const other = join(home.path, 'other.png');
const shared = new Decoder();

beforeAll(async () => {
  await solid(64, 48).png().toFile(good);
  await solid(48, 64, 'blue').png().toFile(other);
});
afterAll(async () => {
  await shared.close();
  home.remove();
});

function solid(width: number, height: number, background = 'red'): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

function started(options: DecoderOptions): Decoder {
  const decoder = new Decoder(options);
  onTestFinished(() => decoder.close());
  return decoder;
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(home.path, name);
  writeFileSync(path, bytes);
  return path;
}

/** Interlaced, 16 bits a channel, with transparency, and square; its few pixels are zeros. */
function interlacedPng(side: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 16, 6, 0, 0, 1]);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  const data = deflateSync(Buffer.alloc(1e6));
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', data), pngChunk('IEND')];
  return Buffer.concat([pngSignature, ...chunks]);
}

async function progressiveJpeg(side: number): Promise<Buffer> {
  const bytes = await solid(48, 40).jpeg({ progressive: true }).toBuffer();
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc2));
  bytes.writeUInt16BE(side, frame + 5);
  bytes.writeUInt16BE(side, frame + 7);
  return bytes;
}

async function gif(side: number): Promise<Buffer> {
  const bytes = await solid(48, 40).gif().toBuffer();
  bytes.writeUInt16LE(side, 6);
  bytes.writeUInt16LE(side, 8);
  const image = bytes.indexOf(Buffer.of(0x2c));
  bytes.writeUInt16LE(side, image + 5);
  bytes.writeUInt16LE(side, image + 7);
  return bytes;
}

async function reasonFor(decoder: Decoder, input: string, work: PictureWork = small): Promise<string | undefined> {
  const { failures } = await decoder.make([input], work);
  return failures[0]?.reason;
}

/** The most memory that the decoder has had so far, bytes. */
function peakOf(decoder: Decoder): number {
  const status = readFileSync(`/proc/${decoder.processId}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

async function expectGone(id: number | undefined): Promise<void> {
  if (id === undefined) throw new Error('there is no decoder');
  const mark = await processMark(id);
  await expect.poll(() => isRunning(mark), { timeout: 20_000 }).toBe(false);
}

describe('a small file that says it is a large picture', () => {
  it.each([
    ['a progressive JPEG of 65,500 × 65,500 pixels', 'p.jpg', () => progressiveJpeg(65_500), 'it would take 27'],
    ['a progressive JPEG of 16,000 × 16,000 pixels', 'q.jpg', () => progressiveJpeg(16_000), 'it would take 1.6'],
    ['a GIF of 16,000 × 16,000 pixels', 'g.gif', () => gif(16_000), 'it would take 2.4'],
    [
      'an interlaced PNG of 16 bits and 16,000 × 16,000 pixels',
      'i.png',
      () => interlacedPng(16_000),
      'it would take 2.',
    ],
  ])('is refused before anything is decoded: %s', async (_title, name, make, reason) => {
    const path = write(name, await make());
    const { processId } = shared;
    for (const work of [small, { kind: 'thumbnail', side: 96 }] as const) {
      expect(await reasonFor(shared, path, work)).toContain(reason);
    }
    expect(await reasonFor(shared, good)).toBeUndefined();
    if (processId !== undefined) expect(shared.processId).toBe(processId);
    if (process.platform === 'linux') expect(peakOf(shared)).toBeLessThan(400 * mebibyte);
  });

  it('is refused by what this machine allows, and both numbers are said', async () => {
    const decoder = started({ settings: { oneBytes: 50 * mebibyte } });
    const path = join(home.path, 'limited.jpg');
    await solid(4000, 3000).jpeg({ progressive: true }).toFile(path);
    expect(await reasonFor(decoder, path)).toMatch(
      /^it would take \d+(\.\d+)? MB .* a picture may take 52\.4 MB here\.$/,
    );
    expect(await reasonFor(shared, path)).toBeUndefined();
  });
});

it.runIf(process.platform === 'linux')('large pictures wait for each other, and all are decoded', async () => {
  const path = join(home.path, 'large.jpg');
  await solid(4500, 4500).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toFile(path);
  const decoder = started({ settings: { threads: 2, oneBytes: 180 * mebibyte, allBytes: 180 * mebibyte } });
  await decoder.make([good], small);
  const rest = peakOf(decoder);
  const { failures } = await decoder.make(Array<string>(6).fill(path), small);
  expect(failures).toEqual([]);
  // Four at a time would take 480.
  expect(peakOf(decoder) - rest).toBeLessThan(230 * mebibyte);
});

it('a picture that takes too long is ended, blamed alone, and named by the time it was given', async () => {
  const path = join(home.path, 'slow.png');
  await solid(14_000, 14_000).png({ compressionLevel: 1 }).toFile(path);
  const decoder = started({ settings: { seconds: 0.2 } });
  const { failures, pixels } = await decoder.make([good, path, other, good], small);
  expect(failures).toEqual([{ index: 1, reason: 'decoding it took longer than 0.2 s.' }]);
  expect(pixels.subarray(0, 768)).toEqual(pixels.subarray(3 * 768));
});

describe('a decoder that ends', () => {
  /** Ends the decoder as soon as it reads a picture that begins with “end”. */
  const deadly = `data:text/javascript,${encodeURIComponent(`
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { readSync } = fs;
    fs.readSync = (descriptor, bytes, ...more) => {
      const count = readSync(descriptor, bytes, ...more);
      if (bytes.subarray(0, 3).toString() === 'end') process.kill(process.pid, 'SIGKILL');
      return count;
    };
    syncBuiltinESMExports();
  `)}`;

  it('because of a picture blames that one alone', async () => {
    const killer = write('killer.png', Buffer.from('end of it'));
    const decoder = started({ arguments: ['--import', deadly] });
    const inputs = [good, good, killer, other, good, killer, other];
    const { failures, pixels } = await decoder.make(inputs, small);
    expect(failures.map(({ index }) => index)).toEqual([2, 5]);
    for (const { reason } of failures) expect(reason).toMatch(/^it ends the decoder \(.+\)\.$/);
    const alone = await shared.make(inputs, small);
    expect(pixels).toEqual(alone.pixels);
  });

  it('in the middle of a batch loses no picture', async () => {
    const decoder = started({});
    const inputs = Array.from({ length: 400 }, (_, index) => (index % 3 === 0 ? other : good));
    await decoder.make([good], small);
    const { processId } = decoder;
    const making = decoder.make(inputs, small);
    process.kill(processId as number, 'SIGKILL');
    const { failures, pixels } = await making;
    expect(failures).toEqual([]);
    expect(decoder.processId).not.toBe(processId);
    expect(pixels).toEqual((await shared.make(inputs, small)).pixels);
  });

  it('whenever it is started is given up, by code', async () => {
    const decoder = started({ arguments: ['--import', 'data:text/javascript,process.exit(3)'] });
    await expect(decoder.make([good], small)).rejects.toMatchObject({
      code: 'data.decoder-broken',
      message: expect.stringContaining('exit code 3') as string,
    });
  });

  it('when it has had nothing to do is started again when there is something', async () => {
    const decoder = started({ idleMilliseconds: 20 });
    await decoder.make([good], small);
    await expect.poll(() => decoder.processId, { timeout: 20_000 }).toBeUndefined();
    expect(await reasonFor(decoder, good)).toBeUndefined();
  });

  it('with whoever closes it, and what is under way is rejected', async () => {
    const pool = new DecodePool(1);
    const decoder = new Decoder();
    await decoder.make([good], small);
    const { processId } = decoder;
    const under = decoder.make(Array<string>(400).fill(good), small);
    const [outcome] = await Promise.allSettled([under, decoder.close(), pool.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'decoding was stopped' } });
    await expectGone(processId);
    await expect(decoder.make([good], small)).rejects.toThrow('stopped');
  });

  it('with an engine that ends without a word, in the middle of a batch', async () => {
    const { node, root } = locateProgram();
    const program = `
      import { Decoder } from '#electron/engine/data/decoder.ts';
      const decoder = new Decoder();
      const work = ${JSON.stringify(small)};
      await decoder.make([process.argv[1]], work);
      void decoder.make(Array(200_000).fill(process.argv[1]), work);
      console.log(decoder.processId);
    `;
    const engine = spawn(node, ['--input-type=module-typescript', '--eval', program, good], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void engine.kill('SIGKILL'));
    const [line] = (await once(engine.stdout, 'data')) as [Buffer];
    const mark = await processMark(Number(line));
    expect(await isRunning(mark)).toBe(true);
    engine.kill('SIGKILL');
    await expect.poll(() => isRunning(mark), { timeout: 20_000 }).toBe(false);
  });
});

describe('what is no file', () => {
  it('is refused by its kind, a folder', async () => {
    expect(await reasonFor(shared, home.path)).toBe('it is a folder, not a file.');
  });

  it.runIf(posix)('is refused without being opened: a pipe, a link to one, a device and a socket', async () => {
    const [pipe, link, socket] = ['pipe.png', 'link.png', 'socket.png'].map((name) => join(home.path, name)) as [
      string,
      string,
      string,
    ];
    execFileSync('mkfifo', [pipe]);
    symlinkSync(pipe, link);
    const server = createServer();
    server.listen(socket);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    for (const work of [small, { kind: 'thumbnail', side: 96 }] as const) {
      const { failures } = await shared.make([pipe, link, '/dev/zero', socket, good], work);
      expect(failures.map(({ reason }) => reason)).toEqual(
        ['a pipe', 'a pipe', 'a device', 'a socket'].map((kind) => `it is ${kind}, not a file.`),
      );
    }
  });
});
