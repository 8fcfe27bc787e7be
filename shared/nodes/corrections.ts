/**
 * What a person has said of single pictures against the folder they lie in. It stands in the project, so that it can be
 * undone, saved and handed on, and the files stay where they are.
 */
import { z } from 'zod';
import { longestPath, meta } from './kind.ts';

const longestClass = 1000;
/** More are a folder that wants sorting. */
const mostCorrections = 100_000;

const correctionSchema = z.object({
  /** Path relative to the folder of the data, with forward slashes. */
  photo: z.string().min(1).max(longestPath),
  /** The class it is of; '' leaves it out. */
  class: z.string().max(longestClass),
});
export type Correction = z.infer<typeof correctionSchema>;

export const correctionsSchema = z
  .array(correctionSchema)
  .max(mostCorrections)
  .default([])
  .meta(
    meta({
      title: 'Corrections',
      help: 'Photos that are something else than their folder says, or are left out. The files stay where they are.',
      control: 'corrections',
      lapsesWith: 'path',
    }),
  );

/** How a picture is named in a correction; undefined for one that does not lie in the folder. */
export function photoName(folder: string, path: string): string | undefined {
  const inside =
    folder.endsWith('/') || folder.endsWith('\\') ? folder : `${folder}${folder.includes('\\') ? '\\' : '/'}`;
  if (!path.startsWith(inside)) return undefined;
  const name = path.slice(inside.length);
  return inside.endsWith('\\') ? name.replaceAll('\\', '/') : name;
}

/** How many corrections a change of settings has taken away with the folder they were about. */
export function lapsedCorrections(before: WithNodes, after: WithNodes): number {
  const lapsed = before.nodes.map(({ id, parameters }) => {
    const now = after.nodes.find((node) => node.id === id)?.parameters;
    const moved = now !== undefined && now['path'] !== parameters['path'];
    return moved && now['corrections'] === undefined ? lengthOf(parameters['corrections']) : 0;
  });
  return lapsed.reduce((sum, count) => sum + count, 0);
}

interface WithNodes {
  readonly nodes: readonly { readonly id: string; readonly parameters: Readonly<Record<string, unknown>> }[];
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** With what is now said of a picture; undefined takes back whatever was said. */
export function corrected(
  corrections: readonly Correction[],
  photo: string,
  to: string | undefined,
): readonly Correction[] {
  const others = corrections.filter((one) => one.photo !== photo);
  return to === undefined ? others : [...others, { photo, class: to }];
}
