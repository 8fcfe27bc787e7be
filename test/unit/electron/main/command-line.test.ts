import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandLineWords, runCommand } from '#electron/main/command-line.ts';
import { projectIn } from '#electron/main/project-argument.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

describe('Graft --cli', () => {
  test('takes the words after the flag, and only then', () => {
    expect(commandLineWords(['Graft', '--cli', 'train', 'p.graft', '--json'])).toEqual(['train', 'p.graft', '--json']);
    expect(commandLineWords(['Graft', 'p.graft'])).toBeUndefined();
  });

  test('hands on the exit code', async () => {
    const commandLine = join(temporaryFolder(), 'command.js');
    writeFileSync(commandLine, 'process.exit(Number(process.argv[2]))');
    const program = { ...locateProgram(), commandLine };
    const run = (word: string): Promise<number> =>
      runCommand({ program, allowed: Promise.resolve(), words: [word], log: () => undefined });
    await expect(run('2')).resolves.toBe(2);
    await expect(run('0')).resolves.toBe(0);
  });
});

describe('a project among the arguments', () => {
  test.each([
    [['Graft', 'a.graft'], '/work/a.graft'],
    [['Graft', '--flag=x.graft', '/b/B.GRAFT'], '/b/B.GRAFT'],
    [['Graft', '.'], undefined],
    [['/opt/x.graft'], undefined],
  ])('%j is %s', (words, path) => {
    expect(projectIn(words, '/work')).toBe(path);
  });
});
