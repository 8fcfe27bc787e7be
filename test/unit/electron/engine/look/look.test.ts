import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFolder } from '#electron/engine/data/folder.ts';
import { BroughtFolder } from '#test/support/brought-folder.ts';
import { numbered } from '#test/support/picture-folder.ts';
import { missingShared, sharedPath } from '#test/support/shared.ts';
import { look } from '#electron/engine/look/look.ts';

const folder = new BroughtFolder();
const here = ['image-classification', 'fine-tune', 'quick-look'];

describe('pictures', () => {
  test('in class folders are counted as they will be read, and can be trained on', async () => {
    await folder.pictures(...numbered('cats', 4), ...numbered('dogs', 3), 'loose.jpg');
    await folder.file('cats/empty.jpg', '');
    await folder.file('cats/notes.pdf', 'x');
    const found = await folder.look();
    const { facts } = await readFolder({ path: folder.root, validation: 0.2, seed: 3, limitPerClass: 0 });
    expect(found).toMatchObject({
      kind: 'image-folder',
      title: '7 photos in 2 folders, and 1 that cannot be read',
      samples: facts.train + facts.validation,
      classes: ['cats', 'dogs'],
      left_out: facts.leftOut,
      can: here,
      path: folder.root,
      more: false,
    });
    expect(found.counts).toEqual([
      { what: 'pictures', count: 9 },
      { what: 'other file', count: 1 },
    ]);
    expect(found.examples).toContain(join(folder.root, 'cats/2.jpg'));
  });

  test('keep their parts', async () => {
    await folder.pictures(...['train/a', 'train/b', 'val/a', 'val/b', 'test/a'].flatMap((name) => numbered(name, 2)));
    expect(await folder.look()).toMatchObject({
      title: '10 photos in 2 folders, with validation and test parts',
      parts: { train: 4, validation: 4, test: 2 },
    });
  });

  test('whose folders cannot be used say why, and nothing can be done with them', async () => {
    await folder.pictures('cats/1.jpg', ...numbered('dogs', 3));
    expect(await folder.look()).toMatchObject({
      kind: 'image-folder',
      title: expect.stringContaining('Class “cats” has too few pictures'),
      can: [],
    });
  });

  test.each([
    ['a folder of no others', numbered('.', 3), [], '3 photos in no class folders'],
    ['one folder inside', numbered('holiday', 3), [], '3 photos all in one folder, “holiday”'],
    ['files', numbered('.', 2), ['1.jpg', '2.jpg'], '2 photos in no class folders'],
  ])('of %s are to be sorted first', async (_, paths, brought, words) => {
    await folder.pictures(...paths);
    expect(await folder.look(brought)).toMatchObject({
      kind: 'loose-images',
      title: `${words}: to be sorted into classes first`,
      can: [],
    });
  });

  test('in a folder with more than a look takes in are counted as far as it went', async () => {
    await folder.pictures(...numbered('a', 6), ...numbered('b', 6));
    const found = await folder.look([], {}, { entries: 10, milliseconds: 60_000 });
    expect(found).toMatchObject({ kind: 'image-folder', samples: 8, more: true, can: here });
    expect(found.title).toBe('More than 8 photos in 2 folders or more');
  });

  test('are met once where links lead back', async () => {
    await folder.pictures(...numbered('a', 2), ...numbered('b', 2));
    await symlink(folder.root, join(folder.root, 'a', 'round'));
    expect((await folder.look()).counts).toEqual([{ what: 'pictures', count: 4 }]);
  });
});

describe('several things', () => {
  test('that are class folders are one dataset', async () => {
    await folder.pictures(...numbered('x/cats', 2), ...numbered('y/dogs', 2));
    const together = join(folder.root, 'z');
    await mkdir(together);
    for (const path of ['x/cats', 'y/dogs']) await symlink(join(folder.root, path), join(together, path.slice(2)));
    expect(await folder.look(['x/cats', 'y/dogs'], { together })).toMatchObject({
      kind: 'image-folder',
      title: '4 photos in 2 folders',
      classes: ['cats', 'dogs'],
      can: here,
    });
  });

  test('of different kinds are named with their counts', async () => {
    await folder.pictures(...numbered('cats', 2));
    await folder.file('a.csv', 'a,b\n1,2\n');
    await folder.file('b.csv', 'a,b\n1,2\n');
    await folder.file('net.onnx', '');
    const found = await folder.look(['cats', 'a.csv', 'b.csv', 'net.onnx']);
    expect(found).toMatchObject({
      kind: 'unknown',
      title: '1 folder of pictures, 2 tables and 1 ONNX model together: one kind is taken at a time',
      can: [],
    });
  });
});

test('a dataset with boxes and one of sounds are two things', async () => {
  await folder.pictures('voc/1.jpg');
  await folder.file('voc/1.xml', '<annotation><object><name>a</name></object></annotation>');
  await folder.file('sounds/1.wav', 'x');
  expect(await folder.look(['voc', 'sounds'])).toMatchObject({
    kind: 'unknown',
    title: '1 folder of pictures and 1 folder of sounds together: one kind is taken at a time',
  });
});

describe('tables', () => {
  test('say their rows and columns, line ends in quotes not counted', async () => {
    await folder.file('t.csv', '\uFEFFname,"a ""b""",n\r\n"two\nlines",x,1\r\n\r\nplain,y,2\r\n');
    expect(await folder.look(['t.csv'])).toMatchObject({
      kind: 'table',
      title: 'A table of 2 rows and 3 columns: for predicting a column, which is not here yet',
      samples: 2,
      columns: ['name', 'a "b"', 'n'],
    });
  });

  test('of numbers alone have no names', async () => {
    await folder.file('t.csv', '1;2\n3;4\n');
    expect(await folder.look()).toMatchObject({ samples: 2, columns: ['column 1', 'column 2'] });
  });

  test('of sentences are for sorting texts, and several alike are parts of one', async () => {
    const row = 'it was a " good film after all\t1\n';
    await folder.file('train.tsv', `text\tlabel\n${row.repeat(3)}`);
    await folder.file('dev.tsv', `text\tlabel\n${row}`);
    expect(await folder.look()).toMatchObject({
      kind: 'table',
      title: '2 tables in one of 4 rows and 2 columns: for sorting texts, which is not here yet',
      parts: { train: 3, validation: 1 },
    });
  });

  test('with different columns are taken one at a time', async () => {
    await folder.file('a.csv', 'a,b\n1,2\n');
    await folder.file('b.csv', 'c,d\n1,2\n1,2\n');
    const { kind, title, can } = await folder.look();
    expect([kind, can]).toEqual(['table', []]);
    expect(title).toContain('(a.csv of 1 row and b.csv of 2 rows), of which one is taken at a time');
  });

  test('in formats that are not read say so', async () => {
    await folder.file('t.xlsx', 'x');
    expect(await folder.look()).toMatchObject({ kind: 'table', title: '1 table in .xlsx, which is not read yet' });
  });

  test('may be lines of JSON', async () => {
    await folder.file('t.jsonl', '{"text":"a","label":1}\n{"text":"b","label":0}\n');
    expect(await folder.look()).toMatchObject({ kind: 'table', samples: 2, columns: ['text', 'label'] });
  });
});

describe('texts and sounds', () => {
  test('lie in class folders, in parts or not', async () => {
    for (const path of ['train/pos/1.txt', 'train/neg/1.txt', 'test/pos/1.txt']) await folder.file(path, 'a text');
    await folder.file('readme.txt', 'about');
    expect(await folder.look()).toMatchObject({
      kind: 'text-folder',
      title: '3 texts in 2 folders: for sorting texts, which is not here yet',
      classes: ['neg', 'pos'],
      parts: { train: 2, test: 1 },
      left_out: [{ why: 'ending', what: '.txt', count: 1 }],
    });
  });

  test('without classes are for a language model', async () => {
    await folder.file('book.txt', 'once');
    expect((await folder.look(['book.txt'])).title).toBe(
      '1 text: for teaching a language model, which is not here yet',
    );
  });

  test('that are sounds are told by their endings', async () => {
    for (const path of ['yes/1.wav', 'yes/2.WAV', 'no/1.mp3', 'no/cover.jpg']) await folder.file(path, 'x');
    expect(await folder.look()).toMatchObject({
      kind: 'audio-folder',
      title: '3 sounds in 2 folders: for telling sounds apart, which is not here yet',
      classes: ['no', 'yes'],
      left_out: [{ what: '.jpg', count: 1 }],
    });
  });

  test('with questions are SQuAD or rows', async () => {
    const paragraphs = [{ context: 'c', qas: [{ question: 'q' }, { question: 'r' }] }];
    await folder.file('train.json', { version: '2.0', data: [{ title: 't', paragraphs }] });
    expect(await folder.look()).toMatchObject({ kind: 'question-answering', samples: 2 });
    await folder.file('train.json', '');
    await folder.file('train.csv', 'id,question,context,answers\n1,q,c,a\n');
    expect(await folder.look()).toMatchObject({ kind: 'question-answering', samples: 1 });
  });

  test.each([
    ['messages', { messages: [] }],
    ['ShareGPT', { conversations: [] }],
    ['Alpaca', { instruction: 'a', input: '', output: 'b' }],
    ['prompts', { prompt: 'a', completion: 'b' }],
  ])('with conversations as %s', async (_, row) => {
    await folder.file('a.jsonl', `${JSON.stringify(row)}\n${JSON.stringify(row)}\n`);
    expect(await folder.look()).toMatchObject({
      kind: 'conversations',
      title: expect.stringMatching(/^2 conversations:/u),
    });
  });
});

describe('files', () => {
  test('of weights say how much is in them', async () => {
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] }, __metadata__: { by: 'x' } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(
      join(folder.root, 'model.safetensors'),
      Buffer.concat([length, Buffer.from(header), Buffer.alloc(8)]),
    );
    expect(await folder.look()).toMatchObject({
      kind: 'weights',
      title: expect.stringMatching(/^1 weight file without a model \(\.safetensors, \d+ B, 1 tensors\)/u),
    });
  });

  test('of models are asked whether they can be a backbone', async () => {
    await folder.file('net.onnx', 'x');
    await folder.file('README.md', 'x');
    expect(await folder.look()).toMatchObject({
      kind: 'onnx-model',
      title: expect.stringContaining('cannot be a backbone here'),
      path: join(folder.root, 'net.onnx'),
      can: [],
    });
  });

  test('of projects are named by their title', async () => {
    await folder.file('a.graft', { title: 'Flowers' });
    expect(await folder.look(['a.graft'])).toMatchObject({
      kind: 'graft-project',
      title: 'A Graft project, “Flowers”',
    });
  });

  test('that nobody knows are counted', async () => {
    await folder.file('a.xyz', 'x');
    await folder.file('b.exe', 'x');
    await folder.file('c.xml', '<html/>');
    expect(await folder.look()).toMatchObject({
      kind: 'unknown',
      title: 'Nothing that is known here: 1 XML file and 2 other files',
    });
    expect((await folder.look(['a.xyz'])).title).toBe('“a.xyz” is nothing that is known here');
  });

  test('that are not there are refused', async () => {
    await expect(folder.look(['gone'])).rejects.toMatchObject({ code: 'files.missing' });
  });

  test('are none in an empty folder', async () => {
    expect(await folder.look()).toMatchObject({ kind: 'unknown', title: 'An empty folder', samples: 0 });
  });
});

const missing = missingShared('data/camvid-mini');
describe.skipIf(missing)(`real datasets${missing ? ` (${missing})` : ''}`, () => {
  const describeBackbone = (): Promise<never> => Promise.reject(new Error('no model is here'));
  test.each([
    ['bccd-mini', 'detection-voc', 80, 3],
    ['camvid-mini', 'segmentation-masks', 52, 0],
    ['clothing-mini', 'image-folder', 500, 10],
    ['fsdd-mini', 'audio-folder', 300, 10],
    ['sst2-mini', 'table', 2400, 0],
    ['tables/penguins.csv', 'table', 344, 0],
  ])('%s is %s', async (name, kind, samples, classes) => {
    const found = await look([sharedPath(`data/${name}`)], { describeBackbone });
    expect(found).toMatchObject({ kind, samples });
    expect(found.classes).toHaveLength(classes);
  });
});
