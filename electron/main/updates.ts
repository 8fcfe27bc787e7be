/**
 * Newer versions: looked for only after a person has said so, once or for every start. Nothing leaves the machine
 * before, and nothing is installed unasked.
 */
import { dialog } from 'electron';
import { GraftError } from '#shared/messages/error.ts';
import type { SettingsFile } from '#electron/services/settings.ts';
import { openPage } from './external.ts';
import type { UpdateEntries } from './menu.ts';
import type { UpdateFeed } from './update-feed.ts';
import type { UpdateSource } from './update-source.ts';

export interface UpdatesOptions {
  readonly feed: UpdateFeed;
  readonly settings: SettingsFile;
  /** The version that runs. */
  readonly version: string;
  /** Loads what asks the feed. */
  readonly open: (feed: UpdateFeed) => Promise<UpdateSource>;
  /** Told whenever the entries change. */
  readonly onEntries: (entries: UpdateEntries) => void;
  readonly log: (line: string) => void;
}

export class Updates {
  readonly #options: UpdatesOptions;
  #source: Promise<UpdateSource> | undefined;
  #looking = false;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /** Shows the entries, and looks for a newer version if the person has asked for that. */
  async start(): Promise<void> {
    const { updates } = await this.#options.settings.read();
    this.#show(updates);
    if (updates) await this.#look(false);
  }

  async checkNow(): Promise<void> {
    if (await agree('Look for a newer version of Graft?', this.#what(), 'Look')) await this.#look(true);
  }

  /** Turning it on is a question, turning it off is not. */
  async turn(on: boolean): Promise<void> {
    const agreed = on && (await agree('Look for a newer version at every start?', this.#what(), 'Look at every start'));
    const { updates } = await this.#options.settings.write({ updates: agreed });
    this.#show(updates);
    if (updates) await this.#look(false);
  }

  #what(): string {
    const { host } = new URL(this.#options.feed.url);
    return `Graft asks ${host} for the number of the newest version. That machine sees the network address the question comes from, and nothing of your projects, pictures or settings. Nothing is installed without another question.`;
  }

  #show(on: boolean): void {
    this.#options.onEntries({ on, checkNow: () => void this.checkNow(), turn: (wanted) => void this.turn(wanted) });
  }

  /** `loud` also says that there is nothing new, or that it did not work. */
  async #look(loud: boolean): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#source ??= this.#options.open(this.#options.feed);
      const source = await this.#source;
      const newest = await source.check();
      if (newest !== undefined) await this.#offer(source, newest);
      else if (loud) await tell(`Graft ${this.#options.version} is the newest version.`);
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      const failure = new GraftError('program.update-failed', { reason });
      this.#options.log(failure.message);
      if (loud) await tell(failure.message, `${failure.remedy}\n\n${failure.code}`);
    } finally {
      this.#looking = false;
    }
  }

  async #offer(source: UpdateSource, newest: string): Promise<void> {
    const message = `Graft ${newest} is there. This is ${this.#options.version}.`;
    if (!source.fetch) {
      const detail = 'Install it the way this one was installed. Projects, runs and settings stay.';
      if (await agree(message, detail, 'Show where')) await openPage(this.#options.feed.page);
      return;
    }
    const detail = 'It is fetched, held against the publisher’s signature, and installed when Graft is closed.';
    if (!(await agree(message, detail, 'Fetch it'))) return;
    await source.fetch();
    if (await agree(`Graft ${newest} is ready.`, 'It is installed when Graft is closed.', 'Close Graft now'))
      source.install?.();
  }
}

async function agree(message: string, detail: string, yes: string): Promise<boolean> {
  const buttons = [yes, 'Not now'];
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message,
    detail,
    buttons,
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

async function tell(message: string, detail = ''): Promise<void> {
  await dialog.showMessageBox({ type: 'info', message, detail, buttons: ['Close'] });
}
