import { join, resolve as absolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Output } from '#electron/cli/output.ts';
import { TuningView } from '#electron/cli/view/tuning-view.ts';
import { setUp } from '#test/unit/electron/support/command-line.ts';

describe('tune', () => {
  const words = ['--case', 'c.json', '--batch', '8'];

  test('hands a model, its case and its batch to the engine', async () => {
    const { graft } = setUp();
    const { code, lines, err } = await graft('tune', 'm.onnx', ...words, '--device', 'cpu', '--again', '--json');
    expect([code, lines]).toEqual([
      0,
      [
        expect.objectContaining({
          device: 'cpu',
          machine: `${absolute('c.json')} 8`,
          places: [expect.objectContaining({ shape: absolute('m.onnx') }), expect.objectContaining({ shape: 'true' })],
        }),
      ],
    ]);
    expect(err).toContain('tuning: 1 of 2 gradients measured · 1.5 s left');
  });

  test('hands a project to it', async () => {
    const { folder, data, graft } = setUp();
    const file = join(folder, 'Flowers.graft');
    await graft('new', 'fine-tune', '--data', data, '-o', file);
    const { lines } = await graft('tune', file, '--json');
    expect(lines).toEqual([
      expect.objectContaining({
        device: 'auto',
        machine: folder,
        places: [expect.objectContaining({ shape: 'Flowers' }), expect.objectContaining({ shape: 'false' })],
      }),
    ]);
  });

  test('tells a person what is the fastest, and what could not be measured', async () => {
    const { graft } = setUp();
    const { out } = await graft('tune', 'busy.onnx', ...words);
    expect(out).toMatch(
      /^gradient of +sizes +usual +chosen +ms\nConvWeight +3× .*busy\.onnx +tap products +one product/,
    );
    expect(out).toContain('one product 12.3, tap products 20.0\n');
    expect(out).toMatch(/tap products +not measured\n/);
    expect(out).toContain('busy.onnx on auto: 1 measured in 2 s, 1 of 2 otherwise than usual\n');
    expect(out).toContain('1 not measured: the machine was busy with something else');
    expect(out).toContain('kept in /home/tuning.json\n');
  });
});

test('a terminal shows one line, drawn again and taken away at the end', () => {
  let text = '';
  const out = (more: string): void => void (text += more);
  const view = new TuningView(new Output(false, { out, err: out, terminal: true, columns: 80 }));
  view.show({ done: 0, total: 0, secondsLeft: null });
  expect(text).toBe('');
  view.show({ done: 0, total: 4, secondsLeft: null });
  view.show({ done: 1, total: 4, secondsLeft: 90 });
  view.end();
  view.end();
  const erase = '\u001b[1A\u001b[0J';
  expect(text).toBe(
    `tuning ${'░'.repeat(24)} 0/4\n${erase}tuning ${'█'.repeat(6)}${'░'.repeat(18)} 1/4 · 1 min 30 s left\n${erase}`,
  );
});
