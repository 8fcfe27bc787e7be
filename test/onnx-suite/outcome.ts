/** What became of one case. */
export interface Outcome {
  readonly name: string;
  /** The operator the case is about. */
  readonly operator: string;
  readonly kind: OutcomeKind;
  /** Why, unless it passed. */
  readonly reason?: string;
  /** Inputs that had to be constants, because the compiler needs their values. */
  readonly fixed?: readonly string[];
  /** Float inputs that the table gives no gradient. */
  readonly stopped?: readonly string[];
}

export const outcomeKinds = ['passed', 'refused', 'failed', 'not run', 'outside'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** What the process that checks cases prints. */
export type Line = Outcome | { readonly name: string; readonly runs: true };
