/** Parts of electron-builder that it does not export: its schema, its file filters, its reader of YAML, its signing. */
import { createRequire } from 'node:module';

// The packager behind electron-builder is its dependency, not ours: it is found from there.
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));

interface Matcher {
  readonly patterns: string[];
  createFilter: () => (file: string, stat: { isDirectory: () => boolean }) => boolean;
}

type Expand = (pattern: string) => string;

/** What its filters ask of a packager. */
export interface PackagerStandIn {
  readonly info: {
    readonly projectDir: string;
    readonly buildResourcesDir: string;
    readonly isPrepackedAppAsar: false;
    readonly config: object;
    readonly debugLogger: { readonly isEnabled: false };
  };
}

export const { load: readYaml } = builder('js-yaml') as { load: (text: string) => unknown };

export const { getMainFileMatchers, getNodeModuleFileMatcher, FileMatcher } = builder(
  'app-builder-lib/out/fileMatcher.js',
) as {
  getMainFileMatchers: (
    from: string,
    to: string,
    expand: Expand,
    platform: object,
    packager: PackagerStandIn,
    output: string,
    compile: boolean,
  ) => Matcher[];
  getNodeModuleFileMatcher: (
    from: string,
    to: string,
    expand: Expand,
    platform: object,
    packager: PackagerStandIn['info'],
  ) => Matcher;
  FileMatcher: new (from: string, to: string, expand: Expand, patterns: readonly string[]) => Matcher;
};

/** Throws when a configuration does not fit electron-builder's schema. */
export async function validateConfiguration(configuration: object): Promise<void> {
  const { validateConfiguration: validate } = builder('app-builder-lib/out/util/config/config.js') as {
    validateConfiguration: (configuration: unknown, logger: unknown) => Promise<void>;
  };
  const { DebugLogger } = builder('builder-util') as { DebugLogger: new (enabled: boolean) => unknown };
  await validate(structuredClone(configuration), new DebugLogger(false));
}

/** Which files electron-builder signs on Windows, by a section of its configuration. */
export function windowsSigns(section: object): (file: string) => boolean {
  // Its modules need each other, and load from their own beginning alone.
  builder('app-builder-lib');
  const { WinPackager } = builder('app-builder-lib/out/winPackager.js') as {
    WinPackager: { readonly prototype: { shouldSignFile: (file: string) => boolean } };
  };
  return (file) => WinPackager.prototype.shouldSignFile.call({ platformSpecificBuildOptions: section }, file);
}
