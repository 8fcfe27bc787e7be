import { expect, test } from 'vitest';
import type { Family } from '#shared/ops/entry.ts';
import { operatorNames } from '#shared/ops/names.ts';
import { families, operatorEntry, operatorTable } from '#shared/ops/table.ts';

test('every operator belongs to exactly one family', () => {
  const named = Object.values<Family>(families).flatMap((family) => Object.keys(family));
  expect(named.toSorted()).toEqual([...operatorNames].toSorted());
});

test('operators of other domains are looked up under their domain', () => {
  expect(operatorEntry('Gelu', 'com.microsoft')).toBe(operatorTable['com.microsoft.Gelu']);
  expect(operatorEntry('Gelu', 'ai.onnx')).toBe(operatorTable.Gelu);
  expect(operatorEntry('Gelu', 'com.example').kind).toBe('refused');
  expect(operatorEntry('toString', '').kind).toBe('refused');
});

test('a refusal says why in a sentence', () => {
  const reasons = Object.values(operatorTable).flatMap((entry) => (entry.kind === 'refused' ? [entry.reason] : []));
  expect(reasons.filter((reason) => !reason.endsWith('.'))).toEqual([]);
});
