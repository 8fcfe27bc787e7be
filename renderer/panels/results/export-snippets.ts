/** How an exported model is used elsewhere, for a person to copy. */

interface ExportedModel {
  /** Name of the file. */
  readonly file: string;
  /** Class names in the order of the model's answers. */
  readonly labels: readonly string[];
  /** Pictures are cut to the model's proportions rather than stretched. */
  readonly crop: boolean;
}

export interface Snippet {
  readonly name: string;
  /** What has to be installed. */
  readonly needs: string;
  readonly code: (model: ExportedModel) => string;
}

export const snippets: readonly Snippet[] = [
  {
    name: 'Python',
    needs: 'pip install onnxruntime pillow numpy',
    code: ({ file, crop }) => `import json
import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before onnxruntime: its Linux and macOS builds report to its makers
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession(${JSON.stringify(file)})
labels = json.loads(session.get_modelmeta().custom_metadata_map["graft.labels"])
_, _, height, width = session.get_inputs()[0].shape

photo = ImageOps.exif_transpose(Image.open("photo.jpg")).convert("RGB")
photo = ${crop ? 'ImageOps.fit(photo, (width, height), Image.BILINEAR)' : 'photo.resize((width, height), Image.BILINEAR)'}
pixels = np.asarray(photo, dtype=np.float32).transpose(2, 0, 1)[None] / 255
(probabilities,) = session.run(["probabilities"], {"input": pixels})
for label, probability in zip(labels, probabilities[0]):
    print(f"{label:20} {probability:.1%}")
`,
  },
  {
    name: 'JavaScript',
    needs: 'npm install onnxruntime-node sharp',
    code: ({ file, labels, crop }) => `import sharp from 'sharp';

process.env.ORT_DISABLE_TELEMETRY = '1'; // before onnxruntime: its Linux and macOS builds report to its makers
const { InferenceSession, Tensor } = await import('onnxruntime-node');

const labels = ${JSON.stringify(labels)};
const session = await InferenceSession.create(${JSON.stringify(file)});
const [, , height, width] = session.inputMetadata[0].shape;

const photo = sharp('photo.jpg').autoOrient().flatten({ background: 'white' }).toColourspace('srgb');
const bytes = await photo.resize(width, height, { fit: '${crop ? 'cover' : 'fill'}' }).raw().toBuffer();
const pixels = new Float32Array(bytes.length);
const plane = width * height;
for (let i = 0; i < bytes.length; i++) pixels[(i % 3) * plane + Math.floor(i / 3)] = bytes[i] / 255;

const input = new Tensor('float32', pixels, [1, 3, height, width]);
const { probabilities } = await session.run({ input });
labels.forEach((label, index) => console.log(label, probabilities.data[index].toFixed(3)));
`,
  },
];
