/** What can be done with each kind of thing, as buttons of the panel that says what was brought. */
import { findNode } from '#shared/document/graph.ts';
import { instantiate, templates } from '#shared/document/templates.ts';
import { usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import type { LookKind } from '#shared/protocol/look.ts';
import { setOrAdd, targetOf } from '#renderer/canvas/dropping.ts';
import { host } from '#renderer/platform/host.ts';
import type { Found } from '#renderer/store/bringing.ts';
import { useDocument } from '#renderer/store/document.ts';
import { folderName } from '#renderer/store/project-title.ts';
import { newProject, openProject } from '#renderer/store/project.ts';

export interface LookAction {
  readonly name: string;
  readonly label: string;
  readonly perform: () => Promise<void>;
}

/** What is offered for a find, the most likely first. */
type Offers = (found: Found) => LookAction[];

/** Folders that were brought together become one when they are used, and not before. */
async function dataPath({ look, paths }: Found): Promise<string> {
  if (look.path !== '' || paths.length < 2) return look.path;
  return (await host.files.gather({ paths: [...paths] })).folder;
}

/** Sets it on the card it was dropped on, on the only one of its kind, or on a new one. */
function onCanvas(found: Found, kind: string, parameters: () => Promise<Record<string, unknown>>): LookAction[] {
  const { landing } = found;
  if (landing.on !== 'canvas') return [];
  const target = targetOf(kind, landing.card);
  const node = target === undefined ? undefined : findNode(useDocument.getState().document, target);
  const title = node?.title || kindOf(kind)?.title || kind;
  return [
    {
      name: 'use-here',
      label: node ? `Use it in “${title}”` : `Add it as “${title}”`,
      perform: async () => setOrAdd(kind, await parameters(), landing.screen, landing.card),
    },
  ];
}

/** A new project for each template that can begin with it. */
function newProjects({ look }: Found, options: () => Promise<{ dataPath: string; backbone: string }>): LookAction[] {
  return templates
    .filter(({ id }) => look.can.includes(id))
    .map(({ id, title }) => ({
      name: id,
      label: `New project: ${title}`,
      perform: async () => {
        const chosen = await options();
        const document = instantiate(id, chosen);
        await newProject(chosen.dataPath === '' ? document : { ...document, title: folderName(chosen.dataPath) });
      },
    }));
}

const photos: Offers = (found) =>
  found.look.can.length === 0
    ? []
    : [
        ...onCanvas(found, 'image-folder', async () => ({ path: await dataPath(found) })),
        ...newProjects(found, async () => ({ dataPath: await dataPath(found), backbone: usualBackbone })),
      ];

const model: Offers = (found) =>
  found.look.can.length === 0
    ? []
    : [
        ...onCanvas(found, 'backbone', async () => ({ model: found.look.path, hash: '' })),
        ...newProjects(found, async () => ({ dataPath: '', backbone: found.look.path })),
      ];

const project: Offers = ({ look }) => [
  { name: 'open', label: 'Open the project', perform: () => openProject(look.path) },
];

/** Nothing can be done with these yet; their sentence says what they are for. */
const notYet: Offers = () => [];

export const offersFor = {
  'graft-project': project,
  'onnx-model': model,
  weights: notYet,
  'detection-voc': notYet,
  'detection-cvat': notYet,
  'segmentation-coco': notYet,
  'detection-coco': notYet,
  'detection-createml': notYet,
  'detection-label-studio': notYet,
  'segmentation-yolo': notYet,
  'detection-yolo': notYet,
  'detection-csv': notYet,
  'segmentation-masks': notYet,
  'image-folder': photos,
  'loose-images': notYet,
  'audio-folder': notYet,
  'question-answering': notYet,
  conversations: notYet,
  table: notYet,
  'text-folder': notYet,
  unknown: notYet,
} as const satisfies Record<LookKind, Offers>;
