/**
 * Saving on a disk with no space left. The system's limit on the size of a file stands in for the full disk: it fails
 * a write half-way in the same call and needs no privileges. It binds a whole process, so another one does the saving.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const saving = `
  import { writeAtomically } from '#electron/files/replace.ts';
  process.on('SIGXFSZ', () => {});
  await writeAtomically(process.argv[1], 'x'.repeat(100_000)).catch((error) => process.stdout.write(error.code));
`;

test('a full disk is said plainly and leaves the file as it was', ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no limit on the size of files that stands for a full disk');
  const { node, root } = locateProgram();
  const folder = temporaryFolder();
  const file = join(folder, 'p.graft');
  writeFileSync(file, 'as it was');
  const limited = `ulimit -f 8; exec "$0" --input-type=module-typescript --eval "$1" "$2"`;
  const said = execFileSync('/bin/bash', ['-c', limited, node, saving, file], { cwd: root, encoding: 'utf8' });
  expect(said).toBe('document.disk-full');
  expect(readFileSync(file, 'utf8')).toBe('as it was');
  expect(readdirSync(folder)).toEqual(['p.graft']);
});
