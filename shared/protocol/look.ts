/**
 * What somebody brought, as it is answered to a drop and by `graft look`: what it is, how much of it there is, and what
 * can be done with it now. What it would be for is said also where that task is not here yet.
 */
import { z } from 'zod';
import { templates } from '#shared/document/templates.ts';
import { leftOutSchema } from '#shared/nodes/facts.ts';

/** In the order in which they are asked for: what is certain first, and what a folder looks like at last. */
export const lookKinds = [
  'graft-project',
  'onnx-model',
  'weights',
  'detection-voc',
  'detection-cvat',
  'segmentation-coco',
  'detection-coco',
  'detection-createml',
  'detection-label-studio',
  'segmentation-yolo',
  'detection-yolo',
  'detection-csv',
  'segmentation-masks',
  'image-folder',
  'loose-images',
  'audio-folder',
  'question-answering',
  'conversations',
  'table',
  'text-folder',
  'unknown',
] as const;
export type LookKind = (typeof lookKinds)[number];

interface LookTask {
  /** What comes after “for”. */
  readonly words: string;
  /** Templates that do it, those which are not here yet included. */
  readonly templates: readonly string[];
}

/** What things are brought for. */
export const lookTasks = {
  'sort-pictures': {
    words: 'sorting pictures',
    templates: ['image-classification', 'fine-tune', 'quick-look', 'from-scratch'],
  },
  find: { words: 'finding things', templates: ['detection'] },
  outline: { words: 'outlining', templates: ['segmentation'] },
  'predict-column': { words: 'predicting a column', templates: ['table', 'regression', 'forecasting'] },
  'sort-texts': { words: 'sorting texts', templates: ['text-classification'] },
  'answer-questions': { words: 'answering questions', templates: ['question-answering'] },
  converse: { words: 'teaching a language model', templates: ['language-model'] },
  'tell-sounds': { words: 'telling sounds apart', templates: ['audio-classification'] },
  'import-weights': { words: 'making a model of', templates: [] },
} as const satisfies Record<string, LookTask>;
export type LookTaskName = keyof typeof lookTasks;

/** Templates that do a task here and now. */
export function templatesFor(task: LookTaskName): string[] {
  const wanted: readonly string[] = lookTasks[task].templates;
  return templates.map(({ id }) => id).filter((id) => wanted.includes(id));
}

export const lookSchema = z.object({
  kind: z.enum(lookKinds),
  /** One sentence without its full stop: what it is, how much, what for. */
  title: z.string(),
  /** Pictures, sounds, texts, rows; 0 for what has none. */
  samples: z.number(),
  /** Class names, where they can be told. */
  classes: z.array(z.string()),
  /** Of a table, as its first line names them. */
  columns: z.array(z.string()),
  /** Samples by part: `train`, `validation`, `test`; none where it is in one piece. */
  parts: z.record(z.string(), z.number()),
  left_out: z.array(leftOutSchema),
  /** Templates that can begin with it now. */
  can: z.array(z.string()),
  /** Absolute path of what is used: a folder of pictures, a model's file. '' where several things have none in common. */
  path: z.string(),
  /** Everything that lies there, by sort of file, most first: “500 pictures”, “1 table”. */
  counts: z.array(z.object({ what: z.string(), count: z.number() })),
  /** Absolute paths of a few pictures. */
  examples: z.array(z.string()),
  /** Whether there is more than was looked at; counts are then of what was. */
  more: z.boolean(),
});
export type Look = z.infer<typeof lookSchema>;

/** A copy of what was brought, in the data home. */
export const broughtCopySchema = z.object({
  path: z.string(),
  name: z.string(),
  /** From a browser window, out of an archive, or links to folders that were brought together. */
  kind: z.enum(['uploads', 'unpacked', 'gathered']),
  files: z.number(),
  bytes: z.number(),
  /** ISO 8601. */
  made: z.string(),
});
export type BroughtCopy = z.infer<typeof broughtCopySchema>;

/** How far an archive is, then where its content lies. */
export const unpackedSchema = z.discriminatedUnion('state', [
  /** Bytes. */
  z.object({ state: z.literal('unpacking'), done: z.number(), total: z.number() }),
  /** `leftOut`: entries that are links, encrypted, there twice, or under names that are no plain ones. */
  z.object({ state: z.literal('done'), folder: z.string(), leftOut: z.number() }),
]);
export type Unpacked = z.infer<typeof unpackedSchema>;
