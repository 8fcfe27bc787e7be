import { formatPlural } from '#shared/core/format.ts';
import { leftOutOf, type Recogniser } from '../recogniser.ts';
import { rowsOf } from '../rows.ts';

/** Columns that belong together: messages, ShareGPT's, Alpaca's, prompts with completions, and with a choice of two. */
const forms: readonly (readonly string[])[] = [
  ['messages'],
  ['conversations'],
  ['instruction', 'output'],
  ['prompt', 'completion'],
  ['prompt', 'response'],
  ['prompt', 'chosen'],
];

/** What somebody says and what is to be answered, a row each. */
export const conversations: Recogniser = async (brought) => {
  const found = rowsOf(brought).filter(({ columns }) =>
    forms.some((form) => form.every((column) => columns.includes(column))),
  );
  if (found.length === 0) return undefined;
  const used = new Set(found.map(({ file }) => file));
  const samples = found.reduce((sum, { count }) => sum + count, 0);
  return {
    words: formatPlural(samples, 'conversation'),
    task: 'converse',
    samples,
    columns: found[0]?.columns ?? [],
    leftOut: leftOutOf(brought.files.filter((file) => !used.has(file))),
  };
};
