/** Pictures with boxes or outlines in files of their own. */
import { describe, expect, test } from 'vitest';
import { BroughtFolder } from '#test/support/brought-folder.ts';

const folder = new BroughtFolder();
const find = ': for finding things, which is not here yet';
const outline = ': for outlining, which is not here yet';

const voc = (...names: readonly string[]): string =>
  `<annotation><folder>x</folder>${names
    .map((name) => `<object><name>${name}</name><bndbox><xmin>1</xmin></bndbox><part><name>arm</name></part></object>`)
    .join('')}</annotation>`;

const coco = (annotations: readonly object[], images = 2): object => ({
  images: Array.from({ length: images }, (_, id) => ({ id, file_name: `${id}.jpg` })),
  annotations,
  categories: [
    { id: 1, name: 'cat' },
    { id: 2, name: 'dog' },
  ],
});

describe('boxes', () => {
  test('of Pascal VOC are known by their XML, and pictures without are counted', async () => {
    await folder.pictures('JPEGImages/1.jpg', 'JPEGImages/2.jpg', 'JPEGImages/3.jpg');
    await folder.file('Annotations/1.xml', voc('dog', 'cat'));
    await folder.file('Annotations/2.xml', voc('cat'));
    await folder.file('readme.pdf', 'x');
    expect(await folder.look()).toMatchObject({
      kind: 'detection-voc',
      title: `3 photos with boxes in 2 VOC files, nothing being said of 1 photo${find}`,
      samples: 3,
      classes: ['cat', 'dog'],
      left_out: [{ why: 'ending', what: '.pdf', count: 1 }],
      can: [],
    });
  });

  test('of CVAT are one XML file', async () => {
    await folder.pictures('images/1.jpg', 'images/2.jpg');
    await folder.file(
      'annotations.xml',
      '<annotations><version>1.1</version><image id="0" name="1.jpg"><box label="car" xtl="1"></box></image><image id="1" name="2.jpg"></image></annotations>',
    );
    expect(await folder.look()).toMatchObject({ kind: 'detection-cvat', samples: 2, classes: ['car'] });
  });

  test('of COCO have no outlines, or the four corners of the box', async () => {
    await folder.pictures('train/0.jpg', 'train/1.jpg', 'valid/2.jpg');
    const corners = [[1, 1, 5, 1, 5, 4, 1, 4]];
    await folder.file('train/_annotations.coco.json', coco([{ bbox: [1, 1, 4, 3], segmentation: corners }]));
    await folder.file('valid/_annotations.coco.json', coco([{ bbox: [1, 1, 4, 3], segmentation: [] }]));
    expect(await folder.look()).toMatchObject({
      kind: 'detection-coco',
      classes: ['cat', 'dog'],
      parts: { train: 2, validation: 1 },
    });
  });

  test('of COCO are told without their pictures, too, which is said', async () => {
    await folder.file('instances_train.json', coco([{ bbox: [1, 1, 4, 3] }], 7));
    expect(await folder.look(['instances_train.json'])).toMatchObject({
      kind: 'detection-coco',
      title: `7 photos, which are not beside them, with boxes in a COCO file${find}`,
      samples: 7,
      parts: { train: 7 },
    });
  });

  test('of Create ML have coordinates', async () => {
    await folder.pictures('1.jpg');
    const annotations = [{ label: 'ball', coordinates: { x: 1, y: 1, width: 2, height: 2 } }];
    await folder.file('_annotations.createml.json', [{ image: '1.jpg', annotations }]);
    expect(await folder.look()).toMatchObject({ kind: 'detection-createml', samples: 1, classes: ['ball'] });
  });

  test('of Label Studio are rectangles; its choices are none', async () => {
    const task = (type: string, value: object): object[] => [
      { data: { image: '1.jpg' }, annotations: [{ result: [{ type, value }] }] },
    ];
    await folder.pictures('1.jpg');
    await folder.file('export.json', task('rectanglelabels', { rectanglelabels: ['nut'] }));
    expect(await folder.look()).toMatchObject({ kind: 'detection-label-studio', classes: ['nut'] });
    await folder.file('export.json', task('choices', { choices: ['nut'] }));
    expect((await folder.look()).kind).not.toMatch(/^detection/u);
  });

  test.each([
    ['a list', 'train: ../train\nnc: 2\nnames: ["a cat", \'dog\']\n', ['a cat', 'dog']],
    ['lines', 'names:\n  - cat\n  - dog\nnc: 2\n', ['cat', 'dog']],
    ['numbered lines', 'names:\n  0: cat\n  1: dog\n', ['cat', 'dog']],
    ['nothing', 'nc: 2\n', ['0', '1']],
  ])('of YOLO have their names in %s', async (_, settings, classes) => {
    await folder.pictures('train/images/a.jpg', 'train/images/b.jpg');
    await folder.file('train/labels/a.txt', '0 0.5 0.5 0.1 0.2\n1 0.25 0.5 0.1 1e-1\n');
    await folder.file('train/labels/b.txt', '');
    await folder.file('data.yaml', settings);
    expect(await folder.look()).toMatchObject({ kind: 'detection-yolo', samples: 2, classes, parts: { train: 2 } });
  });

  test('of a table have their corners in columns', async () => {
    await folder.pictures('1.jpg', '2.jpg');
    await folder.file(
      '_annotations.csv',
      'filename,width,height,class,xmin,ymin,xmax,ymax\n1.jpg,9,9,nut,1,1,2,2\n1.jpg,9,9,bolt,1,1,2,2\n2.jpg,9,9,nut,1,1,2,2\n',
    );
    expect(await folder.look()).toMatchObject({
      kind: 'detection-csv',
      title: `2 photos with 3 boxes in 1 table${find}`,
      classes: ['bolt', 'nut'],
    });
  });
});

describe('outlines', () => {
  test('of COCO are polygons or run lengths', async () => {
    await folder.pictures('0.jpg');
    await folder.file('a.json', coco([{ bbox: [1, 1, 4, 3], segmentation: [[1, 1, 5, 2, 3, 4]] }]));
    expect(await folder.look()).toMatchObject({ kind: 'segmentation-coco', title: expect.stringContaining(outline) });
    await folder.file('a.json', coco([{ segmentation: { counts: 'x', size: [1, 1] } }]));
    expect((await folder.look()).kind).toBe('segmentation-coco');
  });

  test('of YOLO have more than a box', async () => {
    await folder.pictures('images/a.jpg');
    await folder.file('labels/a.txt', '0 0.1 0.1 0.5 0.1 0.3 0.4\n');
    expect(await folder.look()).toMatchObject({ kind: 'segmentation-yolo', samples: 1, classes: ['0'] });
  });

  test('are masks in a folder of their own', async () => {
    await folder.pictures(
      'train/images/1.png',
      'train/images/2.png',
      'train/masks/1.png',
      'val/images/3.png',
      'val/masks/3.png',
    );
    expect(await folder.look()).toMatchObject({
      kind: 'segmentation-masks',
      title: `3 photos with masks beside them, 1 photo without one${outline}`,
      samples: 3,
      parts: { train: 2, validation: 1 },
      can: [],
    });
  });

  test('are masks beside each photo', async () => {
    await folder.pictures('a.jpg', 'a_mask.png', 'b.jpg', 'b_mask.png');
    expect(await folder.look()).toMatchObject({ kind: 'segmentation-masks', samples: 2 });
  });

  test('are not seen in classes of masks and hats', async () => {
    await folder.pictures(
      ...['hats', 'masks'].flatMap((name) => [1, 2, 3].map((index) => `train/${name}/${index}.jpg`)),
    );
    expect(await folder.look()).toMatchObject({ kind: 'image-folder', classes: ['hats', 'masks'] });
  });
});

test('photos and their notes may be brought as two folders', async () => {
  await folder.pictures('JPEGImages/1.jpg');
  await folder.file('Annotations/1.xml', voc('dog'));
  expect((await folder.look(['JPEGImages', 'Annotations'])).kind).toBe('detection-voc');
});
