/**
 * What Node makes of the sources is kept in the data home: stripped of their types and compiled, they start a process in
 * half the time. Only in a checkout: bundles start as fast without, and an installed program runs what was checked and
 * nothing else (docs/decisions/0041).
 */
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const isSource = import.meta.url.endsWith('.ts');

/** For processes that are started from here; whoever has set a folder of their own keeps it. */
export function compiledSources(home: string): { readonly NODE_COMPILE_CACHE?: string } {
  return isSource ? { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(home, 'compiled') } : {};
}

/** For what this process loads from now on. Where there is no data home yet, or nothing can be kept, it is compiled as ever. */
export function keepCompiledSources(home: string): void {
  const { NODE_COMPILE_CACHE: folder } = compiledSources(home);
  if (folder !== undefined && existsSync(home)) enableCompileCache(folder);
}
