/** Files and folders from outside the window: dragged from the file manager, which takes the debugger, or pasted. */
import sharp from 'sharp';
import type { Locator, Page } from 'playwright-core';

/** Drops what lies at these absolute paths on the middle of an element. */
export async function dropOn(target: Locator, paths: readonly string[]): Promise<void> {
  const box = await target.boundingBox();
  if (!box) throw new Error(`${String(target)} is not on the screen`);
  const session = await target.page().context().newCDPSession(target.page());
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', {
      type,
      ...at,
      data: { items: [], files: [...paths], dragOperationsMask: 1 },
    });
  }
  await session.detach();
}

/** Puts a picture on the clipboard and presses Ctrl+V. */
export async function pastePicture(page: Page, file: string): Promise<void> {
  const png = (await sharp(file).png().toBuffer()).toString('base64');
  await page.evaluate(async (content) => {
    const bytes = Uint8Array.from(atob(content), (character) => character.codePointAt(0) ?? 0);
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
  }, png);
  await page.keyboard.press('Control+V');
}
