import { formatPercent } from '#shared/core/format.ts';
import type { Rule } from './rule.ts';
import { firstChange } from './settings.ts';

/** Looked back over the last quarter of the epochs; fewer than four have none. */
const lookedBack = 4;
/** Less of a fall than this is within what one run differs from the next. */
const steep = 0.05;
const mostEpochs = 300;

/** The validation loss was at its lowest at the last planned epoch, and was still on its way down. */
export const stillFalling: Rule = ({ document, epochs, planned }) => {
  const last = epochs.at(-1);
  if (last === undefined || epochs.length < Math.max(planned, lookedBack)) return undefined;
  const before = epochs[epochs.length - 1 - Math.floor(epochs.length / lookedBack)]?.validation.loss ?? 0;
  const lowest = Math.min(...epochs.map(({ validation }) => validation.loss));
  const fall = 1 - last.validation.loss / before;
  if (last.validation.loss > lowest || !(fall >= steep)) return undefined;
  const more = Math.min(mostEpochs, 2 * planned);
  const step = firstChange(document, [
    { when: true, label: `Train ${more} epochs`, settings: [{ kind: 'training', name: 'epochs', value: more }] },
  ]);
  return (
    step && {
      sentence: `It was still getting better: over the last quarter of the epochs the validation loss fell by ${formatPercent(fall, 0)}.`,
      step,
    }
  );
};
