/** The person's preferences, in one JSON file. A missing or damaged one gives the defaults. */
import { settingsSchema, type Settings } from '#shared/protocol/contract.ts';
import { privateFile, readIfPresent, writeAtomically } from '#electron/files/replace.ts';

export const defaultSettings: Settings = {
  theme: 'auto',
  device: 'auto',
  cacheLimitBytes: 10 * 1024 ** 3,
  introduced: false,
  trustedComputers: [],
  updates: false,
  shortcuts: {},
};

export class SettingsFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Values that this version does not understand fall back to the defaults one by one. */
  async read(): Promise<Settings> {
    const stored = parseObject(await readIfPresent(this.#file).catch(() => undefined));
    const known = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
      const parsed = schema.safeParse(stored[name]);
      return parsed.success ? [[name, parsed.data]] : [];
    });
    return { ...defaultSettings, ...Object.fromEntries(known) };
  }

  async write(change: Partial<Settings>): Promise<Settings> {
    const settings = { ...(await this.read()), ...change };
    await writeAtomically(this.#file, `${JSON.stringify(settings, null, 2)}\n`, privateFile);
    return settings;
  }
}

function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
