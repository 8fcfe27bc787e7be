/** A host of its own in a folder of its own, and everything about it that an input must not change. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateProgram } from '#electron/services/program.ts';
import { makePictures, project } from '#test/engine/support.ts';
import { connectWindow, letIn } from '#test/support/window-client.ts';
import { watched, type Ground } from './kind.ts';

/** Files that a window may write where it likes. */
const allowedOutputs = /\.(?:graft|onnx)$/;

export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'graft-hostile-'));
  readonly #home = join(this.folder, 'home');
  readonly #served: ChildProcess;
  readonly #began: string;
  readonly #socket: Server;
  #ground: Ground | undefined;
  /** When the latest input began a run or a dry run of one, milliseconds; absent when it did not. */
  begunAt: number | undefined;
  /** Why the host ended, if it did. */
  end: string | undefined;

  private constructor(served: (place: { home: string; folder: string }) => ChildProcess) {
    for (const name of ['home', 'tmp', 'inputs', 'outputs', 'outside', 'person']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'outside', 'canary'), 'as it was');
    for (const folder of ['inputs', 'outputs']) {
      const at = join(this.folder, folder);
      symlinkSync(join(this.folder, 'outside'), join(at, 'to-outside'));
      symlinkSync(join(this.folder, 'outside', 'canary'), join(at, 'to-outside.graft'));
      symlinkSync(join(this.folder, 'outside', 'canary'), join(at, 'to-outside.onnx'));
      symlinkSync(join(at, 'to-itself'), join(at, 'to-itself'));
      symlinkSync('/dev/zero', join(at, 'to-zero'));
      execFileSync('mkfifo', [join(at, 'pipe')]);
    }
    this.#socket = createServer().listen(join(this.folder, 'inputs', 'socket'));
    this.#began = join(this.folder, 'began');
    writeFileSync(this.#began, '');
    this.#served = served({ home: this.#home, folder: this.folder });
    this.#served.once('exit', (code, signal) => (this.end = `exit code ${code}, signal ${signal}`));
  }

  get ground(): Ground {
    if (!this.#ground) throw new Error('there is no host yet');
    return this.#ground;
  }

  static async open(): Promise<Place> {
    const { node, commandLine, root } = locateProgram();
    const place = new Place(({ home, folder }) =>
      spawn(node, [commandLine, 'serve', '--no-open', '--json'], {
        cwd: root,
        // Nothing that it would start to show something is found.
        env: {
          HOME: join(folder, 'person'),
          GRAFT_HOME: home,
          TMPDIR: join(folder, 'tmp'),
          PATH: join(folder, 'person'),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const pictures = join(place.folder, 'pictures');
    await makePictures(pictures, 6);
    const url = await new Promise<string>((resolve) => {
      place.#served.stdout?.once('data', (chunk: Buffer) =>
        resolve((JSON.parse(String(chunk)) as { url: string }).url),
      );
    });
    const secret = await letIn(url);
    const { host, ask } = connectWindow(url, secret);
    const settings = ['training.epochs=2', 'training.batchSize=6'];
    const { run } = await host.runs.start({ document: project(pictures, settings), path: '', device: 'cpu' });
    await watched(host, run);
    place.#ground = {
      host,
      ask,
      target: { port: Number(new URL(url).port), secret },
      pictures,
      run,
      inputs: join(place.folder, 'inputs'),
      outputs: join(place.folder, 'outputs'),
      outside: join(place.folder, 'outside'),
      begun: () => {
        place.begunAt ??= performance.now();
      },
    };
    return place;
  }

  /** The host and everything below it. */
  processes(): number[] {
    const below = (parent: number): number[] => {
      try {
        const listed = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim();
        return listed
          .split(' ')
          .filter(Boolean)
          .map(Number)
          .flatMap((child) => [child, ...below(child)]);
      } catch {
        return [];
      }
    };
    const host = this.#served.pid as number;
    return [host, ...below(host)];
  }

  /** What was written where nothing may be, since this began. */
  strayed(apart: readonly string[]): string[] {
    const found: string[] = [];
    const { outside, outputs } = this.ground;
    const canary = readFileSync(join(outside, 'canary'), 'utf8');
    if (canary !== 'as it was' || readdirSync(outside).length > 1)
      found.push(`in ${outside}: ${readdirSync(outside).join()}`);
    const planted = new Set(['to-outside', 'to-outside.graft', 'to-outside.onnx', 'to-itself', 'to-zero', 'pipe']);
    for (const name of readdirSync(outputs))
      if (!planted.has(name) && !allowedOutputs.test(name)) found.push(join(outputs, name));
    // Everything of this file system that changed since this began, but for this folder and where other programs write.
    const skipped = [this.folder, ...apart].flatMap((path) => ['-path', path, '-prune', '-o']);
    const listed = execFileSync('find', ['/', '-xdev', ...skipped, '-newercm', this.#began, '-type', 'f', '-print'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });
    found.push(...listed.split('\n').filter(Boolean));
    return found;
  }

  async close(): Promise<void> {
    this.#socket.close();
    if (this.end === undefined) {
      const over = new Promise((resolve) => {
        this.#served.once('exit', resolve);
      });
      this.#served.kill('SIGTERM');
      await over;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
