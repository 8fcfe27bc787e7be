import type { Rule } from './rule.ts';

/** With fewer validation pictures of a class, two or three of them would say so. */
const enough = 5;

/** More of a class's pictures are taken for one other class than for itself. */
export const eatenClass: Rule = ({ evaluation }) => {
  const { confusion, classes, perClass, samples } = evaluation;
  const eaten = confusion
    .map((row, label) => {
      const others = row.map((count, predicted) => (predicted === label ? -1 : count));
      const eater = others.indexOf(Math.max(...others));
      return { label, eater, count: row[eater] ?? 0, own: row[label] ?? 0, support: perClass[label]?.support ?? 0 };
    })
    .filter(({ count, own, support }) => support >= enough && count > own)
    .toSorted((left, right) => right.count - right.own - (left.count - left.own))[0];
  if (!eaten) return undefined;
  const [name, other] = [classes[eaten.label], classes[eaten.eater]];
  return {
    sentence: `Of ${eaten.support} photos of “${name}”, ${eaten.count} are taken for “${other}”: are the two sorted by what can be seen?`,
    step: {
      type: 'show',
      label: 'Look at them',
      title: `${name} taken for ${other}`,
      samples: samples.filter(({ label, predicted }) => label === eaten.label && predicted === eaten.eater),
    },
  };
};
