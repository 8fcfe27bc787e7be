/**
 * electron-updater, as far as it is wanted: it looks for a newer version when asked, fetches it when asked, and refuses
 * what the program's own publisher has not signed. Loaded only once a person has agreed to look.
 */
import { AppUpdater, MacUpdater, NsisUpdater } from 'electron-updater';
import type { UpdateFeed } from './update-feed.ts';

export interface UpdateSource {
  /** Version of the newest release; undefined when this is the newest. */
  readonly check: () => Promise<string | undefined>;
  /** Fetches it and checks who signed it; absent where nothing but a person can check that. */
  readonly fetch?: () => Promise<void>;
  /** Ends the program and installs what was fetched. */
  readonly install?: () => void;
}

/**
 * Looks for new versions and can do no more. On Linux a feed's hashes say that a file came whole, not from whom, and a
 * package manager or the person who put an AppImage there is who should replace it.
 */
class TellingUpdater extends AppUpdater {
  constructor() {
    super(null);
  }

  override quitAndInstall(): void {
    throw new Error('nothing is installed here');
  }

  protected override doDownloadUpdate(): Promise<never> {
    return Promise.reject(new Error('nothing is fetched here'));
  }
}

export function openUpdateSource(
  feed: UpdateFeed,
  platform: NodeJS.Platform,
  log: (line: string) => void,
): UpdateSource {
  const updater = updaterFor(feed, platform);
  updater.updateConfigPath = feed.file;
  updater.autoDownload = false;
  updater.disableWebInstaller = true;
  // Nobody is told apart: electron-updater would send a lasting random number with every question.
  updater.requestHeaders = { 'x-user-staging-id': 'none' };
  updater.isUserWithinRollout = () => true;
  updater.logger = { info: log, warn: log, error: log };
  if (updater instanceof NsisUpdater) refuseUnchecked(updater, log);
  const check = async (): Promise<string | undefined> => {
    const found = await updater.checkForUpdates();
    return found?.isUpdateAvailable ? found.updateInfo.version : undefined;
  };
  if (updater instanceof TellingUpdater) return { check };
  return {
    check,
    fetch: async () => void (await updater.downloadUpdate()),
    install: () => updater.quitAndInstall(),
  };
}

function updaterFor({ publisherName }: UpdateFeed, platform: NodeJS.Platform): AppUpdater {
  // Squirrel.Mac takes only what carries the signature of the running program.
  if (platform === 'darwin') return new MacUpdater();
  if (platform === 'win32' && publisherName !== undefined) return new NsisUpdater();
  return new TellingUpdater();
}

/** Where Windows cannot say who signed a file, electron-updater warns and lets it pass. Here it does not pass. */
export function refuseUnchecked(updater: NsisUpdater, log: (line: string) => void): void {
  const usual = updater.verifyUpdateCodeSignature;
  updater.verifyUpdateCodeSignature = async (publishers, file) => {
    let unchecked: string | undefined;
    const warn = (line: unknown): void => {
      const words = String(line);
      if (/ignoring signature validation/iu.test(words)) unchecked = words;
      log(words);
    };
    updater.logger = { info: log, warn, error: log };
    return (await usual(publishers, file)) ?? unchecked ?? null;
  };
}
