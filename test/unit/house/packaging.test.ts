/** What goes into an installer, asked of electron-builder's own code: its schema and its file filters. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validateConfiguration, windowsSigns } from '#config/packaging/builder.ts';
import { configurationFor, feedOf, readConfiguration } from '#config/packaging/configuration.ts';
import { packagedFiles, type PackagedFile, type Target, targets } from '#config/packaging/files.ts';
import { stageSigned } from '#config/packaging/mac-signing.ts';
import { sizesOf } from '#config/packaging/sizes.ts';
import { readUpdateFeed } from '#electron/main/update-feed.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const { root } = locateProgram();

/** Packages as they lie where each platform's own have been installed, all of them side by side, each file empty. */
let everything: string;
const runtime = 'node_modules/onnxruntime-node';
const dull = ['README.md', 'index.js', 'index.js.map', 'index.d.ts', 'index.d.cts', 'lib/index.ts'];

beforeAll(() => {
  everything = mkdtempSync(join(tmpdir(), 'graft-packaging-'));
  const natives = [...targets, 'darwin-x64', 'linuxmusl-x64', 'freebsd-x64'];
  const libraries = natives.flatMap((native) => {
    const place = `${runtime}/bin/napi-v6/${native.replace('-', '/')}`;
    const mac = native.startsWith('darwin') ? ['libonnxruntime.1.dylib', 'libonnxruntime.1.30.0.dylib'] : [];
    const windows = native.startsWith('win32') ? ['onnxruntime.dll', 'DirectML.dll', 'dxcompiler.dll', 'dxil.dll'] : [];
    return [
      ...['onnxruntime_binding.node', ...mac, ...windows].map((name) => `${place}/${name}`),
      `node_modules/@img/sharp-${native}/lib/sharp-${native}.node`,
      // On Windows the image library is inside sharp's own package.
      ...(native.startsWith('win32') ? [] : [`node_modules/@img/sharp-libvips-${native}/lib/libvips-cpp.so`]),
    ];
  });
  const packages = ['onnxruntime-node', 'onnxruntime-common', 'sharp', '@img/colour', 'detect-libc', 'semver'];
  const bundled = [
    'react',
    '@mantine/core',
    '@orpc/server',
    'zod',
    'electron',
    'electron-updater',
    'adm-zip',
    'sharp-cli',
  ];
  const plain = [...packages, ...bundled].flatMap((name) => dull.map((file) => `node_modules/${name}/${file}`));
  const more = ['script/install.js', 'lib/backend.ts'].map((file) => `${runtime}/${file}`);
  const binaries = ['node_modules/node/bin/node', 'node_modules/node/bin/node.exe', 'node_modules/sharp/src/sharp.cc'];
  for (const path of [...libraries, ...plain, ...more, ...binaries, 'node_modules/.package-lock.json']) {
    mkdirSync(join(everything, path, '..'), { recursive: true });
    writeFileSync(join(everything, path), '');
  }
});

afterAll(() => rmSync(everything, { recursive: true, force: true }));

const packed = (target: Target): PackagedFile[] => packagedFiles({ target, modules: everything });
const packagesOf = (target: Target): string[] =>
  packed(target)
    .map(({ path }) => path)
    .filter((path) => path.startsWith('node_modules/'));

describe('a package', () => {
  test.each(targets)('for %s has the native files and the Node binary of that platform alone', (target) => {
    const [system, arch] = target.split('-');
    const code = packagesOf(target).filter((path) => /\.(node|dll|dylib|so)$|\/bin\/node/u.test(path));
    const place = `${runtime}/bin/napi-v6/${system}/${arch}`;
    const mac = system === 'darwin' ? [`${place}/libonnxruntime.1.dylib`] : [];
    const windows = ['DirectML.dll', 'dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll'];
    expect(code.toSorted()).toEqual(
      [
        `node_modules/@img/sharp-${target}/lib/sharp-${target}.node`,
        ...(system === 'win32' ? [] : [`node_modules/@img/sharp-libvips-${target}/lib/libvips-cpp.so`]),
        `node_modules/node/bin/${system === 'win32' ? 'node.exe' : 'node'}`,
        ...(system === 'win32' ? windows.map((name) => `${place}/${name}`) : []),
        ...mac,
        `${place}/onnxruntime_binding.node`,
      ].toSorted(),
    );
  });

  test('has of node_modules what the engine loads, and of that no words, types, maps or sources', () => {
    const plain = packagesOf('linux-x64').filter(
      (path) => dull.includes(basename(path)) || path.includes('/lib/index'),
    );
    expect(plain).toEqual(
      ['@img/colour', 'detect-libc', 'onnxruntime-common', 'onnxruntime-node', 'semver', 'sharp'].map(
        (name) => `node_modules/${name}/index.js`,
      ),
    );
    const left = packagesOf('linux-x64').filter((path) => /script|\.ts$|\.cc$|\.package-lock/u.test(path));
    expect(left).toEqual([]);
  });

  test('keeps beside the archive what plain Node reads, and inside it the window’s host', () => {
    const list = packed('linux-x64').filter(({ path }) => !path.startsWith('out/'));
    expect(list.every(({ unpacked }) => unpacked)).toBe(true);
    const { asarUnpack = [] } = readConfiguration();
    expect(asarUnpack).not.toContain('out/main/**');
    expect(asarUnpack).not.toContain('out/preload/**');
  });

  test('has no icons of ours, which the installer is made with', () => {
    const resources = packed('linux-x64').filter(({ path }) => path.startsWith('resources/'));
    expect(resources.some(({ path }) => path.includes('backbones'))).toBe(true);
    expect(resources.filter(({ path }) => path.includes('icons'))).toEqual([]);
  });

  test('is as large as its files', () => {
    const sum = packagedFiles({ target: 'linux-x64' }).reduce((all, { bytes }) => all + bytes, 0);
    const sizes = [...sizesOf('linux-x64').values()];
    expect(sizes.reduce((all, one) => all + one, 0)).toBe(sum);
    expect(sum).toBeGreaterThan(statSync(join(root, runtime, 'bin/napi-v6/linux/x64/libonnxruntime.so.1')).size);
  });

  test('has the one Node binary of its platform, where the host looks for it, and what others are told of', () => {
    const configuration = readConfiguration();
    for (const platform of ['linux', 'mac', 'win'] as const) {
      const name = platform === 'win' ? 'node.exe' : 'node';
      expect(configuration[platform]?.extraResources).toEqual([{ from: `node_modules/node/bin/${name}`, to: name }]);
    }
    expect(configuration.extraResources).toContainEqual({
      from: 'out/THIRD-PARTY-NOTICES.txt',
      to: 'THIRD-PARTY-NOTICES.txt',
    });
  });
});

describe('what electron-builder is told', () => {
  const release = {
    GRAFT_RELEASE: '1',
    GRAFT_UPDATE_FEED: 'https://example.org/graft/',
    GRAFT_PUBLISHER: 'The Graft authors',
    CSC_NAME: 'The Graft authors (ABCDE12345)',
    APPLE_API_KEY: 'key.p8',
    APPLE_API_KEY_ID: 'id',
    APPLE_API_ISSUER: 'issuer',
  };
  const azure = { GRAFT_AZURE_ENDPOINT: 'https://weu', GRAFT_AZURE_ACCOUNT: 'graft', GRAFT_AZURE_PROFILE: 'release' };

  test.each([
    ['nothing', {}],
    ['a release', release],
    ['a release signed by a service', { ...release, ...azure }],
  ])('fits its schema with %s', async (_, environment) => {
    await expect(validateConfiguration(configurationFor(environment))).resolves.toBeUndefined();
    const wrong = { ...configurationFor(environment), colour: 'green' };
    await expect(validateConfiguration(wrong)).rejects.toThrow(/colour/u);
  });

  test('signs, notarises and announces nothing without being asked to', () => {
    const { publish, mac, win } = configurationFor({ PATH: '/bin' });
    expect([publish, mac?.identity, mac?.notarize, mac?.forceCodeSigning]).toEqual([null, null, false, false]);
    expect([win?.azureSignOptions, win?.signtoolOptions, win?.forceCodeSigning]).toEqual([undefined, undefined, false]);
  });

  test('signs, notarises and announces a release, or fails', () => {
    const { publish, mac, win } = configurationFor(release);
    expect(publish).toEqual([{ provider: 'generic', url: release.GRAFT_UPDATE_FEED }]);
    expect([mac?.identity, mac?.notarize, mac?.forceCodeSigning]).toEqual([release.CSC_NAME, true, true]);
    expect([win?.signtoolOptions?.publisherName, win?.forceCodeSigning]).toEqual([release.GRAFT_PUBLISHER, true]);
    expect(configurationFor({ ...release, ...azure }).win?.azureSignOptions).toEqual({
      endpoint: 'https://weu',
      codeSigningAccountName: 'graft',
      certificateProfileName: 'release',
      publisherName: 'The Graft authors',
    });
  });

  test('has Windows’ Node binary keep the signature it came with', () => {
    const shouldSign = windowsSigns(readConfiguration().win ?? {});
    expect(shouldSign('C:\\dist\\win-unpacked\\resources\\node.exe')).toBe(false);
    expect(shouldSign('C:\\dist\\win-unpacked\\Graft.exe')).toBe(true);
    expect(shouldSign('C:\\dist\\win-unpacked\\resources\\onnxruntime.dll')).toBe(false);
  });

  test('names entitlements that are there, few, and none that lets other code in', () => {
    const { mac } = readConfiguration();
    const files = [mac?.entitlements, mac?.entitlementsInherit, '.config/packaging/entitlements.node.plist'];
    for (const file of files) {
      const keys = [...readFileSync(join(root, file ?? ''), 'utf8').matchAll(/<key>([^<]+)<\/key>\s*<true\/>/gu)];
      const names = keys.map(([, key]) => key?.replace('com.apple.security.cs.', ''));
      expect(names[0]).toBe('allow-jit');
      expect(names).not.toContain('disable-library-validation');
      expect(names).not.toContain('allow-dyld-environment-variables');
      expect(names.length).toBeLessThanOrEqual(2);
    }
    expect(mac?.hardenedRuntime).toBe(true);
  });

  test('announces over https alone, in words that the program reads', () => {
    expect(feedOf({})).toBeUndefined();
    expect(() => feedOf({ GRAFT_UPDATE_FEED: 'http://example.org' })).toThrow(/not https/u);
    expect(() => feedOf({ GRAFT_UPDATE_FEED: 'https://a.org', GRAFT_DOWNLOAD_PAGE: 'file:///x' })).toThrow(
      /not https/u,
    );
    const feed = feedOf(release);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'out/main'), { recursive: true });
    writeFileSync(join(folder, 'out/main/update-feed.json'), JSON.stringify(feed));
    expect(readUpdateFeed(folder)).toMatchObject({
      url: release.GRAFT_UPDATE_FEED,
      page: release.GRAFT_UPDATE_FEED,
      publisherName: [release.GRAFT_PUBLISHER],
    });
  });
});

test('what macOS runs is signed as a copy, and the copy is packed', () => {
  const folder = temporaryFolder();
  const project = temporaryFolder();
  const library = 'node_modules/sharp/lib/sharp.node';
  const node = 'node_modules/node/bin/node';
  for (const path of [library, node]) {
    mkdirSync(join(project, path, '..'), { recursive: true });
    writeFileSync(join(project, path), 'code');
  }
  const signed: [string, string | undefined][] = [];
  const { files, mac } = stageSigned({
    configuration: readConfiguration(),
    project,
    folder,
    files: [library, node],
    sign: (file, entitlements) => signed.push([file, entitlements && basename(entitlements)]),
  });
  expect(signed).toEqual([
    [join(folder, library), undefined],
    [join(folder, node), 'entitlements.node.plist'],
  ]);
  expect(existsSync(join(project, library))).toBe(true);
  expect((files as unknown[]).slice(-2)).toEqual([
    `!${library}`,
    { from: join(folder, 'node_modules'), to: 'node_modules', filter: ['**/*', '!node/**'] },
  ]);
  expect(mac?.extraResources).toEqual([{ from: join(folder, node), to: 'node' }]);
  expect(mac?.signIgnore).toHaveLength(2);
});
