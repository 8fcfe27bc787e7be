/** An installed browser for what is measured in the window. */
import { chromium, type Browser } from 'playwright-core';
import { findBrowser, thisMachine } from '#test/e2e/support/browser.ts';

/** @throws where there is none, saying what to install */
export async function openBrowser(): Promise<Browser> {
  const choice = findBrowser(thisMachine());
  if ('reason' in choice) throw new Error(choice.reason);
  // Chromium refuses its sandbox to root.
  return chromium.launch({ executablePath: choice.path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
