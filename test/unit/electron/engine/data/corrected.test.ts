/** Photos that a person took for another class, or left out: the files stay, and so does what is held out. */
import { expect, test } from 'vitest';
import { codes, numbered, PictureFolder } from '#test/support/picture-folder.ts';

const folder = new PictureFolder();

test('other classes, and photos left out, in the places they had', async () => {
  await folder.put([...numbered('a', 10), ...numbered('b', 10)]);
  const before = await folder.read();
  const heldOut = before.samples.find(({ split, label }) => split === 'validation' && label === 0);
  const name = (path: string): string => folder.relativePaths([{ path }])[0] as string;
  const taught = before.samples.find(({ split, label }) => split === 'train' && label === 1);
  const other = before.samples.find(({ split, label }) => split === 'train' && label === 0);
  const corrections = [
    { photo: name(heldOut?.path ?? ''), class: 'b' },
    { photo: name(taught?.path ?? ''), class: '' },
    { photo: 'a/gone.jpg', class: 'b' },
    { photo: name(other?.path ?? ''), class: 'c' },
  ];
  const after = await folder.read({ corrections });
  expect(after.samples).toEqual(
    before.samples.map((sample) => {
      if (sample.path === heldOut?.path) return { ...sample, label: 1 };
      return sample.path === taught?.path ? { ...sample, split: 'left-out' } : sample;
    }),
  );
  expect(after.facts.classes).toEqual([
    { name: 'a', train: 8, validation: 1, test: 0 },
    { name: 'b', train: 7, validation: 3, test: 0 },
  ]);
  expect(after.facts.corrected).toEqual({ moved: 1, leftOut: 1, idle: 2 });
  // What is computed of each picture is so still.
  expect(after.facts.fingerprint).toBe(before.facts.fingerprint);
  expect(codes(after.facts)).toEqual(['data.corrected', 'data.corrections-idle']);
});

test('of the test part, too', async () => {
  await folder.put(
    ['train', 'val', 'test'].flatMap((part) => [...numbered(`${part}/a`, 3), ...numbered(`${part}/b`, 3)]),
  );
  const corrections = [
    { photo: 'test/a/1.jpg', class: 'b' },
    { photo: 'test/a/2.jpg', class: '' },
  ];
  const before = await folder.read();
  const { facts, test: kept, samples } = await folder.read({ corrections });
  expect(kept.map(({ label }) => label)).toEqual([1, 0, 1, 1, 1]);
  expect(samples).toEqual(before.samples);
  expect(facts).toMatchObject({ test: 5, corrected: { moved: 1, leftOut: 1, idle: 0 } });
});
