/** Models and pictures that are shipped: what their cards say of where they come from. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { standardText } from './licences.ts';
import type { Notice } from './notice.ts';

interface Card {
  readonly title?: string;
  readonly file?: string;
  readonly sha256?: string;
  readonly license?: string;
  readonly author?: string;
  readonly trainedOn?: string;
}

/** Words of a README for a licence, by SPDX name. */
const licenceWords: Readonly<Record<string, string>> = { 'CC0 1.0': 'CC0-1.0' };

/** Every file below a folder, from there, with forward slashes. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

export interface Resources {
  readonly notices: readonly Notice[];
  /** What is shipped without a card, or with one that does not fit it. */
  readonly problems: readonly string[];
}

/** `folder` is the one of models, pictures and icons. */
export function shippedResources(folder: string): Resources {
  const notices: Notice[] = [];
  const problems: string[] = [];
  const files = filesIn(folder);
  for (const model of files.filter((file) => file.endsWith('.onnx'))) {
    const found = modelNotice(model);
    if (typeof found === 'string') problems.push(found);
    else notices.push(found);
  }
  const pictures = new Set(
    files.filter((file) => /\.(webp|png|jpe?g|gif|tiff?|avif)$/iu.test(file) && !isIcon(folder, file)).map(dirname),
  );
  for (const card of new Set([...pictures].map((place) => readmeAbove(place, folder)))) {
    const found = card === undefined ? `pictures in ${folder} have no README.md above them` : sampleNotice(card);
    if (typeof found === 'string') problems.push(found);
    else notices.push(found);
  }
  return { notices, problems };
}

function isIcon(folder: string, file: string): boolean {
  return dirname(file) === join(folder, 'icons');
}

function modelNotice(file: string): Notice | string {
  const place = join(dirname(file), 'card.json');
  if (!existsSync(place)) return `${file} has no card.json`;
  const card = JSON.parse(readFileSync(place, 'utf8')) as Card;
  if (card.file !== basename(file)) return `${place} is not about ${basename(file)}`;
  if (!card.license) return `${place} names no licence`;
  if (!card.author || !card.trainedOn) return `${place} does not say who made the model, and of what`;
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (card.sha256 !== sha256) return `${place} is about another ${basename(file)}`;
  return {
    name: `${card.title ?? card.file} (the model ${card.file})`,
    version: '',
    licence: card.license,
    text: standardText(card.license, card.author),
    part: 'data',
    note: `Trained on ${card.trainedOn}.`,
  };
}

function readmeAbove(place: string, folder: string): string | undefined {
  const card = join(place, 'README.md');
  if (existsSync(card)) return card;
  return place === folder ? undefined : readmeAbove(dirname(place), folder);
}

function sampleNotice(card: string): Notice | string {
  const text = readFileSync(card, 'utf8');
  const words = /\*\*Licence\.\*\* ([^:]+):/u.exec(text)?.[1] ?? '';
  const licence = licenceWords[words];
  if (licence === undefined) return `${card} names no licence that is known`;
  if (!text.includes('**How it was made.**')) return `${card} does not say how the pictures were made`;
  const name = /^# (.+)$/mu.exec(text)?.[1] ?? card;
  return { name, version: '', licence, text: standardText(licence), part: 'data', note: 'Drawn by Graft itself.' };
}
