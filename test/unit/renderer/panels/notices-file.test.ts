import { afterEach, expect, test, vi } from 'vitest';
import { forWindow } from '#config/notices/write.ts';
import { readNotices, search, type Notices } from '#renderer/panels/about/notices-file.ts';

const file: Notices = forWindow('MIT License', [
  { name: 'a-font', version: '1.0.0', licence: 'OFL-1.1', text: 'Open Font License', part: 'window' },
  { name: 'b-code', version: '2.0.0', licence: 'MIT', text: 'Copyright Ann', part: 'program', source: 'https://a.org' },
  { name: 'c-code', version: '3.0.0', licence: 'MIT', text: 'Copyright Ann', part: 'program', note: 'Used unchanged.' },
]);
const found = (query: string): string[] => search(file, query).map(({ name }) => name);

afterEach(() => vi.unstubAllGlobals());

test('notices are found by name, licence, note or any word of their text, whatever its case', () => {
  expect(found('  ')).toEqual(['a-font', 'b-code', 'c-code']);
  expect(found('FONT')).toEqual(['a-font']);
  expect(found('mit')).toEqual(['b-code', 'c-code']);
  expect(found('ann')).toEqual(['b-code', 'c-code']);
  expect(found('unchanged')).toEqual(['c-code']);
  // Every word has to be there, in whichever place.
  expect(found('ann 2.0.0')).toEqual(['b-code']);
  expect(found('ann font')).toEqual([]);
});

test('notices are read as the build writes them, and again after a failure', async () => {
  const answers = [new Response('', { status: 404 }), Response.json({ licence: 1 }), Response.json(file)];
  const asked: string[] = [];
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address);
    return Promise.resolve(answers.shift());
  });
  await expect(readNotices()).rejects.toThrow(/404/u);
  await expect(readNotices()).rejects.toThrow(/licence/u);
  await expect(readNotices()).resolves.toMatchObject({ licence: 'MIT License', texts: { length: 2 } });
  // From now on they are there.
  await readNotices();
  expect(asked).toEqual(['./notices.json', './notices.json', './notices.json']);
});
