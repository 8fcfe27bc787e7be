/** What to do next, by the figures of a run: one sentence and one step that can be undone. */
import { betterBackbone } from './better-backbone.ts';
import { eatenClass } from './eaten-class.ts';
import { fewPictures } from './few-pictures.ts';
import { guessing } from './guessing.ts';
import { memorised } from './memorised.ts';
import { nothingStandsOut } from './nothing-stands-out.ts';
import type { Outcome, Rule, Saying } from './rule.ts';
import { stillFalling } from './still-falling.ts';
import { wronglySorted } from './wrongly-sorted.ts';

/**
 * In the order in which they are worth following: what makes every other figure meaningless first, then what costs
 * nothing but time, then what takes a look at pictures, and the gap that is nearly always there last.
 */
const rules = {
  guessing,
  'better-backbone': betterBackbone,
  'still-falling': stillFalling,
  'wrongly-sorted': wronglySorted,
  'few-pictures': fewPictures,
  'eaten-class': eatenClass,
  memorised,
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof rules | 'nothing-stands-out';

export interface Advice extends Saying {
  readonly rule: RuleName;
}

/** Everything there is to say of a run, what is most worth following first; never nothing. */
export function advise(outcome: Outcome): readonly Advice[] {
  const found = (Object.keys(rules) as (keyof typeof rules)[]).flatMap((rule): Advice[] => {
    const saying = rules[rule](outcome);
    return saying ? [{ rule, ...saying }] : [];
  });
  const last = nothingStandsOut(outcome) as Saying;
  return found.length > 0 ? found : [{ rule: 'nothing-stands-out', ...last }];
}
