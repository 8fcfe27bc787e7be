/** Takes the port a window's preload hands over and answers the contract's procedures on it. */
import { ipcMain } from 'electron';
import { RPCHandler } from '@orpc/server/message-port';
import { portChannel } from '#shared/protocol/bridge.ts';
import type { Router } from '#electron/services/router.ts';
import { isOwnFrame } from './own-page.ts';

export function answerWindows(router: Router, log: (line: string) => void): void {
  const handler = new RPCHandler(router);
  ipcMain.on(portChannel, ({ senderFrame, ports }) => {
    const [port] = ports;
    if (!port) return;
    if (!isOwnFrame(senderFrame)) {
      log(`refused a channel to ${senderFrame?.url ?? 'a frame that is gone'}`);
      port.close();
      return;
    }
    handler.upgrade(port);
    port.start();
  });
}
