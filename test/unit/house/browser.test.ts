import { describe, expect, it, vi } from 'vitest';
import { findBrowser, usualPlaces, type Machine } from '#test/e2e/support/browser.ts';

const bare: Machine = {
  environment: { PATH: '/usr/local/bin:/usr/bin' },
  platform: 'linux',
  exists: () => false,
  playwrightPath: () => '/home/me/.cache/ms-playwright/chromium/chrome',
  install: undefined,
};
const holding = (...paths: string[]): Pick<Machine, 'exists'> => ({ exists: (path) => paths.includes(path) });

describe('findBrowser', () => {
  it('takes the browser named in GRAFT_BROWSER before any other', () => {
    const machine = { ...bare, environment: { ...bare.environment, GRAFT_BROWSER: '/opt/my-browser' } };
    expect(findBrowser({ ...machine, ...holding('/opt/my-browser', '/usr/bin/chromium') })).toEqual({
      path: '/opt/my-browser',
    });
  });

  it('says so when GRAFT_BROWSER names nothing, and does not quietly take another', () => {
    const machine = { ...bare, environment: { ...bare.environment, GRAFT_BROWSER: '/opt/gone' } };
    expect(findBrowser({ ...machine, ...holding('/usr/bin/chromium') })).toEqual({
      reason: 'no browser: GRAFT_BROWSER names /opt/gone, which does not exist',
    });
  });

  it('prefers an installed browser to Playwright’s own', () => {
    const both = holding('/usr/bin/google-chrome', bare.playwrightPath());
    expect(findBrowser({ ...bare, ...both })).toEqual({ path: '/usr/bin/google-chrome' });
    expect(findBrowser({ ...bare, ...holding(bare.playwrightPath()) })).toEqual({ path: bare.playwrightPath() });
  });

  it('installs one when it may, and looks again', () => {
    const present = new Set<string>();
    const install = vi.fn<() => void>(() => void present.add('/usr/bin/chromium'));
    expect(findBrowser({ ...bare, exists: (path) => present.has(path), install })).toEqual({
      path: '/usr/bin/chromium',
    });
    expect(install).toHaveBeenCalledOnce();
  });

  it('gives the reason an installation failed', () => {
    const install = (): void => {
      throw new Error('E: Unable to locate package chromium');
    };
    const choice = findBrowser({ ...bare, install });
    expect(choice).toEqual({ reason: expect.stringContaining('Unable to locate package chromium') as string });
  });

  it('gives a reason and a remedy where there is none at all', () => {
    expect(findBrowser(bare)).toEqual({
      reason: 'no browser found; install Chromium, Chrome or Edge, or name one in GRAFT_BROWSER',
    });
  });
});

describe('usualPlaces', () => {
  it('knows macOS and Windows', () => {
    expect(usualPlaces({ platform: 'darwin', environment: { HOME: '/Users/me' } })).toContain(
      '/Users/me/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
    const windows = usualPlaces({ platform: 'win32', environment: { 'ProgramFiles(x86)': 'C:\\Program Files (x86)' } });
    expect(windows).toContain('C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe');
  });
});
