/** What the host told about itself: its devices and the person's settings. Read once, again after a reconnect. */
import { create } from 'zustand';
import type { DeviceInfo } from '#shared/protocol/run.ts';
import type { Settings } from '#shared/protocol/contract.ts';
import { host, type Host } from '#renderer/platform/host.ts';

export type HostInfo = Awaited<ReturnType<Host['app']['info']>>;

interface EnvironmentState {
  readonly info: HostInfo | undefined;
  readonly devices: readonly DeviceInfo[];
  readonly settings: Settings;
}

const initialSettings: Settings = {
  theme: 'auto',
  device: 'auto',
  cacheLimitBytes: 10 * 2 ** 30,
  introduced: true,
  trustedComputers: [],
  updates: false,
  shortcuts: {},
};

export const useEnvironment = create<EnvironmentState>()(() => ({
  info: undefined,
  devices: [],
  settings: initialSettings,
}));

export async function readEnvironment(): Promise<void> {
  const [info, settings] = await Promise.all([host.app.info(), host.settings.read()]);
  useEnvironment.setState({ info, settings });
}

/** On its own, because the first look at a machine's devices takes seconds that nothing else should wait for. */
export async function readDevices(): Promise<void> {
  useEnvironment.setState({ devices: await host.app.devices() });
}

/** Takes effect at once and is kept by the host. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  useEnvironment.setState((state) => ({ settings: { ...state.settings, ...change } }));
  useEnvironment.setState({ settings: await host.settings.write(change) });
}

const themes = ['auto', 'light', 'dark'] as const;

/** Automatic, light, dark and around again. */
export async function nextTheme(): Promise<void> {
  const { theme } = useEnvironment.getState().settings;
  await changeSettings({ theme: themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto' });
}
