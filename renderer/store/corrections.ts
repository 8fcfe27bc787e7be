/** What the person says of single photos against their folders: what they really are, or that they are left out. */
import { firstOfKind } from '#shared/document/lookup.ts';
import { chooseParameter } from '#shared/document/usual.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { type Correction, corrected, photoName } from '#shared/nodes/corrections.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { imageFolder } from '#shared/nodes/image-folder.ts';
import { edit, useDocument } from './document.ts';
import { useFacts } from './facts.ts';

const none: readonly Correction[] = [];
const known = new WeakMap<object, readonly Correction[]>();

/** Of the first Photos node; the same list while it does not change. */
function correctionsOf(document: GraftDocument | undefined): readonly Correction[] {
  const parameters = document && firstOfKind(document.nodes, imageFolder.kind)?.parameters;
  if (!parameters || parameters['corrections'] === undefined) return none;
  const found = known.get(parameters);
  if (found) return found;
  const list = effectiveParameters(imageFolder, parameters)['corrections'] as readonly Correction[];
  known.set(parameters, list);
  return list;
}

/** How many photos are taken for something else in one document than in the other. */
export function differingCorrections(one: GraftDocument, other: GraftDocument): number {
  const [before, after] = [one, other].map(
    (document) => new Map(correctionsOf(document).map(({ photo, class: to }) => [photo, to])),
  ) as [Map<string, string>, Map<string, string>];
  return [...new Set([...before.keys(), ...after.keys()])].filter((photo) => before.get(photo) !== after.get(photo))
    .length;
}

interface Correcting {
  /** What is said of a photo: a class, '' where it is left out; undefined where nothing is. */
  readonly said: (path: string) => string | undefined;
  /** Undefined for a photo of another folder than the project's. */
  readonly correct: ((path: string, to: string | undefined) => void) | undefined;
}

/** @param path of a photo in question: those of another folder than the one on the canvas cannot be corrected */
export function useCorrecting(path: string): Correcting {
  const folder = useFacts((store) => store.facts.dataset?.path);
  const corrections = useDocument((store) => correctionsOf(store.document));
  const nameOf = (photo: string): string | undefined => (folder === undefined ? undefined : photoName(folder, photo));
  return {
    said: (photo) => corrections.find((one) => one.photo === nameOf(photo))?.class,
    correct:
      nameOf(path) === undefined
        ? undefined
        : (photo, to) => {
            const name = nameOf(photo);
            if (name !== undefined) change((list) => corrected(list, name, to));
          },
  };
}

function change(to: (corrections: readonly Correction[]) => readonly Correction[]): void {
  edit((document) => {
    const node = firstOfKind(document.nodes, imageFolder.kind);
    if (!node) return document;
    const list = to(correctionsOf(document));
    return chooseParameter(document, node.id, 'corrections', list.length === 0 ? undefined : list);
  });
}
