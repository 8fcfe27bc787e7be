/**
 * A stand-in for the `electron` module where no Electron runs: what the host uses of it, recording what it is told.
 * Held against Electron's own typings, so that a call they do not know fails to compile.
 */
import { EventEmitter } from 'node:events';
import { request } from 'node:http';
import type * as Electron from 'electron';

/** Typings of events are overloads per name; emitters here take any. */
type Without<Value> = Partial<Omit<Value, 'on' | 'once' | 'off' | 'emit'>>;

export const told = {
  quits: 0,
  exitCode: undefined as number | undefined,
  schemes: [] as Electron.CustomScheme[],
  handlers: new Map<string, (request: GlobalRequest) => Response | Promise<Response>>(),
  windows: [] as BrowserWindow[],
  opened: [] as string[],
  shown: [] as string[],
  menu: [] as Electron.MenuItemConstructorOptions[],
  bridge: new Map<string, unknown>(),
  posted: [] as { channel: string; ports: MessagePort[] }[],
  firstInstance: true,
  answerToClosing: 0,
  /** Questions and notes shown, and which button the next question gets; the last one goes on being given. */
  asked: [] as Electron.MessageBoxOptions[],
  answers: [] as number[],
  failures: [] as { title: string; content: string }[],
  sandboxed: false,
  switches: new Set<string>(),
  userData: '',
};

export const app = Object.assign(new EventEmitter(), {
  isPackaged: false as boolean,
  enableSandbox: () => {
    told.sandboxed = true;
  },
  getVersion: () => '1.0.0',
  getName: () => 'Graft',
  getPath: () => told.userData,
  requestSingleInstanceLock: () => told.firstInstance,
  whenReady: () => Promise.resolve(),
  quit: () => {
    told.quits += 1;
  },
  exit: (code?: number) => {
    told.exitCode = code;
  },
} satisfies Without<Electron.App>);

export class WebContents extends EventEmitter {
  openHandler: ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) | undefined;

  setWindowOpenHandler(handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse): void {
    this.openHandler = handler;
  }
}

type UsedOfWindow = Pick<
  Electron.BrowserWindow,
  'webContents' | 'loadURL' | 'show' | 'focus' | 'restore' | 'isMinimized'
>;

export class BrowserWindow extends EventEmitter implements UsedOfWindow {
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly contents = new WebContents();
  address = '';
  focused = false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    told.windows.push(this);
    app.emit('web-contents-created', {}, this.contents);
  }

  get webContents(): Electron.WebContents {
    return this.contents as unknown as Electron.WebContents;
  }

  loadURL(address: string): Promise<void> {
    this.address = address;
    return Promise.resolve();
  }

  show(): void {}

  focus(): void {
    this.focused = true;
  }

  restore(): void {}

  isMinimized(): boolean {
    return true;
  }
}

export const ipcMain = new EventEmitter();

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => void told.schemes.push(...schemes),
  handle: (scheme, handler) => void told.handlers.set(scheme, handler),
} satisfies Partial<Electron.Protocol>;

export const commandLine = {
  removeSwitch: (name) => void told.switches.delete(name),
} satisfies Partial<Electron.CommandLine>;

type RequestListener = (details: { url: string }, answer: (response: Electron.CallbackResponse) => void) => void;

/** A session that keeps its handlers where a test can call them. */
export class Session {
  request: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null;
  check: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null;
  device: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null;
  beforeRequest: RequestListener | undefined;

  setPermissionRequestHandler(handler: Session['request']): void {
    this.request = handler;
  }

  setPermissionCheckHandler(handler: Session['check']): void {
    this.check = handler;
  }

  setDevicePermissionHandler(handler: Session['device']): void {
    this.device = handler;
  }

  get webRequest(): { onBeforeRequest: (listener: RequestListener) => void } {
    return { onBeforeRequest: (listener) => void (this.beforeRequest = listener) };
  }
}

export const session = { defaultSession: new Session(), fromPartition: () => new Session() };

/** Chromium's network is stood in for by Node's. */
export const net = { request: (options: object) => request(options) };

export const shell = {
  openExternal: (address) => Promise.resolve(void told.opened.push(address)),
  showItemInFolder: (path) => void told.shown.push(path),
} satisfies Partial<Electron.Shell>;

export const nativeTheme = { shouldUseDarkColors: true } satisfies Partial<Electron.NativeTheme>;

export const dialog = {
  showMessageBoxSync: () => told.answerToClosing,
  showMessageBox: ((options: Electron.MessageBoxOptions) => {
    told.asked.push(options);
    const response = (told.answers.length > 1 ? told.answers.shift() : told.answers[0]) ?? 0;
    return Promise.resolve({ response, checkboxChecked: false });
  }) as Electron.Dialog['showMessageBox'],
  showErrorBox: (title, content) => void told.failures.push({ title, content }),
} satisfies Partial<Electron.Dialog>;

export const autoUpdater = new EventEmitter();

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: Electron.MenuItemConstructorOptions[]) => void (told.menu = template),
};

export const contextBridge = {
  exposeInMainWorld: (name, value) => void told.bridge.set(name, value),
} satisfies Partial<Electron.ContextBridge>;

export const ipcRenderer = {
  postMessage: (channel, _message, ports) => void told.posted.push({ channel, ports: ports ?? [] }),
} satisfies Partial<Electron.IpcRenderer>;

export const webUtils = { getPathForFile: (file) => `/dropped/${file.name}` } satisfies Partial<Electron.WebUtils>;
