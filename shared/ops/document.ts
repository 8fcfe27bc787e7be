import type { Family, OperatorEntry } from '#shared/ops/entry.ts';
import { withoutKernel } from '#shared/ops/kernels.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import { families } from '#shared/ops/table.ts';

const introduction = `# Operators

Which ONNX operators Graft can train through. This page is generated from the operator table
(\`shared/ops/table.ts\`); \`UPDATE_GOLDEN=1 npx vitest run --config test/vitest.config.ts unit/shared/ops\` writes it anew.

- **rule**: has a gradient of its own.
- **decomposition**: is replaced by operators that have one, where it is trained.
- **stops**: carries no gradient, because its output does not change, or only jumps, when its inputs move.
- **refused**: cannot be trained through; a freeze line behind it avoids it.

As part of a frozen prefix any operator that onnxruntime runs will do: these are the **importable** ones. The others are
registered, but have no kernel on the processor.
`;

/** `docs/operators.md`, from the table. */
export function renderOperators(): string {
  const sections = Object.entries(families).map(([title, family]) => section(title, family));
  return [introduction, summary(), ...sections].join('\n');
}

function entries(family: Family): [string, OperatorEntry][] {
  return Object.entries(family).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function summary(): string {
  const all = Object.values<Family>(families).flatMap(entries);
  const count = (kind: OperatorEntry['kind']): number => all.filter(([, entry]) => entry.kind === kind).length;
  const rows = [
    ['in the table', all.length],
    ['importable', all.length - withoutKernel.size],
    ['with a rule of their own', count('rule')],
    ['by decomposition', count('decomposition')],
    ['without an effect on gradients', count('stop')],
    ['refused', count('refused')],
  ];
  return ['| operators | |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`), ''].join('\n');
}

function section(title: string, family: Family): string {
  const rows = entries(family).map(([name, entry]) => `| ${name} | ${answer(entry)} | ${remark(name, entry)} |`);
  return [`## ${title}`, '', '| operator | gradient | remark |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function answer(entry: OperatorEntry): string {
  switch (entry.kind) {
    case 'rule':
      return 'rule';
    case 'decomposition':
      return 'decomposition';
    case 'stop':
      return 'stops';
    case 'refused':
      return 'refused';
  }
}

function remark(name: string, entry: OperatorEntry): string {
  const parts: string[] = [];
  if (withoutKernel.has(name as OperatorName)) parts.push('not importable');
  if (entry.kind === 'stop' || entry.kind === 'refused') return [...parts, entry.reason].join(': ');
  if (entry.stops)
    parts.push(`no gradient for ${entry.stops.length > 1 ? 'inputs' : 'input'} ${entry.stops.join(', ')}`);
  if (entry.refuses) parts.push('some forms are refused');
  return parts.join('; ');
}
