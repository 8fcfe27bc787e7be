import { annotated } from '../boxed.ts';
import { isRecord, jsonOf, namesOf, recordsOf } from '../content.ts';
import type { Recogniser } from '../recogniser.ts';

/** Label Studio: a JSON list of tasks, each with `data` and `annotations`, whose results are of a type; here rectangles. */
export const detectionLabelStudio: Recogniser = async (brought) => {
  const found = jsonOf(brought).flatMap(({ file, value }) => {
    const tasks = recordsOf(value).filter((task) => isRecord(task['data']));
    const results = tasks
      .flatMap((task) => recordsOf(task['annotations'] ?? task['completions']))
      .flatMap((annotation) => recordsOf(annotation['result']));
    const boxes = results.filter(({ type }) => type === 'rectanglelabels');
    return boxes.length > 0 ? [{ file, tasks, boxes }] : [];
  });
  if (found.length === 0) return undefined;
  const labels = found
    .flatMap(({ boxes }) => boxes)
    .flatMap(({ value }) =>
      isRecord(value) && Array.isArray(value['rectanglelabels']) ? value['rectanglelabels'] : [],
    );
  return annotated(brought, 'find', {
    words: found.length === 1 ? 'boxes in a Label Studio file' : `boxes in ${found.length} Label Studio files`,
    files: found.map(({ file }) => file),
    samples: found.reduce((sum, { tasks }) => sum + tasks.length, 0),
    classes: namesOf(labels).toSorted(),
  });
};
