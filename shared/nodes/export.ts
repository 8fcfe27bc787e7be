import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  fileName: z
    .string()
    .regex(/^[^/\\:*?"<>|]+\.onnx$/u, 'must be a file name ending in .onnx, without folders')
    .default('model.onnx')
    .meta(meta({ title: 'File name', help: 'Suggested when you save the model.' })),
});

export const exportModel = defineKind({
  kind: 'export',
  id: 'export',
  title: 'Export',
  group: 'results',
  icon: 'PackageExport',
  summary: 'Writes the trained model to one .onnx file that works anywhere.',
  synonyms: ['save', 'onnx', 'download', 'deploy', 'take away', 'file', 'publish'],
  help: `The trained model as one file in the ONNX format, which runs on phones, in browsers, on servers and in nearly every programming language, without Graft.

Everything it needs is inside: the backbone, the head, the preparation of the pictures and the names of your classes. It takes pictures as RGB values from 0 to 1 and gives a probability for each class.

Before the file is kept it is opened again and its answers are compared with those of the trained model on all held-out pictures. You see the largest difference.`,
  inputs: [{ name: 'model', type: 'model' }],
  outputs: [],
  schema,
  lower: (parameters, node) => ({ export: { node, ...parameters } }),
});
