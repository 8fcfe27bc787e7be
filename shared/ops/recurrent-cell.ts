/** What the backward pass of a recurrent cell gives, and what is common to all of them. */
import type { Emitter } from '#shared/ops/emitter.ts';

/** Gradients of what the cell computes its gates from, as rows [T·N, gates·H], and of the states it begins with. */
export interface CellGradient {
  /** Of X·Wᵀ + Wb. */
  readonly ofInput: string;
  /** Of h₋·Rᵀ + Rb, with h₋ the state before the step; that of the input unless given. */
  readonly ofRecurrent?: string;
  /** Of R [gates·H, H], where it multiplies something else than the state before the step. */
  readonly ofR?: () => string;
  /** Of the initial states [N, H]. */
  readonly h: string;
  readonly c?: string;
  /** Of the peephole weights [3·H]. */
  readonly p?: () => string;
}

/** The gradient handed to the step before; one that is outside its sequence passes its own on instead of adding any. */
export function handedOn(b: Emitter, made: string, own: string, valid: string | undefined): string {
  return valid === undefined ? made : b.add(made, b.mul(own, b.oneMinus(valid)));
}

export function plus(b: Emitter, value: string, more: string | undefined): string {
  return more === undefined ? value : b.add(value, more);
}
