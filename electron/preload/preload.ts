/** Hands the window one MessagePort to its host, and the paths of dropped files. No logic. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { bridgeName, pageOrigin, portChannel, portMessageType, type Bridge } from '#shared/protocol/bridge.ts';

const bridge: Bridge = { pathForFile: (file) => webUtils.getPathForFile(file as File) };
contextBridge.exposeInMainWorld(bridgeName, bridge);

// Only then do the window's own scripts listen.
window.addEventListener('DOMContentLoaded', () => {
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage(portChannel, null, [port1]);
  window.postMessage({ type: portMessageType }, pageOrigin, [port2]);
});
