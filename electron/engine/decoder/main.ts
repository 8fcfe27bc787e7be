/**
 * The decoder: a process that reads pictures for the engine that forked it, and may end without taking anything with it.
 * Its main thread does none of that itself: it hands tasks to threads, watches what they take, and ends the process when
 * that is too much or when the engine has gone.
 */
import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { DecoderMessage, DecoderSettings, DecodeTask } from '#electron/engine/data/decoder-messages.ts';
import type { WorkerSettings, WorkerTask } from './decode-worker.ts';
import { Lanes } from './lanes.ts';
import { lookSeconds, Watch } from './watch.ts';

/** At once, whatever native code is at: an orderly end would wait for it. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function say(message: DecoderMessage, then: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, then);
}

process.on('disconnect', end);
if (!process.connected) end();
// Ctrl+C in a terminal reaches every process of the program; what it means is for the host to say.
process.on('SIGINT', () => undefined);

/** Two at a time: one is resampled by the thread while the next is decompressed by the native thread pool. */
const lanesPerThread = 2;
/** Descriptor of the pipe for pictures, as the engine has it. */
const pipe = 3;
const settings = JSON.parse(process.argv[2] as string) as DecoderSettings;
const buffer = Lanes.sharedBuffer(settings.threads * lanesPerThread);
const lanes = new Lanes(buffer, settings.allBytes);

/** The thread's program: a source beside this one, or its bundle beside the bundled decoder. */
const program = new URL(import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './decode-worker.js', import.meta.url);

function startThread(number: number): Worker {
  const own = Array.from({ length: lanesPerThread }, (_, lane) => number * lanesPerThread + lane);
  const worker = new Worker(program, { workerData: { settings, lanes: buffer, own, pipe } satisfies WorkerSettings });
  // What a broken thread had taken is lost.
  worker.on('error', (error) => {
    process.stderr.write(`decoding: ${error instanceof Error ? error.message : String(error)}\n`);
    end();
  });
  return worker;
}

const threads = Array.from({ length: settings.threads }, (_, number) => startThread(number));
let starting = threads.length;
for (const thread of threads) {
  thread.once('message', () => {
    starting--;
    if (starting > 0) return;
    say({ type: 'ready' });
    // It is never ended in the orderly way in which Node would keep what it compiled.
    flushCompileCache();
  });
}
process.on('message', (task: DecodeTask) => {
  const shared: WorkerTask = { ...task, next: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
  for (const thread of threads) thread.postMessage(shared);
});

const watch = new Watch(settings.seconds, settings.allBytes);
let before = { time: performance.now(), processor: process.cpuUsage() };
const timer = setInterval(() => {
  const now = { time: performance.now(), processor: process.cpuUsage() };
  const elapsed = (now.time - before.time) / 1e3;
  const taken = now.processor.user + now.processor.system - before.processor.user - before.processor.system;
  before = now;
  const running = lanes.running();
  const verdict = watch.look({ elapsed, processor: taken / 1e6, memory: process.memoryUsage.rss(), running });
  if (verdict.kind === 'go on') return lanes.pause(verdict.isPaused);
  clearInterval(timer);
  const { why, limit } = verdict;
  const pictures = running.map(({ job, index }) => [job, index] as const);
  say({ type: 'ending', why, limit, pictures }, end);
}, lookSeconds * 1e3);
