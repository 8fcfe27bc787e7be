import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderOperators } from '#shared/ops/document.ts';

const page = new URL('../../../../docs/operators.md', import.meta.url);

test('docs/operators.md is what the table says', () => {
  if (process.env['UPDATE_GOLDEN']) writeFileSync(page, renderOperators());
  expect(readFileSync(page, 'utf8')).toBe(renderOperators());
});
