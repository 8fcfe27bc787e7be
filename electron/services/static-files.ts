/** The built window's files: read from one folder and never from outside it. */
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export interface StaticFile {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Whether its name carries a hash of its content, so that it never changes. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** The file an address path names, `/` being index.html; undefined when there is none. */
export async function readStaticFile(folder: string, path: string): Promise<StaticFile | undefined> {
  const inside = decodePath(path);
  if (inside === undefined) return undefined;
  const file = join(folder, inside === '/' ? 'index.html' : inside);
  if (!file.startsWith(folder + sep)) return undefined;
  const type = types[extname(file)];
  if (type === undefined) return undefined;
  try {
    return { content: new Uint8Array(await readFile(file)), type, immutable: inside.startsWith('/assets/') };
  } catch {
    return undefined;
  }
}

function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes('\0') || decoded.includes('\\') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
