/** What goes into an installer, asked of electron-builder's own code: its schema and its file filters. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';

const { root } = locateProgram();
// The packager behind electron-builder is its dependency, not ours: it is found from there.
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));

interface PlatformSection {
  readonly files: readonly string[];
  readonly extraResources: readonly { from: string; to: string }[];
}
type Platform = 'linux' | 'win' | 'mac';
type Config = Record<Platform, PlatformSection> & {
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
};

interface Matcher {
  addPattern: (pattern: string) => void;
  createFilter: () => (file: string, stat: { isDirectory: () => boolean }) => boolean;
}

const { load } = builder('js-yaml') as { load: (text: string) => Config };
const { FileMatcher } = builder('app-builder-lib/out/fileMatcher.js') as {
  FileMatcher: new (from: string, to: string, expand: (pattern: string) => string) => Matcher;
};
const config = load(readFileSync(join(root, 'electron-builder.yml'), 'utf8'));

/** Whether a file of node_modules is packed: as electron-builder does, only exclusions count there. */
function packed(platform: Platform, arch: string, file: string): boolean {
  const matcher = new FileMatcher(root, '/app', (pattern) => pattern.replaceAll('${arch}', arch));
  matcher.addPattern('**/*');
  const exclusions = [...config.files, ...config[platform].files].filter((pattern) => pattern.startsWith('!'));
  for (const pattern of exclusions) matcher.addPattern(pattern);
  return matcher.createFilter()(join(root, file), { isDirectory: () => false });
}

const natives = ['linux/x64', 'linux/arm64', 'win32/x64', 'win32/arm64', 'darwin/arm64', 'darwin/x64'];
const runtimeFile = (native: string): string => `node_modules/onnxruntime-node/bin/napi-v6/${native}/libonnxruntime`;
const imageFile = (native: string): string => `node_modules/@img/sharp-${native.replace('/', '-')}/lib/sharp.node`;

describe('electron-builder.yml', () => {
  test('fits electron-builder’s schema', async () => {
    const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
      validateConfiguration: (config: unknown, logger: unknown) => Promise<void>;
    };
    const { DebugLogger } = builder('builder-util') as { DebugLogger: new (enabled: boolean) => unknown };
    await validateConfiguration(structuredClone(config), new DebugLogger(false));
    await expect(validateConfiguration({ ...config, colour: 'green' }, new DebugLogger(false))).rejects.toThrow(
      /colour/,
    );
  });

  test.each([
    ['linux', 'x64', 'linux/x64'],
    ['linux', 'arm64', 'linux/arm64'],
    ['win', 'x64', 'win32/x64'],
    ['win', 'arm64', 'win32/arm64'],
    ['mac', 'arm64', 'darwin/arm64'],
  ] as const)('packs for %s %s the native files of %s alone', (platform, arch, own) => {
    expect(natives.filter((native) => packed(platform, arch, runtimeFile(native)))).toEqual([own]);
    expect(natives.filter((native) => packed(platform, arch, imageFile(native)))).toEqual([own]);
    // On Windows the image library is inside sharp's own package.
    const library = imageFile(own).replace('sharp-', 'sharp-libvips-');
    expect(packed(platform, arch, library)).toBe(platform !== 'win');
  });

  test('packs of node_modules what the engine loads and nothing that is bundled', () => {
    const kept = ['onnxruntime-node', 'onnxruntime-common', 'sharp', '@img/colour', 'detect-libc', 'semver'];
    const left = [
      'react',
      '@mantine/core',
      '@orpc/server',
      'zod',
      'electron',
      'adm-zip',
      'sharp-cli',
      'onnxruntime-web',
    ];
    const has = (name: string): boolean => packed('linux', 'x64', `node_modules/${name}/index.js`);
    expect([kept.filter(has), left.filter(has)]).toEqual([kept, []]);
    expect(packed('linux', 'x64', 'node_modules/onnxruntime-node/script/install.js')).toBe(false);
  });

  test('packs the one Node binary of its platform, where the host looks for it', () => {
    for (const platform of ['linux', 'mac', 'win'] as const) {
      const name = platform === 'win' ? 'node.exe' : 'node';
      expect(config[platform].extraResources).toEqual([{ from: `node_modules/node/bin/${name}`, to: name }]);
    }
  });
});
