import type { Family, OperatorEntry } from '#shared/ops/entry.ts';
import { families } from '#shared/ops/table.ts';

const introduction = `# Operators

Which ONNX operators Graft can train through. This page is generated from the operator table
(\`shared/ops/table.ts\`); \`UPDATE_GOLDEN=1 npx vitest run --config test/vitest.config.ts unit/shared/ops\` writes it anew.

- **rule**: has a gradient of its own.
- **rewritten**: is replaced by operators that have one, where it is trained.
- **stops**: carries no gradient, because its output does not change, or only jumps, when its inputs move.
- **refused**: cannot be trained through; a freeze line behind it avoids it. As part of a frozen prefix any operator
  that onnxruntime runs will do.
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
  const all = Object.values<Family>(families).flatMap((family) => entries(family).map(([, entry]) => entry.kind));
  const count = (kind: OperatorEntry['kind']): number => all.filter((other) => other === kind).length;
  return `${all.length} operators: ${count('rule')} by rule, ${count('decomposition')} rewritten, ${count('stop')} stop, ${count('refused')} refused.\n`;
}

function section(title: string, family: Family): string {
  const rows = entries(family).map(([name, entry]) => `| ${name} | ${answer(entry)} | ${remark(entry)} |`);
  return [`## ${title}`, '', '| operator | gradient | remark |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function answer(entry: OperatorEntry): string {
  switch (entry.kind) {
    case 'rule':
      return 'rule';
    case 'decomposition':
      return 'rewritten';
    case 'stop':
      return 'stops';
    case 'refused':
      return 'refused';
  }
}

function remark(entry: OperatorEntry): string {
  if (entry.kind === 'stop' || entry.kind === 'refused') return entry.reason;
  const parts: string[] = [];
  if (entry.stops)
    parts.push(`no gradient for ${entry.stops.length > 1 ? 'inputs' : 'input'} ${entry.stops.join(', ')}`);
  if (entry.refuses) parts.push('some forms are refused');
  return parts.join('; ');
}
