/**
 * What electron-builder is told: electron-builder.yml, and what a release has on top, by the variables that
 * docs/release.md describes. Without any of them nothing is signed, notarised or announced.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { readYaml } from './builder.ts';

export const root = join(import.meta.dirname, '..', '..');

export type Environment = Readonly<Record<string, string | undefined>>;

export function readConfiguration(): Configuration {
  return readYaml(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Configuration;
}

/** Where newer versions are announced, in the words of `electron/main/update-feed.ts`. */
export interface Feed {
  readonly provider: 'generic';
  readonly url: string;
  readonly page: string;
  readonly updaterCacheDirName: string;
  readonly publisherName?: readonly string[];
}

/** Undefined without `GRAFT_UPDATE_FEED`. Throws when an address is no https one. */
export function feedOf(environment: Environment): Feed | undefined {
  const url = environment['GRAFT_UPDATE_FEED'];
  if (!url) return undefined;
  const page = environment['GRAFT_DOWNLOAD_PAGE'] ?? url;
  for (const address of [url, page]) {
    if (!URL.canParse(address) || new URL(address).protocol !== 'https:') throw new Error(`${address} is not https`);
  }
  const publisher = environment['GRAFT_PUBLISHER'];
  const signed = publisher ? { publisherName: [publisher] } : {};
  return { provider: 'generic', url, page, updaterCacheDirName: 'graft-updater', ...signed };
}

/** The whole configuration. `GRAFT_RELEASE` makes an unsigned program a failure on platforms that ask for signatures. */
export function configurationFor(environment: Environment): Configuration {
  const base = readConfiguration();
  const feed = feedOf(environment);
  const macIdentity = environment['CSC_NAME'];
  const azure = azureOf(environment);
  return {
    ...base,
    publish: feed ? [{ provider: 'generic', url: feed.url }] : null,
    mac: {
      ...base.mac,
      // Otherwise it would take whatever identity it finds, after the list of hashes was made.
      identity: macIdentity ?? null,
      notarize: macIdentity !== undefined && canNotarize(environment),
      forceCodeSigning: isRelease(environment),
    },
    win: {
      ...base.win,
      ...(azure ? { azureSignOptions: azure } : {}),
      ...(!azure && environment['GRAFT_PUBLISHER']
        ? { signtoolOptions: { publisherName: environment['GRAFT_PUBLISHER'] } }
        : {}),
      forceCodeSigning: isRelease(environment),
    },
  };
}

export function isRelease(environment: Environment): boolean {
  return Boolean(environment['GRAFT_RELEASE']);
}

function canNotarize(environment: Environment): boolean {
  return [
    ['APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'],
    ['APPLE_KEYCHAIN', 'APPLE_KEYCHAIN_PROFILE'],
  ].some((names) => names.every((name) => environment[name]));
}

function azureOf(environment: Environment) {
  const { GRAFT_AZURE_ENDPOINT: endpoint, GRAFT_AZURE_ACCOUNT: account, GRAFT_AZURE_PROFILE: profile } = environment;
  const publisherName = environment['GRAFT_PUBLISHER'];
  if (!endpoint || !account || !profile || !publisherName) return undefined;
  return { endpoint, codeSigningAccountName: account, certificateProfileName: profile, publisherName };
}
