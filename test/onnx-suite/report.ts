/** The outcomes as text: totals, a table by operator, and every reason. */
import { outcomeKinds, type Outcome } from '#test/onnx-suite/outcome.ts';

/** Letters of a reason; what a runtime says can be long. */
const widest = 200;

export function report(outcomes: readonly Outcome[]): string {
  const lines = [
    `${outcomes.length} cases: ${outcomeKinds.map((kind) => `${count(outcomes, kind)} ${kind}`).join(', ')}`,
    '',
    ...table(outcomes.filter(({ kind }) => kind !== 'outside')),
  ];
  for (const kind of outcomeKinds.slice(1)) {
    const reasons = grouped(
      outcomes.filter((outcome) => outcome.kind === kind),
      ({ operator, reason }) =>
        (kind === 'outside' ? (reason ?? '') : `${operator}: ${reason?.replace(/ \(node “[^”]*”\)/, '')}`).slice(
          0,
          widest,
        ),
    );
    if (reasons.size === 0) continue;
    lines.push('', `${kind}:`);
    for (const [reason, of] of reasons) lines.push(`  ${of.length} × ${reason} (${of[0]?.name})`);
  }
  const fixed = outcomes.filter((outcome) => outcome.fixed);
  lines.push('', `${fixed.length} cases need the value of an input: ${operators(fixed)}`);
  const stopped = outcomes.filter((outcome) => outcome.stopped && outcome.kind === 'passed');
  lines.push(`${stopped.length} passed with a float input that carries no gradient: ${operators(stopped)}`);
  return lines.join('\n');
}

function table(outcomes: readonly Outcome[]): string[] {
  const kinds = outcomeKinds.slice(0, -1);
  return [
    ['operator'.padEnd(28), ...kinds.map((kind) => kind.padStart(8))].join(''),
    ...[...grouped(outcomes, ({ operator }) => operator)].map(([operator, of]) =>
      [operator.padEnd(28), ...kinds.map((kind) => String(count(of, kind) || '·').padStart(8))].join(''),
    ),
  ];
}

function operators(outcomes: readonly Outcome[]): string {
  return [...grouped(outcomes, ({ operator }) => operator)].map(([name, of]) => `${name} ${of.length}`).join(', ');
}

function count(outcomes: readonly Outcome[], kind: Outcome['kind']): number {
  return outcomes.filter((outcome) => outcome.kind === kind).length;
}

function grouped(outcomes: readonly Outcome[], key: (outcome: Outcome) => string): Map<string, Outcome[]> {
  const groups = Map.groupBy(outcomes, key);
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
