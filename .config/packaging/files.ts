/** What goes into a package of some platform, by electron-builder's own filters; needs no Electron. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileMatcher, getMainFileMatchers, getNodeModuleFileMatcher, type PackagerStandIn } from './builder.ts';
import { readConfiguration, root } from './configuration.ts';

/** Where onnxruntime-node has a library for; there is none for Macs with Intel processors. */
export const targets = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64'] as const;
export type Target = (typeof targets)[number];

export interface PackagedFile {
  /** From the root of the repository, with forward slashes; where it lies in the package too, but for the Node binary. */
  readonly path: string;
  readonly bytes: number;
  /** Whether it lies beside the archive rather than in it. */
  readonly unpacked: boolean;
}

export interface PackagedFilesOptions {
  readonly target: Target;
  /** Folder of package.json, `out` and `resources`; this checkout by default. */
  readonly project?: string;
  /** Folder that holds `node_modules`, as installed for the target; the project by default. */
  readonly modules?: string;
}

const sections = { linux: 'linux', win32: 'win', darwin: 'mac' } as const;

export function packagedFiles({ target, project = root, modules = project }: PackagedFilesOptions): PackagedFile[] {
  const [system, arch] = target.split('-') as [keyof typeof sections, string];
  const configuration = readConfiguration();
  const section = configuration[sections[system]] ?? {};
  const expand = (pattern: string): string => pattern.replaceAll('${arch}', arch).replaceAll('${platform}', system);
  const info: PackagerStandIn['info'] = {
    projectDir: project,
    buildResourcesDir: configuration.directories?.buildResources ?? '',
    isPrepackedAppAsar: false,
    config: configuration,
    debugLogger: { isEnabled: false },
  };
  const [own] = getMainFileMatchers(project, '/app', expand, section, { info }, join(project, 'dist'), false);
  const packages = getNodeModuleFileMatcher(modules, '/app', expand, section, info);
  const beside = new FileMatcher(project, '/app', expand, configuration.asarUnpack as string[]).createFilter();
  const isPacked = (filter: ReturnType<typeof beside.bind>, from: string) => (path: string) =>
    filter(join(from, path), { isDirectory: () => false });
  const files = [
    ...['out', 'resources', 'package.json']
      .flatMap((start) => filesUnder(project, start))
      .filter(own ? isPacked(own.createFilter(), project) : () => false)
      .map((path) => ({ path, from: project })),
    ...filesUnder(modules, 'node_modules')
      .filter(isPacked(packages.createFilter(), modules))
      .map((path) => ({ path, from: modules })),
  ];
  const node = `node_modules/node/bin/${system === 'win32' ? 'node.exe' : 'node'}`;
  return [
    ...files.map(({ path, from }) => ({
      path,
      bytes: statSync(join(from, path)).size,
      unpacked: beside(join(project, path), { isDirectory: () => false }),
    })),
    ...(existsSync(join(modules, node))
      ? [{ path: node, bytes: statSync(join(modules, node)).size, unpacked: true }]
      : []),
  ];
}

function filesUnder(from: string, path: string): string[] {
  const found = statSync(join(from, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  // What package managers keep for themselves is no package.
  const names = readdirSync(join(from, path)).filter((name) => path !== 'node_modules' || !name.startsWith('.'));
  return names.flatMap((name) => filesUnder(from, `${path}/${name}`));
}
