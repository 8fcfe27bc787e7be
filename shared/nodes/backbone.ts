import { z } from 'zod';
import { GraftError, problem } from '#shared/messages/error.ts';
import { backboneRemarks } from '#shared/nodes/backbone-remarks.ts';
import { usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { defineKind, longestPath, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  model: z
    .string()
    .min(1)
    .max(longestPath)
    .default(usualBackbone)
    .meta(
      meta({
        title: 'Model',
        help: 'A built-in backbone, or any image model in an .onnx file.',
        control: 'model-file',
      }),
    ),
  hash: z
    .string()
    .regex(/^([0-9a-f]{64})?$/u, 'must be the 64 hexadecimal digits of a SHA-256 hash, or empty')
    .default('')
    .meta(
      meta({
        title: 'Fingerprint',
        help: 'SHA-256 of the file when it was chosen; tells when it has been changed since. Empty does not look.',
        expert: true,
      }),
    ),
  size: z
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .meta(
      meta({
        title: 'Picture side',
        help: 'Pictures are resized to this square; 0 takes the size the model was made for.',
        unit: ['pixel', 'pixels'],
        expert: true,
        step: 32,
      }),
    ),
  resize: z
    .enum(['stretch', 'crop'])
    .default('stretch')
    .meta(
      meta({
        title: 'Fit',
        help: 'Stretching keeps everything in view; cropping keeps proportions.',
        labels: { stretch: 'Stretch to the square', crop: 'Crop the middle square' },
      }),
    ),
  normalization: z
    .enum(['auto', 'none', 'imagenet', 'half', 'bytes'])
    .default('auto')
    .meta(
      meta({
        title: 'Colour range',
        help: 'The range the model was trained with. Automatic: as the model itself scales colours, else ImageNet.',
        labels: {
          auto: 'Automatic',
          none: '0 to 1, as it is',
          imagenet: 'ImageNet mean and deviation',
          half: '−1 to 1',
          bytes: '0 to 255',
        },
        expert: true,
      }),
    ),
  channels: z
    .enum(['rgb', 'bgr'])
    .default('rgb')
    .meta(
      meta({
        title: 'Order of colours',
        help: 'Models made with OpenCV or Caffe take blue first.',
        labels: { rgb: 'Red, green, blue', bgr: 'Blue, green, red' },
        expert: true,
      }),
    ),
});

/** Whether text in the model parameter names a file rather than a built-in backbone. */
export function isModelFile(model: string): boolean {
  return /[/\\]/u.test(model) || model.toLowerCase().endsWith('.onnx');
}

/** Where a built-in backbone lies, relative to the resources. Throws `model.unknown-backbone` for what is no id. */
export function builtInFile(id: string): string {
  if (!/^[\w-]+$/u.test(id)) throw new GraftError('model.unknown-backbone', { id });
  return `backbones/${id}/${id}.onnx`;
}

export const backbone = defineKind({
  kind: 'backbone',
  id: 'backbone',
  title: 'Backbone',
  group: 'model',
  icon: 'Hexagon',
  summary: 'A network that has already learned to see, from many other pictures.',
  synonyms: [
    'model',
    'pretrained',
    'network',
    'onnx',
    'features',
    'encoder',
    'resnet',
    'mobilenet',
    'efficientnet',
    'nano',
  ],
  help: `The backbone has been trained before, on very many pictures. It has learned to notice edges, textures, shapes and parts of things. It turns each picture into a list of numbers, its **features**, in which similar things lie close together. That is why a few of your own pictures are enough: only the last step is left to learn.

Two are built in. *EfficientNet-Lite0* has seen the 1.28 million photos of ImageNet and is the one to begin with. *Nano* is a tenth of the work for the machine and sees far less; it is for first experiments and weak computers. Any other image model in the ONNX format does too, for example a ResNet or a MobileNet. Its input must be one picture tensor \`[N, 3, height, width]\`. If it was made to tell classes apart, its old answers are cut off and its features are used.`,
  inputs: [{ name: 'samples', type: 'samples' }],
  outputs: [{ name: 'features', type: 'features' }],
  schema,
  check(parameters, node, facts) {
    const changed = parameters.hash !== '' && facts.backbone && facts.backbone.hash !== parameters.hash;
    return [
      ...(changed ? [problem('model.hash-changed', { path: parameters.model }, node)] : []),
      ...(facts.backbone ? backboneRemarks(facts.backbone, parameters) : []).map(({ code, details }) =>
        problem(code, details, node),
      ),
    ];
  },
  lower: (parameters, node) => ({ backbone: { node, ...parameters } }),
});
