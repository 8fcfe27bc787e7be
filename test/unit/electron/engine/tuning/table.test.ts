import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { machineName, TuningTable, type TuningEntry } from '#electron/engine/tuning/table.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const entry = (choice: string): TuningEntry => ({ choice, usual: 'taps', ms: { taps: 2, [choice]: 1 } });

describe('what was measured', () => {
  test('is kept by machine, in a file that people can read', () => {
    const home = join(temporaryFolder(), 'home');
    const file = join(home, 'tuning.json');
    new TuningTable(file, 'this').keep('MaxPoolGradient: 2×2', entry('scattered'));
    new TuningTable(file, 'that').keep('MaxPoolGradient: 2×2', entry('taps'));
    expect(new TuningTable(file, 'this').choices).toEqual({ 'MaxPoolGradient: 2×2': 'scattered' });
    expect(new TuningTable(file, 'that').get('MaxPoolGradient: 2×2')).toEqual(entry('taps'));
    expect(new TuningTable(file, 'other').choices).toEqual({});
    expect(readFileSync(file, 'utf8')).toMatch(/^ +"scattered": 1$/m);
    expect(readdirSync(home)).toEqual(['tuning.json']);
  });

  test('by another process meanwhile stays', () => {
    const file = join(temporaryFolder(), 'tuning.json');
    const [first, second] = [new TuningTable(file, 'this'), new TuningTable(file, 'this')];
    first.keep('a', entry('x'));
    second.keep('b', entry('y'));
    expect(new TuningTable(file, 'this').choices).toEqual({ a: 'x', b: 'y' });
  });

  test.each([
    ['a damaged file', '{"format": 2, "machines": {'],
    ['a file of another format', '{"format": 1, "machines": {}}'],
    ['a foreign file', '["nothing"]'],
    ['a file with an entry that is none', '{"format": 2, "machines": {"this": {"a": {"choice": 5}}}}'],
  ])('is not taken from %s, which is said, and replaced', (_, text) => {
    const file = join(temporaryFolder(), 'tuning.json');
    writeFileSync(file, text);
    const table = new TuningTable(file, 'this');
    expect([table.choices, table.problem?.code]).toEqual([{}, 'cache.tuning-unreadable']);
    expect(table.problem?.message).toContain(file);
    table.keep('a', entry('x'));
    const again = new TuningTable(file, 'this');
    expect([again.choices, again.problem]).toEqual([{ a: 'x' }, undefined]);
  });

  test('is known to this process even where it cannot be kept', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'home'), 'no folder');
    const table = new TuningTable(join(folder, 'home', 'tuning.json'), 'this');
    expect(() => table.keep('a', entry('x'))).toThrow(
      expect.objectContaining({ code: 'document.unwritable' }) as Error,
    );
    expect(table.choices).toEqual({ a: 'x' });
  });
});

test('measurements hold for a device, a processor, a runtime, and the blocks of its kernels', () => {
  expect(machineName('cpu', 16)).toMatch(/^cpu, .+, \d+ threads, onnxruntime \d+\.\d+\.\d+, blocks of 16$/);
  expect(new Set([machineName('cpu', 16), machineName('cpu', 8), machineName('webgpu', undefined)]).size).toBe(3);
});
