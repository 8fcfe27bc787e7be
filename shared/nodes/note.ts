import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  text: z
    .string()
    .default('')
    .meta(meta({ title: 'Text', help: 'Markdown.', control: 'text' })),
});

export const note = defineKind({
  kind: 'note',
  id: 'note',
  title: 'Note',
  group: 'notes',
  icon: 'Note',
  summary: 'Words on the canvas, for yourself and for others.',
  synonyms: ['comment', 'text', 'annotation', 'remark', 'sticky', 'label', 'description'],
  help: `Write down what the project is for, what you tried and what came of it. Notes connect to nothing and change nothing in the training.`,
  inputs: [],
  outputs: [],
  schema,
  lower: () => ({}),
});
