import { formatPlural } from '#shared/core/format.ts';
import { isRecord, jsonOf, recordsOf } from '../content.ts';
import { leftOutOf, type Recogniser } from '../recogniser.ts';
import { rowsOf } from '../rows.ts';

/** SQuAD's form, `data[].paragraphs[].qas[]`, or rows of a question, a context and its answers. */
export const questionAnswering: Recogniser = async (brought) => {
  const nested = jsonOf(brought).flatMap(({ file, value }) => {
    const articles = isRecord(value) ? recordsOf(value['data']) : [];
    const questions = articles
      .flatMap((article) => recordsOf(article['paragraphs']))
      .flatMap((paragraph) => recordsOf(paragraph['qas']));
    return questions.length > 0 ? [{ file, count: questions.length }] : [];
  });
  const flat = rowsOf(brought).filter(
    ({ columns }) =>
      columns.includes('question') && columns.includes('context') && columns.some((name) => name.startsWith('answer')),
  );
  const found = [...nested, ...flat];
  if (found.length === 0) return undefined;
  const used = new Set(found.map(({ file }) => file));
  const samples = found.reduce((sum, { count }) => sum + count, 0);
  return {
    words: formatPlural(samples, 'question with its text and answers', 'questions with their texts and answers'),
    task: 'answer-questions',
    samples,
    columns: flat[0]?.columns ?? [],
    leftOut: leftOutOf(brought.files.filter((file) => !used.has(file))),
  };
};
