/** Nothing leaves the machine, and nothing is written but where a person has things kept: shown, not said. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';
import { missing, place, runAlone, type Outcome, type Place } from './support/alone.ts';
import { readTrace } from './support/trace.ts';

const why = missing();
const { root, resources } = locateProgram();
const graft = `"$NODE" '${join(root, 'electron', 'cli', 'main.ts')}'`;
const sample = join(resources, 'sample', 'orchard');
const short = '--set training.epochs=2 --set data.limitPerClass=6';

function somewhere(): Place {
  const made = place();
  onTestFinished(() => made.remove());
  return made;
}

/** Milliseconds after which the runtime has begun to send: it waits nine seconds. */
const reportsAfter = 14_000;

/** Devices that every program writes to, and files that are no files. */
const harmless = /^\/dev\/(?:null|tty|pts\/\d+|shm\/\S*)$|^\/proc\/(?:self|thread-self|\d+)\//;

function outside({ touched }: Outcome, { home, outputs }: Place): string[] {
  const allowed = (path: string): boolean =>
    [home, outputs].some((folder) => path === folder || path.startsWith(`${folder}/`)) || harmless.test(path);
  return touched.filter(({ path }) => !allowed(path)).map(({ call, path }) => `${call} ${path}`);
}

/** 0 look-ups, 0 sockets, 0 files outside. */
function expectAlone(outcome: Outcome, at: Place, loopback = 0): void {
  expect(outcome.sockets.length, outcome.sockets.slice(0, 5).join('\n')).toBeLessThanOrEqual(loopback);
  expect(outcome.counted).toMatchObject({ noRoute: 0, datagrams: 0 });
  expect(outside(outcome, at)).toEqual([]);
}

describe.skipIf(why !== undefined)(`alone on this machine${why === undefined ? '' : ` (not here: ${why})`}`, () => {
  it('the watch sees what the runtime does when nobody turns it off', () => {
    const at = somewhere();
    const program = `
      const { createRequire } = require('node:module');
      const { InferenceSession } = createRequire('${root}/package.json')('onnxruntime-node');
      const model = '${join(resources, 'backbones', 'nano', 'nano.onnx')}';
      InferenceSession.create(model).then(() => setTimeout(() => undefined, ${reportsAfter}));
    `;
    const outcome = runAlone(at, `"$NODE" --eval "${program.replaceAll('\n', ' ')}"`);
    expect(outcome.sockets.join('\n')).toContain('AF_INET');
    expect(outcome.counted.noRoute).toBeGreaterThan(0);
    expect(outside(outcome, at).join('\n')).toMatch(/\.onnxruntime\/deviceid|onnxruntime\.db/);
    expect(outside(outcome, at).join('\n')).toMatch(/mat-debug-\d+\.log/);
  });

  it('trains, evaluates, exports and predicts', () => {
    const at = somewhere();
    const model = join(at.outputs, 'm.onnx');
    const outcome = runAlone(
      at,
      [
        `${graft} new image-classification --data '${sample}' -o '${at.outputs}/p.graft'`,
        `${graft} check '${at.outputs}/p.graft'`,
        `${graft} train '${at.outputs}/p.graft' ${short} --device cpu --json > '${at.outputs}/events.jsonl'`,
        `run=$(ls -d '${at.home}'/runs/*)`,
        `${graft} evaluate "$run" --json > '${at.outputs}/evaluation.json'`,
        `${graft} export "$run" -o '${model}'`,
        `${graft} predict '${model}' "$(find '${sample}' -name '*.jpg' -o -name '*.png' -o -name '*.webp' | head -n 1)"`,
        `${graft} privacy`,
      ].join(' && '),
    );
    expectAlone(outcome, at);
    expect(outcome.counted.connections).toBe(0);
    expect(outcome.output).toContain('checked: largest difference');
    expect(outcome.output).toContain('onnxruntime has left nothing');
  });

  it('looks at devices, and tunes', () => {
    const at = somewhere();
    const outcome = runAlone(
      at,
      `${graft} devices && ${graft} new image-classification --data '${sample}' -o '${at.outputs}/p.graft' && ${graft} explain '${at.outputs}/p.graft' --phase 7 > /dev/null`,
    );
    expectAlone(outcome, at);
    expect(outcome.counted.connections).toBe(0);
    expect(outcome.output).toContain('cpu');
  });

  it('serves windows, on this machine alone', () => {
    const at = somewhere();
    mkdirSync(at.home);
    // The window is not traced: what it opens on this machine is what is asked for.
    const client = join(root, 'test', 'privacy', 'support', 'window.ts');
    const outcome = runAlone(
      at,
      `${graft} serve --no-open --json > '${at.outputs}/address.json' & host=$!; "$NODE" '${client}' '${at.outputs}/address.json' '${sample}'; code=$?; kill $host; wait $host; exit $code`,
    );
    // One that listens, and what the window opens.
    expectAlone(outcome, at, 8);
    expect(outcome.output).toContain('done');
  });
});

describe('readTrace', () => {
  it('finds what was made, by whatever name, and what was opened to be written', () => {
    const log = [
      '1 openat(AT_FDCWD</work>, "a.txt", O_WRONLY|O_CREAT, 0666) = 3</work/a.txt>',
      '1 openat(5</home/me>, "b.txt", O_RDONLY) = 4</home/me/b.txt>',
      '2 mkdir("/home/me/.cache", 0700 <unfinished ...>',
      '3 unlink("/gone") = -1 ENOENT (No such file or directory)',
      '2 <... mkdir resumed>) = 0',
      '1 renameat2(AT_FDCWD</work>, "x", 7</elsewhere>, "y", 0) = 0',
      '1 symlink("target", "/work/link") = 0',
    ].join('\n');
    expect(readTrace(log, '/work').touched).toEqual([
      { call: 'openat', path: '/work/a.txt' },
      { call: 'mkdir', path: '/home/me/.cache' },
      { call: 'renameat2', path: '/work/x' },
      { call: 'renameat2', path: '/elsewhere/y' },
      { call: 'symlink', path: '/work/link' },
    ]);
  });

  it('finds sockets that could reach out, also where they did not', () => {
    const log = [
      '1 socket(AF_UNIX, SOCK_STREAM, 0) = 3',
      '1 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP) = 4',
      '1 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)',
    ].join('\n');
    expect(readTrace(log, '/').sockets).toHaveLength(2);
  });
});

beforeAll(() => {
  if (why !== undefined) process.stderr.write(`test/privacy is skipped: ${why}\n`);
});
