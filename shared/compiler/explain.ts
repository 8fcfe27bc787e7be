/** What each compiler phase made of a project, as text. */
import { assertNever } from '#shared/core/assert-never.ts';
import { printModel } from '#shared/ir/print.ts';
import type { Plan } from '#shared/compiler/compile.ts';
import type { Checkpointing } from '#shared/compiler/checkpoint-cuts.ts';
import { formatBytes } from '#shared/core/format.ts';
import { GraftError } from '#shared/messages/error.ts';

export const phaseNames = ['resolve', 'shape', 'lower', 'partition', 'grad', 'update', 'emit'] as const;
export type PhaseName = (typeof phaseNames)[number];

/**
 * @param phase 1–7; all when absent
 * @throws GraftError `input.bad-argument`
 */
export function explain(plan: Plan, phase?: number): string {
  if (phase === undefined) return phaseNames.map((name, index) => explainOne(plan, name, index + 1)).join('\n\n');
  const name = phaseNames[phase - 1];
  if (!name)
    throw new GraftError('input.bad-argument', {
      argument: '--phase',
      reason: `phases are numbered 1 to ${phaseNames.length}.`,
    });
  return explainOne(plan, name, phase);
}

function explainOne(plan: Plan, name: PhaseName, number: number): string {
  return `# phase ${number}: ${name}\n${body(plan, name)}`;
}

function body(plan: Plan, name: PhaseName): string {
  const { assembly, typed, lowered, partition, spec, checkpointing } = plan.phases;
  switch (name) {
    case 'resolve':
      return printModel(assembly.training);
    case 'shape':
      return printModel(typed);
    case 'lower':
      return printModel(lowered);
    case 'partition': {
      const cut = `cut at ${plan.cut.name} [${plan.cut.shape.join(',')}]; ${plan.counts.frozen} parameters frozen, ${plan.counts.trainable} trained`;
      return [
        cut,
        '## prefix',
        partition.prefix ? printModel(partition.prefix) : 'nothing is frozen',
        '## suffix',
        printModel(partition.suffix),
      ].join('\n');
    }
    case 'grad':
    case 'update':
      return name === 'grad'
        ? `${checkpointing ? explainCheckpoints(checkpointing) : ''}${printModel(plan.step)}`
        : spec.groups
            .map((group) => `rate ×${group.rate}, decay ${group.decay}: ${group.parameters.join(', ')}`)
            .join('\n');
    case 'emit':
      return ['## loop', printModel(plan.loop), '## evaluation', printModel(plan.evaluation)].join('\n');
    default:
      return assertNever(name);
  }
}

function explainCheckpoints({ cuts, repeated, before, after, limit }: Checkpointing): string {
  const short = after > limit ? ', which no choice of checkpoints keeps to' : '';
  return [
    `checkpoints: the limit is ${formatBytes(limit)}${short};`,
    `${cuts.length} segments, ${repeated} forward nodes computed again;`,
    `estimate ${formatBytes(before)} without, ${formatBytes(after)} with\n`,
  ].join(' ');
}
