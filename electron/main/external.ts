/** Web pages open in the person's own browser, after a question: an address can carry what it was told. */
import { dialog, shell } from 'electron';

/** Longer addresses are for machines; what asks for one is refused. */
const longest = 2048;
let asking = false;

/** Whether an address may be handed to the system: a web page over TLS, without credentials, of a readable length. */
export function isWebPage(address: string): boolean {
  if (address.length > longest || !URL.canParse(address)) return false;
  const { protocol, username, password, hostname } = new URL(address);
  return protocol === 'https:' && username === '' && password === '' && hostname !== '';
}

/** Opens a web page in the browser if the person agrees. Answers whether it did; whatever is no web page never does. */
export async function openPage(address: string): Promise<boolean> {
  // One question at a time: a page that asks again and again is not heard.
  if (!isWebPage(address) || asking) return false;
  asking = true;
  try {
    const { href, hostname } = new URL(address);
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: `Open a page of ${hostname} in your browser?`,
      detail: href,
      buttons: ['Open', 'Cancel'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    if (response !== 0) return false;
    await shell.openExternal(href);
    return true;
  } finally {
    asking = false;
  }
}
