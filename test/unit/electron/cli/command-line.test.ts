import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parseDocument } from '#shared/document/parse.ts';
import { locateProgram } from '#electron/services/program.ts';
import { setUp } from '#test/unit/electron/support/command-line.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

describe('new', () => {
  test('writes a project whose parts have their conventional names and a relative data path', async () => {
    const { folder, data, graft } = setUp();
    const file = join(folder, 'Flowers.graft');
    const { code, lines } = await graft('new', 'image-classification', '--data', data, '-o', file, '--json');
    expect([code, lines]).toEqual([0, [{ project: file }]]);
    const document = parseDocument(readFileSync(file, 'utf8'), file);
    expect(document.title).toBe('Flowers');
    expect(document.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['data', 'backbone', 'freeze', 'training']),
    );
    expect(document.nodes.find(({ id }) => id === 'data')?.parameters['path']).toBe('photos');
  });

  test('names the templates, as JSON lines too', async () => {
    const { graft } = setUp();
    const { lines } = await graft('new', '--list', '--json');
    expect(lines).toContainEqual(expect.objectContaining({ template: 'image-classification' }));
  });

  test('notes which backbone file it was made with', async () => {
    const { folder, data, graft } = setUp();
    const model = join(folder, 'net.onnx');
    writeFileSync(model, 'onnx');
    const file = join(folder, 'p.graft');
    await graft('new', 'fine-tune', '--data', data, '--backbone', model, '-o', file);
    const document = parseDocument(readFileSync(file, 'utf8'), file);
    expect(document.nodes.find(({ id }) => id === 'backbone')?.parameters).toMatchObject({
      model: 'net.onnx',
      hash: 'a'.repeat(64),
    });
    expect(document.nodes.find(({ id }) => id === 'freeze')?.parameters).toMatchObject({ stage: 'last' });
  });

  test('lets the last stage of whatever backbone it is given learn', async () => {
    const { folder, data, graft } = setUp();
    const builtIn = join(folder, 'resources/backbones/large');
    mkdirSync(builtIn, { recursive: true });
    writeFileSync(join(builtIn, 'large.onnx'), 'onnx');
    vi.stubEnv('GRAFT_RESOURCES', join(folder, 'resources'));
    const file = join(folder, 'p.graft');
    await graft('new', 'fine-tune', '--data', data, '--backbone', 'large', '-o', file);
    const document = parseDocument(readFileSync(file, 'utf8'), file);
    expect(document.nodes.find(({ id }) => id === 'freeze')?.parameters).toMatchObject({
      mode: 'until',
      stage: 'last',
    });
    expect(document.nodes.find(({ id }) => id === 'backbone')?.parameters).toEqual({ model: 'large' });
  });

  test.each([
    [
      'a backbone that is no name',
      ['blank', '--data', 'DATA', '--backbone', '..', '-o', 'OUT'],
      'model.unknown-backbone',
    ],
    ['an unknown template', ['nothing', '--data', 'DATA', '-o', 'OUT'], 'document.unknown-template'],
    ['a folder that is not there', ['blank', '--data', '/nowhere', '-o', 'OUT'], 'data.folder-missing'],
    ['an unknown backbone', ['blank', '--data', 'DATA', '--backbone', 'giant', '-o', 'OUT'], 'model.unknown-backbone'],
    [
      'a backbone file that is not there',
      ['blank', '--data', 'DATA', '--backbone', 'x.onnx', '-o', 'OUT'],
      'model.file-missing',
    ],
    ['no data', ['blank', '-o', 'OUT'], 'input.bad-argument'],
    ['no output', ['blank', '--data', 'DATA'], 'input.bad-argument'],
  ])('refuses %s with code 2', async (_, words, code) => {
    const { folder, data, graft } = setUp();
    const places: Record<string, string> = { DATA: data, OUT: join(folder, 'p.graft') };
    const outcome = await graft('new', ...words.map((word) => places[word] ?? word), '--json');
    expect(outcome.code).toBe(2);
    expect(outcome.lines).toEqual([expect.objectContaining({ event: 'error', code })]);
  });
});

describe('check', () => {
  test('prints every problem with code, message, node and remedy, and fails', async () => {
    const { folder, graft } = setUp();
    const file = join(folder, 'p.graft');
    await graft('new', 'image-classification', '--data', folder, '-o', file);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"path": "."', '"path": "missing"'));
    const { code, lines } = await graft('check', file, '--json');
    expect(code).toBe(2);
    expect(lines).toContainEqual({
      code: 'data.folder-missing',
      message: `The folder ${join(folder, 'missing')} does not exist.`,
      node: 'data',
      remedy: expect.any(String) as string,
    });
  });

  test('says nothing in JSON, and success, when there is none', async () => {
    const { folder, data, graft } = setUp();
    const file = join(folder, 'p.graft');
    await graft('new', 'image-classification', '--data', data, '-o', file);
    const outcome = await graft('check', file, '--json');
    expect([outcome.code, outcome.out]).toEqual([0, '']);
  });
});

describe('train and what follows', () => {
  async function project(title: string): Promise<ReturnType<typeof setUp> & { file: string }> {
    const given = setUp();
    const file = join(given.folder, `${title}.graft`);
    await given.graft('new', 'image-classification', '--data', given.data, '-o', file);
    return { ...given, file };
  }

  test('prints the events in order, nothing else on standard output', async () => {
    const { file, folder, graft } = await project('fine');
    const { code, lines } = await graft('train', file, '--runs', join(folder, 'mine'), '--json');
    expect(code).toBe(0);
    const events = lines as { event: string; run?: string; step?: number }[];
    expect([events[0]?.event, events.at(-1)?.event]).toEqual(['plan', 'done']);
    expect(events.flatMap(({ event, step }) => (event === 'step' ? [step] : []))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    const run = events.at(-1)?.run ?? '';
    expect(run.startsWith(join(folder, 'mine'))).toBe(true);
    await expect(graft('evaluate', run, '--json')).resolves.toMatchObject({ code: 0, lines: [{ accuracy: 0.5 }] });
    const exported = await graft('export', run, '-o', join(folder, 'm.onnx'), '--json');
    expect(exported.lines).toEqual([expect.objectContaining({ passed: true, model: join(folder, 'm.onnx') })]);
    await expect(graft('resume', join(folder, 'nowhere'), '--json')).resolves.toMatchObject({
      code: 2,
      lines: [{ event: 'error', code: 'run.missing' }],
    });
  });

  test('tells a person about epochs, the best one and the chart', async () => {
    const { file, graft } = await project('fine');
    const { out } = await graft('train', file);
    expect(out).toContain('2 classes · 8 pictures to train on');
    expect(out).toMatch(/epoch 2\/2 {2}loss 0\.1000 · held out: loss 0\.1000, accuracy 50\.0 %/);
    expect(out).toMatch(/[⠁-⣿]{10}/u);
    expect(out).toContain('all epochs done');
  });

  test('ends with code 1 for a failure inside', async () => {
    const { file, graft } = await project('diverges');
    const { code, lines } = await graft('train', file, '--json');
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatchObject({ event: 'error', code: 'run.loss-not-finite' });
  });

  test('ends with code 2 for bad input, told as the one event', async () => {
    const { file, graft } = await project('refused');
    const { code, lines } = await graft('train', file, '--json');
    expect(code).toBe(2);
    expect(lines).toEqual([expect.objectContaining({ event: 'error', code: 'data.folder-unset', node: 'data' })]);
  });

  test.each([
    ['training.epochs', 'input.bad-argument'],
    ['training.nothing=1', 'graph.unknown-parameter'],
    ['training.epochs=many', 'graph.bad-parameter'],
  ])('refuses --set %s', async (setting, code) => {
    const { file, graft } = await project('fine');
    const { code: exit, lines } = await graft('train', file, '--set', setting, '--json');
    expect([exit, lines]).toEqual([2, [expect.objectContaining({ code })]]);
  });
});

describe('every command', () => {
  test.each([
    [['nonsense']],
    [['train']],
    [['train', 'p.graft', '--device', 'abacus']],
    [['explain', 'p.graft', '--phase', '9']],
    [['grad', 'm.onnx', '--of', 'y', '-o', 'g.onnx']],
    [['grad', 'm.onnx', '--of', 'y', '--wrt', 'a,,b', '-o', 'g.onnx']],
    [['grad', 'm.onnx', '--of', 'y', '--wrt', 'a', '--shape', 'x:1', '-o', 'g.onnx']],
    [['step', 'm.onnx', '-o', 's.onnx']],
    [['bench', 'm.onnx', '--batch', '8']],
    [['bench', 'm.onnx', '--case', 'c.json']],
    [['bench', 'm.onnx', '--case', 'c.json', '--batch', '0']],
    [['bench', 'm.onnx', '--case', 'c.json', '--batch', '8', '--steps', '1.5']],
    [['bench', 'm.onnx', '--case', 'c.json', '--batch', '8', '--device', 'abacus']],
    [['tune', 'm.onnx', '--case', 'c.json']],
    [['tune', 'm.onnx', '--batch', '8']],
    [['tune', 'm.onnx', '--case', 'c.json', '--batch', '0']],
    [['tune', '/nowhere/p.graft']],
    [['serve', '--port', 'front']],
    [['export', 'run']],
    [['check', '/nowhere/p.graft']],
  ])('refuses %j with code 2, in one JSON line when asked to', async (words) => {
    const { graft } = setUp();
    await expect(graft(...words)).resolves.toMatchObject({ code: 2, out: '' });
    const { code, lines } = await graft(...words, '--json');
    expect([code, lines]).toEqual([
      2,
      [expect.objectContaining({ event: 'error', remedy: expect.any(String) as string })],
    ]);
  });

  test('help and version are no errors', async () => {
    const { graft } = setUp();
    await expect(graft('--version')).resolves.toMatchObject({ code: 0, out: '1.2.3\n' });
    const { code, out } = await graft('--help');
    expect(code).toBe(0);
    for (const name of [
      'new',
      'check',
      'train',
      'resume',
      'evaluate',
      'export',
      'predict',
      'grad',
      'step',
      'bench',
      'tune',
      'explain',
      'stages',
      'devices',
      'serve',
    ]) {
      expect(out).toContain(`  ${name} `);
    }
  });

  test('devices, stages, explain and predict answer in JSON lines', async () => {
    const { folder, data, graft } = setUp();
    const file = join(folder, 'p.graft');
    await graft('new', 'image-classification', '--data', data, '-o', file);
    await expect(graft('devices', '--json')).resolves.toMatchObject({ code: 0, lines: [{ device: 'cpu' }] });
    await expect(graft('stages', 'nano', '--json')).resolves.toMatchObject({
      lines: [{ stage: 'stem', tensor: 's', shape: [16, 48, 48], parametersBelow: 0, parametersAbove: 100 }, {}],
    });
    await expect(graft('explain', file, '--phase', '3', '--json')).resolves.toMatchObject({
      lines: [{ phase: 3, text: 'phase 3' }],
    });
    await expect(graft('predict', 'm.onnx', 'a.png', 'b.png', '--json')).resolves.toMatchObject({
      code: 0,
      lines: [{ input: 'a.png', label: 'a' }, { input: 'b.png' }],
    });
  });
});

describe('predict', () => {
  const refused = (input: string): object => ({ event: 'error', input, code: 'predict.bad-input' });

  test('gives every answer there is, and names what has none in its place', async () => {
    const { graft } = setUp();
    await expect(graft('predict', 'm.onnx', 'a.png', 'bad.png', 'c.png', '--json')).resolves.toMatchObject({
      code: 1,
      lines: [{ input: 'a.png', label: 'a' }, refused('bad.png'), { input: 'c.png', label: 'a' }],
    });
    const { code, out, err } = await graft('predict', 'm.onnx', 'a.png', 'bad.png', 'c.png');
    expect(code).toBe(1);
    expect(out).toMatch(/a\.png: a\n.*\nc\.png: a\n.*\n1 input without an answer, 2 with one\.\n$/);
    expect(err).toMatch(/^bad\.png cannot be read as a picture: it is bad\. \(predict\.bad-input\)/m);
  });

  test('ends as bad input where nothing has an answer', async () => {
    const { graft } = setUp();
    await expect(graft('predict', 'm.onnx', 'bad.png', 'empty', '--json')).resolves.toMatchObject({
      code: 2,
      lines: [refused('bad.png'), { event: 'error', input: 'empty', code: 'predict.empty-folder' }],
    });
  });

  test('takes a folder for the pictures in it, and says what is left out', async () => {
    const { graft } = setUp();
    const { code, lines } = await graft('predict', 'm.onnx', 'folder', 'b.png', '--json');
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ event: 'warning', input: 'folder', code: 'predict.files-left-out' });
    const inputs = lines.slice(1).map((line) => (line as { input: string }).input);
    expect(inputs).toEqual([...Array.from({ length: 100 }, (_, index) => `folder/${index}.png`), 'b.png']);
  });
});

test('grad and step hand absolute paths, names and shapes to the engine', async () => {
  const { graft } = setUp();
  const words = ['m.onnx', '--of', 'y', '--wrt', 'a, b', '--wrt', 'c', '--shape', 'x=1x3x8', '-o', 'g.onnx'];
  await expect(graft('grad', ...words, '--json')).resolves.toMatchObject({
    code: 0,
    lines: [
      {
        file: absolute('g.onnx'),
        inputs: [{ name: 'x', shape: [1, 3, 8] }],
        outputs: [{ name: 'y' }, { name: 'a' }, { name: 'b' }, { name: 'c' }],
      },
    ],
  });
  const { out } = await graft('grad', ...words);
  expect(out).toContain('g.onnx: 3 nodes, 2.0 KiB');
  expect(out).toMatch(/in +x +float32 +1×3×8/);
  await expect(graft('step', 'm.onnx', '--case', 'c.json', '-o', 's.onnx', '--json')).resolves.toMatchObject({
    code: 0,
    lines: [{ file: absolute('s.onnx'), inputs: [{ name: absolute('c.json') }] }],
  });
});

describe('bench', () => {
  const words = ['--case', 'c.json', '--batch', '8'];

  test('hands absolute paths and numbers to the engine', async () => {
    const { graft } = setUp();
    const [path, casePath] = [absolute('m.onnx'), absolute('c.json')];
    const { code, lines, err } = await graft('bench', 'm.onnx', ...words, '--steps', '7', '--device', 'cpu', '--json');
    expect([code, err]).toEqual([0, '']);
    expect(lines).toEqual([
      expect.objectContaining({
        device: 'cpu',
        input: [8, path.length, casePath.length],
        steps: 7,
        ms: { min: 1, median: 2, max: 3 },
        loss: [2, 1, 0.5],
        peakRssMiB: 1536,
        build_ms: 250,
      }),
    ]);
  });

  test('tells a person what was measured, and how', async () => {
    const { graft } = setUp();
    const { out } = await graft('bench', 'm.onnx', ...words);
    expect(out).toMatch(/^m\.onnx, input 8×.* on auto: 5 steps timed, after 2 to warm up\nmedian +2\.00 ms\n/);
    expect(out).toMatch(
      /loss +2\.0000 → 0\.50000\ngradients +20 of 22 measured here, 3 written otherwise than usual\n/,
    );
    expect(out).toMatch(/peak memory +1\.5 GiB\nbuilt in +250 ms\n/);
  });

  test('warns of a loss that is not finite', async () => {
    const { graft } = setUp();
    const { code, lines, err } = await graft('bench', 'diverges.onnx', ...words, '--json');
    expect([code, lines]).toEqual([0, [expect.objectContaining({ loss: [2, 1, null] })]]);
    expect(err).toContain('not a finite number in step 3');
    await expect(graft('bench', 'diverges.onnx', ...words)).resolves.toMatchObject({
      out: expect.stringContaining('2.0000 → not finite') as string,
    });
  });
});

test('the program itself sets its exit code and keeps errors off standard output', async () => {
  const { node, commandLine, root } = locateProgram();
  const environment = { ...process.env, GRAFT_HOME: temporaryFolder() };
  const outcome = await new Promise<[number | null, string, string]>((resolve) => {
    const child = execFile(
      node,
      [commandLine, 'check', '/nowhere.graft'],
      { cwd: root, env: environment },
      (_, out, err) => resolve([child.exitCode, out, err]),
    );
  });
  expect(outcome).toEqual([2, '', expect.stringContaining('document.missing')]);
});

describe('look', () => {
  test('says what the panel says, of several things in one line', async () => {
    const { data, graft } = setUp();
    const { code, lines } = await graft('look', join(data, 'a'), join(data, 'b'), '--json');
    expect([code, lines]).toEqual([0, [expect.objectContaining({ kind: 'unknown', title: '2 brought', can: [] })]]);
    expect((await graft('look', data)).out).toBe('1 brought.\n');
  });
});
