/** Once per run of the end-to-end tests: a browser is found or the reason for skipping is, and the windows are built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { locateProgram } from '#electron/services/program.ts';
import { findBrowser, thisMachine, type BrowserChoice } from '#test/e2e/support/browser.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    browser: BrowserChoice;
  }
}

export default function setup(project: TestProject): void {
  const built = join(locateProgram().renderer, 'index.html');
  if (!existsSync(built)) throw new Error(`${built} is missing: run "npm run build" before the end-to-end tests.`);
  project.provide('browser', findBrowser(thisMachine()));
}
