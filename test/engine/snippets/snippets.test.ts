/**
 * The programs that are handed out with an exported model answer as Graft does, for every kind of picture: they are run.
 * The Python one by python3, or by what GRAFT_PYTHON names.
 */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predict } from '#electron/engine/predict.ts';
import { snippets } from '#renderer/panels/results/snippets/snippets.ts';
import { answered, temporaryHome } from '#test/engine/support.ts';
import { meter } from './meter.ts';
import { pictureNames, writeAwkward, writePictures } from './pictures.ts';

const python = process.env['GRAFT_PYTHON'] ?? 'python3';
/** Of what Graft answers. The programs print a tenth of a percent, and 12 bits are rounded to 8 in several ways. */
const allowed = 0.006;
const home = temporaryHome();
const root = join(import.meta.dirname, '../../..');
/** By the name of the model's file. */
const models = {
  'stretched.onnx': meter([16, 24], 'stretch'),
  'enlarged.onnx': meter([64, 60], 'stretch'),
  'cut.onnx': meter([24, 24], 'crop'),
};
let awkward: { cmyk: string; dim: string };

const programs: Readonly<Record<string, { command: string; ending: string; why: string | undefined }>> = {
  Python: { command: python, ending: 'py', why: missingPython() },
  JavaScript: { command: process.execPath, ending: 'mjs', why: undefined },
};

function missingPython(): string | undefined {
  const needed = 'import numpy, onnxruntime, PIL.ImageCms; assert PIL.Image.Image.has_transparency_data';
  const { error, status, stderr } = spawnSync(python, ['-c', needed], { encoding: 'utf8' });
  if (error) return `${python} does not start`;
  return status === 0 ? undefined : `${python}: ${stderr.trim().split('\n').at(-1)}`;
}

beforeAll(async () => {
  // Where the programs find what has to be installed for them.
  symlinkSync(join(root, 'node_modules'), join(home.path, 'node_modules'), 'junction');
  for (const [file, bytes] of Object.entries(models)) writeFileSync(join(home.path, file), bytes);
  await writePictures(home.path);
  mkdirSync(join(home.path, 'awkward'));
  awkward = await writeAwkward(join(home.path, 'awkward'));
});
afterAll(() => home.remove());

/** What Graft says, by picture and label. */
async function graftSays(model: string, pictures: readonly string[]): Promise<Map<string, Map<string, number>>> {
  const answers = answered(
    await predict(
      join(home.path, model),
      pictures.map((name) => join(home.path, name)),
    ),
  );
  return new Map(
    answers.map(({ probabilities }, index) => [
      pictures[index] as string,
      new Map(probabilities.map(({ label, probability }) => [label, probability])),
    ]),
  );
}

/** Runs a program as a person would who has copied it beside the model. */
function run(name: string, model: string, pictures: readonly string[]): SpawnSyncReturns<string> {
  const { command, ending } = programs[name] as (typeof programs)[string];
  const program = `predict-${model}.${ending}`;
  writeFileSync(join(home.path, program), snippets.find((snippet) => snippet.name === name)?.code(model) ?? '');
  return spawnSync(command, [program, ...pictures], { cwd: home.path, encoding: 'utf8' });
}

/** A picture's name, then a line for each label with percents. */
function printed(output: string): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const line of output.split('\n')) {
    const [, label, percents] = /^ {2}(\S+) +(\S+)%\r?$/.exec(line) ?? [];
    if (label !== undefined) [...found.values()].at(-1)?.set(label, Number(percents) / 100);
    else if (line.trim() !== '') found.set(line.trim(), new Map());
  }
  return found;
}

it('is tried of every program that is handed out', () => {
  expect(snippets.map(({ name }) => name).toSorted()).toEqual(Object.keys(programs).toSorted());
});

describe.each(Object.entries(programs))('%s', (name, { why }) => {
  describe.skipIf(why !== undefined)(`as it is handed out${why === undefined ? '' : ` (not here: ${why})`}`, () => {
    it.each(Object.keys(models))('answers as Graft does, with %s', async (model) => {
      const { stdout, stderr, status } = run(name, model, pictureNames);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      const found = printed(stdout);
      const wanted = await graftSays(model, pictureNames);
      expect([...found.keys()]).toEqual(pictureNames);
      const off = pictureNames.flatMap((picture) => {
        const answers = found.get(picture);
        const differences = [...(wanted.get(picture) ?? [])].map(([label, chance]) =>
          Math.abs(chance - (answers?.get(label) ?? Number.NaN)),
        );
        const largest = Math.max(...differences);
        return largest <= allowed ? [] : [`${picture}: ${largest.toFixed(3)}`];
      });
      expect(off).toEqual([]);
    });

    it('takes photo.jpg where nothing is named, and says that it is missing', () => {
      const { stderr, status } = run(name, 'stretched.onnx', []);
      expect(status).not.toBe(0);
      expect(stderr).toContain('photo.jpg');
    });
  });
});

describe.skipIf(programs['Python']?.why !== undefined)('the Python program', () => {
  it('says that the colours of CMYK without a profile are a guess', () => {
    const { stdout, stderr, status } = run('Python', 'stretched.onnx', [awkward.cmyk]);
    expect(status).toBe(0);
    expect(printed(stdout).size).toBe(1);
    expect(stderr).toContain('cmyk-without-profile.tif: CMYK without a profile');
  });

  it('refuses colours of which Pillow keeps too little', () => {
    const { stderr, status } = run('Python', 'stretched.onnx', [awkward.dim]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('colour-12-bits.png: colours of fewer than 16 bits');
  });
});

it('the JavaScript program takes colours of fewer than 16 bits as Graft does', async () => {
  const wanted = await graftSays('stretched.onnx', ['awkward/colour-12-bits.png']);
  const found = printed(run('JavaScript', 'stretched.onnx', ['awkward/colour-12-bits.png']).stdout);
  for (const [label, chance] of wanted.get('awkward/colour-12-bits.png') ?? [])
    expect(found.get('awkward/colour-12-bits.png')?.get(label)).toBeCloseTo(chance, 2);
});
