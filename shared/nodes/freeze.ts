import { z } from 'zod';
import { problem, type Problem } from '#shared/messages/error.ts';
import type { Stage } from '#shared/nodes/facts.ts';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const whenUnfrozen = { parameter: 'mode', is: ['until', 'none'] } as const;

const schema = z.object({
  mode: z
    .enum(['backbone', 'until', 'none'])
    .default('backbone')
    .meta(
      meta({
        title: 'Freeze',
        help: 'What keeps everything it has learned before.',
        labels: { backbone: 'The whole backbone', until: 'Everything before a stage', none: 'Nothing' },
      }),
    ),
  stage: z
    .string()
    .default('')
    .meta(
      meta({
        title: 'First trained stage',
        help: 'Everything before this stage stays as it is. The last one, unless another is chosen.',
        control: 'stage',
        when: { parameter: 'mode', is: ['until'] },
      }),
    ),
  backboneRate: z
    .number()
    .min(1e-6)
    .max(10)
    .default(0.01)
    .meta(
      meta({
        title: 'Backbone rate',
        help: 'Learning rate of the last stage, relative to the head. Small steps keep what it knows.',
        unit: '× head rate',
        control: 'log',
        when: whenUnfrozen,
      }),
    ),
  // Discriminative rates, each earlier stage divided by 2.6: Howard and Ruder, ULMFiT (ACL 2018).
  stageDecay: z
    .number()
    .min(1)
    .max(100)
    .default(2.6)
    .meta(
      meta({
        title: 'Slower towards the input',
        help: 'Each earlier stage learns this many times slower than the next.',
        unit: '×',
        step: 0.1,
        expert: true,
        when: whenUnfrozen,
      }),
    ),
});

/** The first stage that learns where everything before one stays: that of a name, the last where none was chosen. */
export function firstToLearn<S extends { readonly stage: string }>(stages: readonly S[], name: string): S | undefined {
  return name === '' ? stages.at(-1) : stages.find(({ stage }) => stage === name);
}

/** Names in a sentence, once for all nodes that ask. */
const knownNames = new WeakMap<readonly Stage[], string>();

function namesOf(stages: readonly Stage[]): string {
  const known = knownNames.get(stages) ?? stages.map(({ stage }) => stage).join(', ');
  knownNames.set(stages, known);
  return known;
}

/** The problem of training from `stage` on, if an operator above it has no derivative. */
function blocked(stages: readonly Stage[], stage: Stage, node: string): Problem[] {
  if (stage.blockedBy === undefined) return [];
  const free = stages.slice(stages.indexOf(stage) + 1).find(({ blockedBy }) => blockedBy === undefined);
  return [
    problem(
      'compile.not-differentiable',
      {
        op: stage.blockedBy,
        name: stage.stage,
        reason: 'it has no derivative Graft knows.',
        stage: free?.stage ?? '',
      },
      node,
    ),
  ];
}

export const freeze = defineKind({
  kind: 'freeze',
  id: 'freeze',
  title: 'Freeze',
  group: 'model',
  icon: 'Snowflake',
  summary: 'Draws the line between what stays as it is and what goes on learning.',
  synonyms: ['freeze line', 'unfreeze', 'fine-tune', 'fine tuning', 'transfer learning', 'lock', 'layers', 'stages'],
  help: `Layers before the line keep what they learned elsewhere. What they say about a picture never changes, so it is computed once and kept, and an epoch takes milliseconds.

Start with the **whole backbone** frozen: it is quick, and with few pictures it is usually best. When that has given its best and you have some hundred pictures per class, let the last stage learn too, then perhaps one more. The first stages see edges and colours, which are the same everywhere; the last ones see whole things, and those may differ from yours.

Stages that learn take much smaller steps than the new head, and the earlier the smaller, so that they adapt instead of forgetting. Running statistics of batch normalisation always stay as they are.`,
  inputs: [{ name: 'features', type: 'features' }],
  outputs: [{ name: 'features', type: 'features' }],
  schema,
  check(parameters, node, facts) {
    const stages = facts.backbone?.stages;
    if (!stages || parameters.mode === 'backbone') return [];
    const first = parameters.mode === 'none' ? stages[0] : firstToLearn(stages, parameters.stage);
    if (first) return blocked(stages, first, node);
    if (parameters.mode === 'none') return [];
    return [problem('model.unknown-stage', { stage: parameters.stage, stages: namesOf(stages) }, node)];
  },
  lower: (parameters, node) => ({ freeze: { node, ...parameters } }),
});
