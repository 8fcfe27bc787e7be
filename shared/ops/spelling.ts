/**
 * Where a gradient can be written in several ways that give the same numbers. The target of the graph says which to
 * take; a place that it does not know is written as usual, by rules of thumb from measurements.
 */
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { ChoicePoint } from '#shared/ir/target.ts';

/** What can be written in several ways: part of what is kept of measurements, so added, never renamed. */
export type SpellingKind =
  | 'ConvWeightGradient'
  | 'ConvInputGradient'
  | 'MaxPoolGradient'
  | 'AveragePoolGradient'
  | 'LayerNormalizationGradient'
  | 'SoftmaxGradient'
  | 'GatherGradient';

/** Ways to write the same, by name; undefined those that do not apply to this node. */
type Ways<Name extends string, Result> = Readonly<Record<Name, (() => Result) | undefined>>;

/**
 * @param key all that the cost depends on, in words that stay the same
 * @param usual a way that applies
 */
export function spell<Name extends string, Result>(
  g: GradientContext,
  kind: SpellingKind,
  key: string,
  ways: Ways<Name, Result>,
  usual: NoInfer<Name>,
): Result {
  const candidates = (Object.keys(ways) as Name[]).filter((name) => ways[name] !== undefined);
  const { spellings } = g.builder.target;
  const chosen = candidates.length > 1 ? spellings?.(choicePoint(g, kind, key, candidates, usual)) : undefined;
  const way = ways[candidates.find((name) => name === chosen) ?? usual];
  if (!way) throw new Error(`${kind}: ${usual} does not apply to ${key}`);
  return way();
}

function choicePoint(
  g: GradientContext,
  kind: SpellingKind,
  key: string,
  candidates: readonly string[],
  usual: string,
): ChoicePoint {
  return {
    kind,
    key,
    candidates,
    usual,
    node: g.node,
    wanted: g.node.inputs.map((_, index) => g.needs(index)),
    nodes: g.builder.nodes,
    typeOf: (value) => g.typeIfKnown(value),
    constantOf: (value) => g.constantIfKnown(value),
  };
}

/** Sizes as a key has them: 16×64×56×56. */
export function sizes(values: readonly number[]): string {
  return values.join('×');
}
