import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lossKinds } from '#shared/compiler/losses/registry.ts';
import { lossSchema } from '#shared/compiler/losses/spec.ts';
import { optimizerKinds } from '#shared/compiler/optimizers/registry.ts';
import { optimizerSchema } from '#shared/compiler/optimizers/spec.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/guide/case-files.md'), 'utf8');

it('the page on case files names every loss, every optimizer and every field', () => {
  const fields = [lossSchema, optimizerSchema].flatMap(({ shape }) => Object.keys(shape));
  const said = (word: string): boolean => new RegExp(`[\`"]${word}[\`":]`, 'u').test(page);
  const left = [...lossKinds, ...optimizerKinds, ...fields].filter((word) => word !== 'kind' && !said(word));
  expect(left).toEqual([]);
});
