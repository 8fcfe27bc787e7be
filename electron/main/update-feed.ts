/** Where newer versions are announced: settled when the program is packaged, and kept in its archive. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** In the words of electron-updater's own `app-update.yml`, which this file stands in for. */
const feedSchema = z.object({
  provider: z.literal('generic'),
  /** Folder that holds the announcements and the installers. */
  url: z.string(),
  /** Page where a person gets the new version by hand. */
  page: z.string(),
  updaterCacheDirName: z.string(),
  /** Who must have signed an installer for Windows. */
  publisherName: z.array(z.string()).nonempty().optional(),
});

export interface UpdateFeed extends z.infer<typeof feedSchema> {
  /** The file it was read from. */
  readonly file: string;
}

/** Undefined in a checkout, and in a program that was packaged without a feed. */
export function readUpdateFeed(root: string): UpdateFeed | undefined {
  const file = join(root, 'out', 'main', 'update-feed.json');
  if (!existsSync(file)) return undefined;
  return { ...feedSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), file };
}
