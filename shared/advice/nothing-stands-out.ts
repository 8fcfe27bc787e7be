import type { Rule } from './rule.ts';

/** Where no other rule has a reason to speak. */
export const nothingStandsOut: Rule = () => ({
  sentence: 'Nothing stands out. Photos that it has never seen tell most: from another day, another place.',
  step: { type: 'try', label: 'Try it' },
});
