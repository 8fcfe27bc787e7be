/**
 * Once per run of the end-to-end tests: a browser is found or the reason for skipping is, the windows are built, and the
 * features of the sample are computed, which would take every scenario that trains on it the same ten seconds.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { locateProgram } from '#electron/services/program.ts';
import { findBrowser, thisMachine, type BrowserChoice } from '#test/e2e/support/browser.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    browser: BrowserChoice;
    /** A feature cache that knows the sample pictures. */
    features: string;
  }
}

export default function setup(project: TestProject): () => void {
  const built = join(locateProgram().renderer, 'index.html');
  if (!existsSync(built)) throw new Error(`${built} is missing: run "npm run build" before the end-to-end tests.`);
  const browser = findBrowser(thisMachine());
  project.provide('browser', browser);
  const home = mkdtempSync(join(tmpdir(), 'graft-e2e-features-'));
  project.provide('features', join(home, 'cache'));
  if ('path' in browser) trainOnSample(home);
  return () => rmSync(home, { recursive: true, force: true });
}

function trainOnSample(home: string): void {
  const { node, commandLine, root, resources } = locateProgram();
  const run = (...words: readonly string[]): void => {
    const env = { ...process.env, GRAFT_HOME: home };
    execFileSync(node, [commandLine, ...words], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const project = join(home, 'sample.graft');
  run('new', 'image-classification', '--data', join(resources, 'sample/orchard'), '-o', project);
  run('train', project, '--device', 'cpu', '--set', 'training.epochs=1');
}
