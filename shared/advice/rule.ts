/** What a rule of advice reads, and what it says. */
import type { GraftDocument } from '#shared/document/model.ts';
import type { Evaluation, Metrics } from '#shared/protocol/run.ts';

export type Sample = Evaluation['samples'][number];

/** A run that has ended. */
export interface Outcome {
  /** As it was trained. */
  readonly document: GraftDocument;
  readonly evaluation: Evaluation;
  /** Ascending. */
  readonly epochs: readonly { readonly epoch: number; readonly train: Metrics; readonly validation: Metrics }[];
  /** Epochs it was to have. */
  readonly planned: number;
  /** Pictures each class had to learn from, in label order; undefined where that is not known. */
  readonly taught?: readonly number[] | undefined;
}

/** A parameter of the first node of a kind. */
export interface Setting {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
}

export type NextStep =
  /** Changes settings, as one undo step. */
  | { readonly type: 'set'; readonly label: string; readonly settings: readonly Setting[] }
  /** Shows some of the validation pictures. */
  | { readonly type: 'show'; readonly label: string; readonly title: string; readonly samples: readonly Sample[] }
  /** Goes to where pictures of one's own are tried. */
  | { readonly type: 'try'; readonly label: string };

export interface Saying {
  readonly sentence: string;
  readonly step: NextStep;
}

/** Undefined where the figures give no reason to say it, or nothing is left to be done about it. */
export type Rule = (outcome: Outcome) => Saying | undefined;
