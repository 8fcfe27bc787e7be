/** What others have to be told of: everything that is shipped has a licence text and one that may be shipped. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  collectNotices,
  problemsOf,
  uncoveredFonts,
  uncoveredLibraries,
  unknownLibraries,
} from '#config/notices/collect.ts';
import { isAllowed } from '#config/notices/licences.ts';
import type { Notice } from '#config/notices/notice.ts';
import { keptText } from '#config/notices/packages.ts';
import { shippedResources } from '#config/notices/resources.ts';
import { asText, forWindow } from '#config/notices/write.ts';
import { type Target, targets } from '#config/packaging/files.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const { root } = locateProgram();
const target = `${process.platform}-${process.arch}` as Target;
const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;

let notices: readonly Notice[];
let problems: readonly string[];
let assets: readonly string[];

beforeAll(async () => {
  // The pages as they are shipped, built without being written.
  const built = await build({
    configFile: join(root, 'renderer', 'vite.config.ts'),
    logLevel: 'silent',
    build: { write: false },
  });
  const [{ output } = { output: [] }] = [built].flat() as { output: { fileName: string; source?: string }[] }[];
  assets = output.map(({ fileName }) => fileName);
  const windowList = output.find(({ fileName }) => fileName === 'licences.json')?.source ?? '[]';
  ({ notices, problems } = await collectNotices({ target, windowList }));
}, 60_000);

const named = (name: string): Notice | undefined => notices.find((one) => one.name === name);

describe('the notices', () => {
  test('leave nothing open', () => {
    expect(problems).toEqual([]);
  });

  test.each([
    ['react', 'MIT', /Meta Platforms|Facebook/u],
    ['elkjs', 'EPL-2.0', /Eclipse Public License/u],
    ['@fontsource-variable/inter', 'OFL-1.1', /SIL OPEN FONT LICENSE/iu],
    ['electron-updater', 'MIT', /Permission is hereby granted/u],
    ['protobufjs', 'BSD-3-Clause', /Redistribution and use/u],
    ['commander', 'MIT', /Permission is hereby granted/u],
    ['sharp', 'Apache-2.0', /Apache License/u],
    ['onnxruntime-node', 'MIT', /Copyright \(c\) Microsoft Corporation/u],
    ['What onnxruntime is made of', 'as its text says, by component', /google\/flatbuffers[^]*\ndawn\n/u],
    ['Node.js and what it is made of', 'MIT, and by component as its text says', /OpenSSL[^]*zlib/u],
    ['Electron, with Chromium', 'MIT', /Copyright \(c\) Electron contributors/u],
    ['libvips (in libvips)', 'LGPL-3.0-or-later', /GNU LESSER GENERAL PUBLIC LICENSE/u],
    ['Nano (the model nano.onnx)', 'MIT', /The Graft project/u],
    ['Orchard: the sample dataset', 'CC0-1.0', /CC0 1\.0 Universal/iu],
  ])('tell of %s', (name, licence, text) => {
    expect(named(name)?.licence).toBe(licence);
    expect(named(name)?.text).toMatch(text);
  });

  test('pass on what a package wants passed on besides its licence', () => {
    expect(named('es-toolkit')?.text).toMatch(/derived from Lodash/u);
  });

  test('say where the source of the copyleft parts is, and how libvips is replaced', () => {
    const library = notices.find(({ name }) => name.startsWith('@img/sharp-libvips-'));
    expect(library?.note).toMatch(/sharp-libvips-.*\/lib\/libvips-cpp/u);
    expect(library?.text).toMatch(/GNU LESSER GENERAL[^]*GNU GENERAL PUBLIC LICENSE/u);
    for (const name of ['elkjs', library?.name ?? '']) expect(named(name)?.note).toMatch(/https:\/\/github\.com/u);
  });

  test('leave out what is installed and not shipped', () => {
    const names = new Set(notices.map(({ name }) => name));
    for (const name of ['electron-builder', 'vitest', 'adm-zip', 'global-agent']) expect(names.has(name)).toBe(false);
  });

  test('cover every font among the pages', () => {
    const fonts = assets.filter((name) => name.endsWith('.woff2'));
    expect(fonts.length).toBeGreaterThan(5);
    const folder = temporaryFolder();
    for (const font of fonts) writeFileSync(join(folder, font.replace('assets/', '')), '');
    expect(uncoveredFonts(folder, notices)).toEqual([]);
    writeFileSync(join(folder, 'comic-latin.woff2'), '');
    expect(uncoveredFonts(folder, notices)).toEqual(['comic-latin.woff2']);
  });

  test.each(targets)('cover the libraries that %s has', (one) => {
    expect(uncoveredLibraries(one)).toEqual([]);
  });

  test('are written once for people and once for the window, with nothing lost', () => {
    const file = forWindow('MIT', notices);
    expect(file.notices.map(({ text }) => file.texts[text])).toEqual(notices.map(({ text }) => text));
    expect(file.texts.length).toBe(new Set(file.texts).size);
    const text = asText(notices);
    for (const { name, version } of notices) expect(text).toContain(`\n${[name, version].filter(Boolean).join(' ')} (`);
    for (const one of file.texts) expect(text).toContain(one);
  });
});

describe('the check', () => {
  const good: Notice = { name: 'a', version: '1.0.0', licence: 'MIT', text: 'MIT License', part: 'window' };

  test('fails for a package without a text, and for a licence that is not on the list', () => {
    expect(problemsOf([good])).toEqual([]);
    expect(problemsOf([{ ...good, text: '' }])).toEqual(['a 1.0.0 has no licence text']);
    for (const licence of ['GPL-3.0-only', 'AGPL-3.0-or-later', 'BUSL-1.1', 'UNLICENSED', 'SEE LICENSE IN x', '']) {
      expect(problemsOf([{ ...good, licence }])).toEqual([
        `a 1.0.0 has a licence that is not on the list: ${licence || 'none'}`,
      ]);
    }
    // A package may not call its own licence one by component.
    expect(problemsOf([{ ...good, part: 'package', licence: 'as said, by component' }])).toHaveLength(1);
  });

  test('reads expressions', () => {
    expect(['MIT OR GPL-3.0-only', '(MIT AND ISC)', 'GPL-3.0-only OR ISC AND MIT'].map(isAllowed)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['MIT AND GPL-3.0-only', 'GPL-3.0-only OR AGPL-3.0-only'].map(isAllowed)).toEqual([false, false]);
  });

  test('fails when the table of libvips’ libraries has changed', () => {
    const folder = readdirSync(join(root, 'node_modules', '@img')).find((name) => name.startsWith('sharp-libvips-'));
    const place = join(root, 'node_modules', '@img', folder ?? '');
    const readme = readFileSync(join(place, 'README.md'), 'utf8');
    const versions = JSON.parse(readFileSync(join(place, 'versions.json'), 'utf8')) as Record<string, string>;
    expect(unknownLibraries(readme, versions)).toEqual([]);
    expect(unknownLibraries(readme.replace('| cgif          | MIT License', '| cgif | GPLv3     '), versions)).toEqual([
      'cgif',
    ]);
    expect(unknownLibraries(readme.replace(/^\| cgif.*\n/mu, ''), versions)).toEqual(['cgif']);
    expect(unknownLibraries(readme, { ...versions, jxl: '1' })).toEqual(['jxl']);
    expect(unknownLibraries('', {})).toEqual(['the table of libraries cannot be read']);
  });

  test('keeps the texts of the very versions that are installed', () => {
    expect(keptText('onnxruntime', versionOf('onnxruntime-node'))).toMatch(/^THIRD PARTY SOFTWARE NOTICES/u);
    expect(keptText('node', versionOf('node'))).toMatch(/^Node\.js is licensed for use as follows/u);
    expect(() => keptText('node', '0.0.0')).toThrow(/ENOENT/u);
  });

  test('fails for a model or pictures without a card, and for a card about another file', () => {
    const folder = join(temporaryFolder(), 'resources');
    const places = ['backbones', 'icons', 'sample/README.md', 'sample/orchard/apple/apple-001.webp'];
    for (const place of places) cpSync(join(root, 'resources', place), join(folder, place), { recursive: true });
    const found = (): readonly string[] => shippedResources(folder).problems;
    expect(found()).toEqual([]);
    const card = join(folder, 'backbones/nano/card.json');
    const said = readFileSync(card, 'utf8');
    const change = (from: RegExp, to: string): void => writeFileSync(card, said.replace(from, to));
    change(/"sha256": "c/u, '"sha256": "d');
    expect(found()).toEqual([expect.stringMatching(/is about another nano\.onnx$/u)]);
    change(/"license": "MIT"/u, '"license": ""');
    expect(found()).toEqual([expect.stringMatching(/names no licence$/u)]);
    change(/"trainedOn": "[^"]*"/u, '"trainedOn": ""');
    expect(found()).toEqual([expect.stringMatching(/does not say who made the model, and of what$/u)]);
    rmSync(card);
    expect(found()).toEqual([expect.stringMatching(/nano\.onnx has no card\.json$/u)]);
    writeFileSync(card, said);
    rmSync(join(folder, 'sample/README.md'));
    expect(found()).toEqual([expect.stringMatching(/have no README\.md above them$/u)]);
    mkdirSync(join(folder, 'sample'), { recursive: true });
    writeFileSync(join(folder, 'sample/README.md'), '# Pictures\n\n**Licence.** Ask first: maybe.\n');
    expect(found()).toEqual([expect.stringMatching(/names no licence that is known$/u)]);
  });
});
