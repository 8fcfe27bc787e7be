/** The four answers the operator table can give, and helpers that make them. */
import type { Shape } from '#shared/core/shape.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** A gradient that still has the axes its input was broadcast over; the walker sums them away. */
export interface Unreduced {
  readonly value: string;
  readonly shape: Shape;
}

/** The gradient of one input: a value in the input's own shape, or unreduced, or undefined where none was asked for. */
export type Contribution = string | Unreduced | undefined;

/** Gives a contribution for each forward input, in order. */
export type GradientRule = (context: GradientContext) => readonly Contribution[];

/** Writes the operator in terms of differentiable ones; gives one value for each output of the node. */
export type Decomposition = (context: LoweringContext) => readonly string[];

interface Common {
  /** Why this particular node cannot be differentiated although its operator can; undefined when it can. */
  readonly refuses?: (node: NodeView) => string | undefined;
  /** Input positions that never carry a gradient although they may be float (a clip limit, a dropout ratio). */
  readonly stops?: readonly number[];
}

export type OperatorEntry =
  | (Common & {
      readonly kind: 'rule';
      readonly gradient: GradientRule;
    })
  | (Common & { readonly kind: 'decomposition'; readonly decompose: Decomposition })
  /** The output does not change, or only jumps, when inputs move: its gradient is zero. */
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What one family file contributes to the table. */
export type Family = { readonly [name in OperatorName]?: OperatorEntry };

export function rule(gradient: GradientRule, more: Common = {}): OperatorEntry {
  return { kind: 'rule', gradient, ...more };
}

/** A rule of an operator whose inputs broadcast against each other: its gradients come in the output's shape. */
export function broadcasting(
  gradient: (context: GradientContext) => readonly (string | undefined)[],
  more: Common = {},
): OperatorEntry {
  const unreduced: GradientRule = (context) =>
    gradient(context).map((value) => (value === undefined ? undefined : { value, shape: context.outputShape(0) }));
  return { kind: 'rule', gradient: unreduced, ...more };
}

export function decomposition(decompose: Decomposition, more: Common = {}): OperatorEntry {
  return { kind: 'decomposition', decompose, ...more };
}

export function stop(reason: string): OperatorEntry {
  return { kind: 'stop', reason };
}

export function refused(reason = 'it has no gradient rule yet.'): OperatorEntry {
  return { kind: 'refused', reason };
}
