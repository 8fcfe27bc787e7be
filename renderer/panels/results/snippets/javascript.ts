/** A Node program that answers as `graft predict` does; how pictures are prepared it takes from the model. */
export const javascript = (file: string): string => `// What the model says of photos: node predict.mjs photo.jpg …
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

process.env.ORT_DISABLE_TELEMETRY = '1'; // before onnxruntime: its Linux and macOS builds report to its makers
const { InferenceSession, Tensor } = await import('onnxruntime-node');

const model = await readFile(${quoted(file)});
const about = metadataOf(model);
const labels = JSON.parse(about['graft.labels']);
const prepare = JSON.parse(about['graft.preprocess']);
const session = await InferenceSession.create(model);

for (const file of process.argv.length > 2 ? process.argv.slice(2) : ['photo.jpg']) {
  const { probabilities } = await session.run({ input: await pixelsOf(file) });
  console.log(file);
  labels.forEach((label, index) => {
    console.log('  ' + label.padEnd(20) + ' ' + (100 * probabilities.data[index]).toFixed(1) + '%');
  });
}

/** The first frame, upright, in sRGB, without transparency: three bytes a pixel. */
async function read(file) {
  let photo = sharp(file, { failOn: 'error' });
  const { depth, space, hasAlpha, hasProfile } = await photo.metadata();
  if (depth !== 'uchar') {
    // More than 8 bits a number: what becomes white follows from the largest one.
    const { channels } = await photo.clone().stats();
    const largest = Math.max(...channels.slice(0, hasAlpha ? -1 : undefined).map(({ max }) => max));
    const whites = prepare.white[depth === 'float' || depth === 'double' ? 'float' : 'integer'];
    const white = whites.find((number) => largest <= number) ?? largest;
    const full = depth === 'ushort' ? 65535 : 255;
    if (depth !== 'ushort' || white !== full) {
      photo = sharp(file, { failOn: 'error', ignoreIcc: true }).linear(full / white, full === 255 ? 0.5 : 128);
    } else if (space === 'rgb16' && hasProfile) photo = photo.withIccProfile('srgb', { attach: false });
  }
  const plain = photo.autoOrient().flatten({ background: prepare.background }).toColourspace('srgb');
  return plain.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

/** What the model takes: [1, 3, height, width], 0 to 1. */
async function pixelsOf(file) {
  const { data, info } = await read(file);
  const [height, width] = prepare.size;
  const scales = [info.width / width, info.height / height];
  const [across, down] = prepare.crop === 'centre' ? [Math.min(...scales), Math.min(...scales)] : scales;
  const columns = shares(info.width, width, across);
  const rows = shares(info.height, height, down);
  const pixels = new Float32Array(3 * height * width);
  rows.forEach(({ first, weights }, y) => {
    const line = new Float64Array(3 * info.width);
    weights.forEach((weight, row) => {
      const start = (first + row) * line.length;
      for (let at = 0; at < line.length; at++) line[at] += weight * data[start + at];
    });
    columns.forEach(({ first, weights }, x) => {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) sum += weights[tap] * line[3 * (first + tap) + channel];
        pixels[(channel * height + y) * width + x] = sum / 255;
      }
    });
  });
  return new Tensor('float32', pixels, [1, 3, height, width]);
}

/** Bilinear, antialiased: which pixels of a line each of \`count\` is made of, around its middle, and how much of each. */
function shares(available, count, scale) {
  const reach = Math.max(scale, 1);
  return Array.from({ length: count }, (_, index) => {
    const centre = available / 2 + (index + 0.5 - count / 2) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(available, Math.floor(centre + reach + 0.5));
    const weights = [];
    for (let at = first; at < end; at++) weights.push(Math.max(0, 1 - Math.abs(at + 0.5 - centre) / reach));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

/** What an ONNX file says of itself: its fields number 14 are pairs of a key and a value (onnx.proto). */
function metadataOf(bytes) {
  const found = {};
  for (const [field, pair] of fieldsOf(bytes)) {
    if (field !== 14) continue;
    const [key, value = ''] = [...fieldsOf(pair)].map(([, text]) => String(text));
    found[key] = value;
  }
  return found;
}

/** The fields of a protobuf message that hold bytes. */
function* fieldsOf(bytes) {
  let at = 0;
  const number = () => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = number();
    const value = number();
    if (key % 8 === 2) yield [Math.floor(key / 8), bytes.subarray(at, (at += value))];
  }
}
`;

/** In single quotes, as the rest of the program. */
function quoted(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", String.raw`\'`)}'`;
}
