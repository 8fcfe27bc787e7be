/** Folders that are made for somebody, none of which replaces another. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '#electron/files/failures.ts';
import { privateFolder } from '#electron/files/replace.ts';

/** Makes `photos`, or `photos-2` where that is taken. */
export async function numberedFolder(root: string, name: string): Promise<string> {
  await mkdir(root, { recursive: true, mode: privateFolder });
  for (let attempt = 1; ; attempt++) {
    const folder = join(root, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await mkdir(folder, { mode: privateFolder });
      return folder;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
