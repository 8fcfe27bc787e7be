import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const whenOn = { parameter: 'enabled', is: [true] } as const;

/** Amounts are fastai's `aug_transforms` defaults. */
const schema = z.object({
  enabled: z
    .boolean()
    .default(false)
    .meta(meta({ title: 'Vary the pictures', help: 'Off, features can be computed once and epochs take a moment.' })),
  flip: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta(
      meta({
        title: 'Mirror',
        help: 'How often a picture is mirrored left to right. Use 0 for text and digits.',
        control: 'slider',
        step: 0.05,
        when: whenOn,
      }),
    ),
  rotate: z
    .number()
    .min(0)
    .max(180)
    .default(10)
    .meta(
      meta({ title: 'Rotate', help: 'Largest turn either way.', unit: '°', control: 'slider', step: 1, when: whenOn }),
    ),
  zoom: z
    .number()
    .min(1)
    .max(4)
    .default(1.1)
    .meta(
      meta({ title: 'Zoom', help: 'Largest magnification.', unit: '×', control: 'slider', step: 0.05, when: whenOn }),
    ),
  light: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.2)
    .meta(
      meta({
        title: 'Light',
        help: 'Largest relative change of brightness and contrast.',
        control: 'slider',
        step: 0.05,
        when: whenOn,
      }),
    ),
  views: z
    .number()
    .int()
    .min(0)
    .max(32)
    .default(0)
    .meta(
      meta({
        title: 'Cached versions',
        help: 'Versions of each picture whose features are kept; 0 draws new ones every epoch and keeps none.',
        expert: true,
        step: 1,
        when: whenOn,
      }),
    ),
});

export const augment = defineKind({
  kind: 'augment',
  id: 'augment',
  title: 'Augment',
  group: 'data',
  icon: 'Sparkles',
  summary: 'Shows the model slightly changed versions of each picture, so that it learns the thing and not the photo.',
  synonyms: ['augmentation', 'flip', 'mirror', 'rotate', 'zoom', 'brightness', 'contrast', 'vary', 'distort'],
  help: `A rabbit stays a rabbit when the photo is mirrored, tilted or a little darker. Augmentation shows the model such versions, so that a small folder teaches it about as much as a larger one. Pictures held out for validation are never changed.

Only turn on what leaves the answer the same: a mirrored *b* is a *d*, so set Mirror to 0 for text and digits.

It costs time. Without it, what the frozen part of the backbone says about each picture is computed once and kept; with it, every epoch sees new pictures and the backbone must look at all of them again. **Cached versions** is the middle way: a few versions of each picture, each computed once.`,
  inputs: [{ name: 'samples', type: 'samples' }],
  outputs: [{ name: 'samples', type: 'samples' }],
  schema,
  lower: (parameters, node) => ({ augment: { node, ...parameters } }),
});
