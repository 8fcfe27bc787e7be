/** Projects to start from: `graft new`, and the start page. */
import { GraftError } from '#shared/messages/error.ts';
import { builtInBackbones, isBuiltIn } from '#shared/nodes/built-in-backbones.ts';
import { kindByConventionalId } from '#shared/nodes/registry.ts';
import { usualRate } from '#shared/nodes/usual-rate.ts';
import { addNode, connect, setParameter, type Position } from './edits.ts';
import { emptyDocument, type Endpoint, type GraftDocument } from './model.ts';

export interface TemplateOptions {
  /** Folder of pictures as the document shall name it; '' leaves the choice open. */
  readonly dataPath: string;
  /** A built-in backbone's id, or the path of an .onnx file. */
  readonly backbone: string;
  /** Name of the backbone's last stage, where the caller knows it. */
  readonly lastStage?: string;
}

export interface Template {
  readonly id: string;
  readonly title: string;
  /** What one gets, in a sentence. */
  readonly summary: string;
  readonly build: (options: TemplateOptions) => GraftDocument;
}

const columnPitch = 288;
const rowPitch = 240;

/** Read like a page: data to features, features to optimizer, then the run and its results. */
const rows = [
  ['data', 'split', 'augment', 'backbone'],
  ['freeze', 'head', 'loss', 'optimizer'],
  ['schedule', 'training', 'evaluation', 'export'],
] as const;

type NodeId = (typeof rows)[number][number];

const wires: readonly (readonly [`${NodeId}.${string}`, `${NodeId}.${string}`])[] = [
  ['data.samples', 'split.samples'],
  ['split.samples', 'augment.samples'],
  ['augment.samples', 'backbone.samples'],
  ['backbone.features', 'freeze.features'],
  ['freeze.features', 'head.features'],
  ['head.predictions', 'loss.predictions'],
  ['data.targets', 'loss.targets'],
  ['loss.loss', 'optimizer.loss'],
  ['optimizer.update', 'schedule.update'],
  ['schedule.update', 'training.update'],
  ['training.model', 'evaluation.model'],
  ['training.model', 'export.model'],
];

type Settings = readonly (readonly [NodeId, string, unknown])[];

function endpoint(text: string): Endpoint {
  const [node = '', port = ''] = text.split('.');
  return { node, port };
}

function place(document: GraftDocument, id: NodeId, position: Position): GraftDocument {
  return addNode(document, { kind: kindByConventionalId(id)?.kind ?? id, position }).document;
}

/** The whole chain for sorting pictures, with these settings on top of the defaults. */
function chain(title: string, { dataPath, backbone }: TemplateOptions, settings: Settings = []): GraftDocument {
  const placed = rows.reduce(
    (current, row, y) =>
      row.reduce((document, id, x) => place(document, id, { x: x * columnPitch, y: y * rowPitch }), current),
    { ...emptyDocument, title },
  );
  const wired = wires.reduce((document, [from, to]) => connect(document, endpoint(from), endpoint(to)), placed);
  const all: Settings = [['data', 'path', dataPath], ['backbone', 'model', backbone], ...settings];
  return all.reduce((document, [id, name, value]) => setParameter(document, id, name, value), wired);
}

/** Trains from the last stage on; all of a backbone whose stages the caller does not know. */
function fineTuning({ backbone, lastStage = '' }: TemplateOptions): Settings {
  const stage = isBuiltIn(backbone) ? builtInBackbones[backbone].tunedFrom : lastStage;
  return stage
    ? [
        ['freeze', 'mode', 'until'],
        ['freeze', 'stage', stage],
      ]
    : [['freeze', 'mode', 'none']];
}

/** Of the optimizer that is there by default, while only the head learns. */
const frozenRate: Settings = [['optimizer', 'learningRate', usualRate('adamw', { headAlone: true })]];

export const templates: readonly Template[] = [
  {
    id: 'image-classification',
    title: 'Sort pictures',
    summary: 'Tells your classes apart with a new head on a frozen backbone. The place to start.',
    build: (options) => chain('Sort pictures', options, frozenRate),
  },
  {
    id: 'fine-tune',
    title: 'Fine-tune',
    summary: "Lets the backbone's last stage learn along with the head. For some hundred pictures per class.",
    build: (options) => chain('Fine-tune', options, fineTuning(options)),
  },
  {
    id: 'quick-look',
    title: 'Quick look',
    summary: 'At most 40 pictures per class and 10 epochs: shows in seconds whether the classes can be told apart.',
    build: (options) =>
      chain('Quick look', options, [...frozenRate, ['data', 'limitPerClass', 40], ['training', 'epochs', 10]]),
  },
  {
    id: 'blank',
    title: 'Blank',
    summary: 'An empty canvas.',
    build: () => emptyDocument,
  },
];

/** A new document from a template. Throws `document.unknown-template`. */
export function instantiate(id: string, options: TemplateOptions): GraftDocument {
  const template = templates.find((candidate) => candidate.id === id);
  if (template) return template.build(options);
  const known = templates.map((candidate) => candidate.id).join(', ');
  throw new GraftError('document.unknown-template', { template: id, known });
}
