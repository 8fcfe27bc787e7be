import { z } from 'zod';
import { problem } from '#shared/messages/error.ts';
import { correctionsSchema } from '#shared/nodes/corrections.ts';
import { remarks } from '#shared/nodes/dataset-remarks.ts';
import { defineKind, longestPath, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  path: z
    .string()
    .max(longestPath)
    .default('')
    .meta(
      meta({
        title: 'Folder',
        help: 'One sub-folder per class, or train, validation and test folders with the classes inside.',
        control: 'folder',
      }),
    ),
  limitPerClass: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta(
      meta({
        title: 'Pictures per class',
        help: 'Uses at most this many of each class; 0 uses all of them.',
        unit: 'at most',
        expert: true,
        step: 10,
      }),
    ),
  corrections: correctionsSchema,
});

/** Training and validation each need one picture of every class. */
const SMALLEST_CLASS = 2;

export const imageFolder = defineKind({
  kind: 'image-folder',
  id: 'data',
  title: 'Photos',
  group: 'data',
  icon: 'Photo',
  summary: 'A folder of pictures, sorted into one sub-folder per class.',
  synonyms: ['images', 'pictures', 'dataset', 'folder', 'data', 'classes', 'labels', 'import', 'load'],
  help: `The pictures the model learns from. Make one folder for each thing you want it to tell apart, name the folder after the thing, and put the pictures inside: \`cat/\`, \`dog/\`, \`rabbit/\`. The folder names become the answers the model gives.

If the folder holds a \`train\` and a \`validation\` folder with the classes inside, that division is kept, under whichever of the usual names: \`val\`, \`dev\`, \`seg_train\`. Otherwise part of every class is held back to check the model on pictures it has not seen. A \`test\` folder is kept for the very end, and its figures are given apart.

Nothing is copied or uploaded; pictures are read from where they are. A few dozen per class are a fair start. Variety counts more than number: other backgrounds, other light, other angles.`,
  inputs: [],
  outputs: [
    { name: 'samples', type: 'samples' },
    { name: 'targets', type: 'targets' },
  ],
  schema,
  check(parameters, node, facts) {
    if (parameters.path === '') return [problem('data.folder-unset', {}, node)];
    if (!facts.dataset) return [];
    const { classes, path } = facts.dataset;
    if (classes.length === 1) return [problem('data.one-class', { path, class: classes[0]?.name ?? '' }, node)];
    const small = classes
      .filter(({ train, validation }) => train + validation < SMALLEST_CLASS)
      .map(({ name, train, validation }) =>
        problem('data.class-too-small', { class: name, count: train + validation }, node),
      );
    return [...small, ...remarks(facts.dataset).map(({ code, details }) => problem(code, details, node))];
  },
  lower: (parameters, node) => ({ data: { node, ...parameters } }),
});
