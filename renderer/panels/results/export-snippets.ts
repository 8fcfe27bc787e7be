/** How an exported model is used elsewhere, for a person to copy. */

export interface Snippet {
  readonly name: string;
  /** What has to be installed. */
  readonly needs: string;
  readonly code: (file: string) => string;
}

export const snippets: readonly Snippet[] = [
  {
    name: 'Python',
    needs: 'pip install onnxruntime pillow numpy',
    code: (file) => `import json
import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession(${JSON.stringify(file)})
facts = session.get_modelmeta().custom_metadata_map
labels = json.loads(facts["graft.labels"])
_, _, height, width = session.get_inputs()[0].shape

photo = Image.open("photo.jpg").convert("RGB").resize((width, height))
pixels = np.asarray(photo, dtype=np.float32) / 255
(probabilities,) = session.run(["probabilities"], {"input": pixels.transpose(2, 0, 1)[None]})
for label, probability in zip(labels, probabilities[0]):
    print(f"{label:20} {probability:.1%}")
`,
  },
  {
    name: 'JavaScript',
    needs: 'npm install onnxruntime-node sharp',
    code: (file) => `import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

const session = await InferenceSession.create(${JSON.stringify(file)});
const [, , height, width] = session.inputMetadata[0].shape;

const bytes = await sharp('photo.jpg').removeAlpha().resize(width, height, { fit: 'fill' }).raw().toBuffer();
const pixels = new Float32Array(bytes.length);
const plane = width * height;
for (let i = 0; i < bytes.length; i++) pixels[(i % 3) * plane + Math.floor(i / 3)] = bytes[i] / 255;

const input = new Tensor('float32', pixels, [1, 3, height, width]);
const { probabilities } = await session.run({ input });
console.log(probabilities.data);
`,
  },
];
