/** Where the freeze line stands among the backbone's stages, and what moving it means for the parameters. */
import type { BackboneFacts } from '#shared/nodes/facts.ts';
import { firstToLearn } from '#shared/nodes/freeze.ts';

/** Number of stages before the line: those that stay as they are. */
export function frozenStages(parameters: Readonly<Record<string, unknown>>, backbone: BackboneFacts): number {
  if (parameters['mode'] === 'none') return 0;
  if (parameters['mode'] === 'backbone') return backbone.stages.length;
  const first = firstToLearn(backbone.stages, String(parameters['stage']));
  return first ? backbone.stages.indexOf(first) : backbone.stages.length;
}

/** The parameters that put the line after the first `frozen` stages. */
export function freezeAfter(frozen: number, backbone: BackboneFacts): Record<string, unknown> {
  if (frozen >= backbone.stages.length) return { mode: 'backbone' };
  if (frozen <= 0) return { mode: 'none' };
  return { mode: 'until', stage: backbone.stages[frozen]?.stage ?? '' };
}

/** Parameters of each stage alone, input first. */
export function stageParameters(backbone: BackboneFacts): readonly number[] {
  return backbone.stages.map(
    (stage, index) => (backbone.stages[index + 1]?.parametersBelow ?? backbone.parameters) - stage.parametersBelow,
  );
}

export function frozenParameters(frozen: number, backbone: BackboneFacts): number {
  return backbone.stages[frozen]?.parametersBelow ?? backbone.parameters;
}
