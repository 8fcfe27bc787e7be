/** One thing that is shipped and was made by others, with what they ask to be told of it. */

export interface Notice {
  readonly name: string;
  /** '' where there is none. */
  readonly version: string;
  /** SPDX expression, or the name its maker gives the licence. */
  readonly licence: string;
  /** Full text, as it came with what is shipped wherever it did. */
  readonly text: string;
  /** Where it is part of the program. */
  readonly part: 'window' | 'program' | 'package' | 'library' | 'runtime' | 'data';
  /** What else its licence wants said: where the source is, how it is replaced, what it was chosen from. */
  readonly note?: string;
  readonly source?: string;
}

/** What the window reads: texts stand once, entries name theirs by position. */
export interface NoticesFile {
  readonly licence: string;
  readonly notices: readonly (Omit<Notice, 'text'> & { readonly text: number })[];
  readonly texts: readonly string[];
}

/** By name, then version, without regard to case. */
export function inOrder(notices: readonly Notice[]): Notice[] {
  const key = ({ name, version }: Notice): string => `${name.replace(/^@/u, '').toLowerCase()} ${version}`;
  return notices.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
