/** Who is let into the browser host, and what the others see. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';
import { expectAccessible } from '#test/e2e/support/axe.ts';
import type { RunningHost } from '#test/e2e/support/host.ts';
import { scenario } from '#test/e2e/support/scenario.ts';

/** What another program of the same person is told. */
function openAgain(host: RunningHost): string {
  const { node, commandLine } = locateProgram();
  const env = { ...process.env, GRAFT_HOME: host.home };
  return execFileSync(node, [commandLine, 'open', '--print'], { encoding: 'utf8', env }).trim();
}

scenario(
  'an address opens one window; the next one is told so, and gets in by another address',
  async ({ page, host }) => {
    await page.reload();
    await page.getByRole('banner').waitFor();
    const second = await page.context().newPage();
    await second.goto(host.url);
    await second.getByRole('heading', { name: 'This address was used already' }).waitFor();
    await expectAccessible(second, 'an address that was used');
    await second.goto(new URL('/', host.url).href);
    await second.getByRole('heading', { name: 'This window has no key' }).waitFor();

    const address = openAgain(host);
    expect(address).not.toBe(host.url);
    // Into the tab as it is: nothing of its address changes but the fragment.
    await second.goto(address);
    await second.getByRole('banner').waitFor();
    expect(second.url()).toBe(new URL('/', host.url).href);
    await second.close();
  },
);

/** A page of another site that tries what a page can: it cannot read a thing, and the host goes on. */
const hostilePage = (port: string): string => `<!doctype html><title>evil</title><script>
const tried = {};
const note = (name) => (value) => (tried[name] = String(value));
const socket = (name, path, protocols) => new Promise((resolve) => {
  const one = new WebSocket('ws://127.0.0.1:${port}' + path, protocols);
  one.onopen = () => resolve(note(name)('open'));
  one.onerror = () => resolve(note(name)('refused'));
});
const get = (name, path, options) => fetch('http://127.0.0.1:${port}' + path, options)
  .then((response) => response.text()).then(() => note(name)('read'), () => note(name)('refused'));
const image = () => new Promise((resolve) => {
  const one = new Image();
  one.onload = () => resolve(note('image')('read'));
  one.onerror = () => resolve(note('image')('refused'));
  one.src = 'http://127.0.0.1:${port}/';
});
Promise.all([
  socket('slashes', '//'), socket('rpc', '/rpc'), socket('guess', '/rpc', ['graft', 'guess']),
  get('page', '/'), get('session', '/session'), get('blind', '/session', { method: 'POST', mode: 'no-cors', body: '{}' }),
  get('address', '/address', { method: 'POST' }), image(),
]).then(() => (document.title = JSON.stringify(tried)));
</script>`;

scenario('a page of another site reads nothing and ends nothing', async ({ page, host }) => {
  const { port } = new URL(host.url);
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(hostilePage(port));
  });
  await new Promise<void>((resolve) => {
    evil.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void evil.close());
  const other = await page.context().newPage();
  await other.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
  await other.waitForFunction('document.title.startsWith("{")');
  const tried = JSON.parse(await other.title()) as Record<string, string>;
  expect(Object.keys(tried).length).toBe(8);
  expect(Object.entries(tried).filter(([, outcome]) => outcome !== 'refused')).toEqual([]);
  await other.close();
  expect(host.process.exitCode).toBeNull();
  await page.reload();
  await page.getByRole('banner').waitFor();
});
