/** How an error is written down: a sentence naming the culprit, and what helps. */
import { formatBytes } from '#shared/core/format.ts';

type Details = Readonly<Record<string, string | number>>;

export interface Entry {
  readonly message: (details: Details) => string;
  readonly remedy: (details: Details) => string;
}

export const entry = (message: Entry['message'], remedy: Entry['remedy'] | string): Entry => ({
  message,
  remedy: typeof remedy === 'string' ? () => remedy : remedy,
});

/** “a Head”, “an Augment”. */
export const article = (name: string | number | undefined): string =>
  `${/^[aeiou]/iu.test(String(name)) ? 'an' : 'a'} ${name}`;

/** A number of bytes, as people read it. */
export const sized = (bytes: string | number | undefined): string =>
  typeof bytes === 'number' ? formatBytes(bytes) : String(bytes);

/** What is read, as people call it. */
export const pictureFormats = 'JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or BMP';
