/** A window of its own process: lets itself in, looks at the sample, trains it, and prints how it ended. */
import { existsSync, readFileSync } from 'node:fs';
import { applySettings } from '#shared/document/set.ts';
import { instantiate } from '#shared/document/templates.ts';
import { openWindow } from '#test/support/window-client.ts';

const [, , printed = '', data = ''] = process.argv;

async function addressIn(file: string): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.includes('\n')) return (JSON.parse(text) as { url: string }).url;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

const { host, close } = await openWindow(await addressIn(printed));
const document = applySettings(instantiate('image-classification', { dataPath: data, backbone: 'nano' }), [
  'training.epochs=2',
  'data.limitPerClass=6',
]);
const facts = await host.data.facts({ document, path: '' });
await host.data.thumbnails({ paths: (facts.dataset?.examples ?? []).map(({ path }) => path), size: 64 });
const { run } = await host.runs.start({ document, path: '', device: 'cpu' });
let last = '';
for await (const events of await host.runs.watch({ run })) last = events.at(-1)?.event ?? last;
process.stdout.write(`${last}\n`);
close();
