/**
 * Makes a package of what has been built. Twice over: the first time to see what lies beside the archive once
 * electron-builder has had its way with it, the second with the list of that inside the archive. Every finished folder
 * is held against its list before an installer is made of it, and again when it has been signed.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AfterPackContext, build, type Configuration } from 'electron-builder';
import { besideListFile, checkBeside, describeBeside, type BesideList } from '#electron/services/beside-files.ts';
import { configurationFor, type Environment, feedOf, root } from './configuration.ts';
import type { Target } from './files.ts';
import { codesign, machineCode, type Sign, stageSigned } from './mac-signing.ts';

export interface PackageOptions {
  readonly environment: Environment;
  /** Leave the unpacked program, to look at. */
  readonly dir: boolean;
  /** Folder of package.json; `out` lies in it, already built. */
  readonly project?: string;
  /** An Electron that lies there already. */
  readonly electronDist?: string;
  /** What is signed before it is listed, and how; on macOS with an identity, all of its machine code. */
  readonly signing?: { readonly files: readonly string[]; readonly sign: Sign };
}

/** Throws when what was packed is not what was listed. */
export async function packageProgram(options: PackageOptions): Promise<void> {
  const { environment, project = root } = options;
  // Here electron-builder's rule for what lies beside the archive holds for it too.
  const staging = join(project, 'node_modules', '.graft-signed');
  try {
    const base = configurationFor(environment);
    const signing = options.signing ?? ownSigning(environment, project);
    const configuration = {
      ...(signing ? stageSigned({ configuration: base, project, folder: staging, ...signing }) : base),
      ...(options.electronDist === undefined ? {} : { electronDist: options.electronDist }),
    };
    writeFeed(environment, project);
    const list = join(project, besideListFile);
    rmSync(list, { force: true });
    const found = await trial(configuration, project);
    mkdirSync(dirname(list), { recursive: true });
    writeFileSync(list, `${JSON.stringify(found)}\n`);
    const check = (context: AfterPackContext): Promise<void> => checkBeside(resourcesOf(context), found);
    const config = { ...structuredClone(configuration), afterPack: check, afterSign: check };
    await build({ projectDir: project, config, publish: 'never', dir: options.dir });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function ownSigning({ CSC_NAME: identity }: Environment, project: string): PackageOptions['signing'] {
  if (process.platform !== 'darwin' || !identity) return undefined;
  const target = `darwin-${process.arch}` as Target;
  return { files: machineCode(target, project), sign: codesign(identity) };
}

/** Where newer versions are announced stands inside the archive, where nobody can put another address. */
function writeFeed(environment: Environment, project: string): void {
  const file = join(project, 'out', 'main', 'update-feed.json');
  const feed = feedOf(environment);
  if (feed) writeFileSync(file, `${JSON.stringify(feed, undefined, 2)}\n`);
  else if (existsSync(file)) rmSync(file);
}

/** Packs without a list, unsigned and for nobody, and answers what then lies beside the archive. */
async function trial(configuration: Configuration, project: string): Promise<BesideList> {
  const output = join(configuration.directories?.output ?? 'dist', 'trial');
  let list: BesideList | undefined;
  // electron-builder writes into what it is given.
  const own = structuredClone(configuration);
  const config: Configuration = {
    ...own,
    directories: { ...own.directories, output },
    publish: null,
    mac: { ...own.mac, identity: null, notarize: false, forceCodeSigning: false },
    win: { ...own.win, signExecutable: false, forceCodeSigning: false },
    afterPack: async (context) => {
      list = await describeBeside(resourcesOf(context));
    },
  };
  try {
    await build({ projectDir: project, config, publish: 'never', dir: true });
  } finally {
    rmSync(join(project, output), { recursive: true, force: true });
  }
  if (!list) throw new Error('electron-builder packed nothing');
  return list;
}

function resourcesOf({ packager, appOutDir }: AfterPackContext): string {
  return packager.getResourcesDir(appOutDir);
}
