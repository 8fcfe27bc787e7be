import { describe, expect, test } from 'vitest';
import { roleOf } from '#electron/engine/data/annotated.ts';
import { readFolder } from '#electron/engine/data/folder.ts';
import { numbered, PictureFolder } from '#test/support/picture-folder.ts';
import { missingShared, sharedPath } from '#test/support/shared.ts';

const folder = new PictureFolder();
const masks = { code: 'data.masks-not-classes' };
const boxes = { code: 'data.boxes-not-classes' };

describe('folders of photos and masks', () => {
  test.each([
    ['images and masks', [...numbered('images', 3), ...numbered('masks', 3)]],
    [
      'in parts',
      ['train', 'val'].flatMap((part) => [`${part}/images`, `${part}/masks`]).flatMap((at) => numbered(at, 2)),
    ],
    ['parts inside', ['images/train', 'images/val', 'labels/train', 'labels/val'].flatMap((at) => numbered(at, 2))],
    ['of VOC', ['JPEGImages', 'SegmentationClass', 'SegmentationObject'].flatMap((at) => numbered(at, 2))],
    ['of Cityscapes', ['leftImg8bit', 'gtFine'].flatMap((at) => numbered(`${at}/train/bonn`, 2))],
    ['of a competition', [...numbered('train', 3), ...numbered('train_masks', 3)]],
  ])('are no classes: %s', async (_, paths) => {
    await folder.put(paths);
    await expect(folder.read()).rejects.toMatchObject(masks);
  });

  test('are named, with what they are for', async () => {
    await folder.put([...numbered('images', 3), ...numbered('masks', 3)]);
    await expect(folder.read()).rejects.toThrow(
      `“images” and “masks” in ${folder.root} are photos and their masks, not two classes: for outlining, which is not here yet.`,
    );
  });

  const camvid = missingShared('data/camvid-mini');
  test.skipIf(camvid)(`are no classes in a real one${camvid ? ` (${camvid})` : ''}`, async () => {
    const request = { path: sharedPath('data/camvid-mini'), validation: 0.2, seed: 1, limitPerClass: 0 };
    await expect(readFolder(request)).rejects.toMatchObject(masks);
  });
});

describe('folders of photos with boxes', () => {
  test.each([
    ['of VOC', 'JPEGImages', 'Annotations/1.xml'],
    ['of YOLO', 'images', 'labels/1.txt'],
    ['of YOLO in parts', 'train/images', 'train/labels/1.txt'],
    ['of COCO', 'train2017', 'annotations/instances_train2017.json'],
    ['of Roboflow', 'train', 'train/_annotations.coco.json'],
  ])('are no classes: %s', async (_, pictures, notes) => {
    await folder.put(numbered(pictures, 3));
    await folder.put(numbered(pictures.replace('train', 'valid'), 3));
    await folder.put([notes], 'notes');
    await expect(folder.read()).rejects.toMatchObject(boxes);
  });
});

describe('classes', () => {
  test.each([
    ['with and without a mask', ['with_mask', 'without_mask']],
    ['masks among others', ['masks', 'hats']],
    ['by number', ['0', '1']],
    ['that are called like parts', ['train', 'tram']],
    ['with notes beside them', ['cats', 'dogs']],
  ])('stay classes: %s', async (_, names) => {
    await folder.put(names.flatMap((name) => numbered(name, 3)));
    await folder.put(['annotations/notes.json', 'cats/1.txt'], 'notes');
    expect((await folder.read()).facts.classes.map(({ name }) => name)).toEqual(names.toSorted());
  });
});

test.each([
  ['train_masks', 'notes'],
  ['SegmentationClass', 'notes'],
  ['images_train', 'pictures'],
  ['leftImg8bit', 'pictures'],
  ['train2017', 'part'],
  ['with_mask', undefined],
  ['class', undefined],
  ['7', undefined],
])('the name %s speaks of %s', (name, role) => {
  expect(roleOf(name)).toBe(role);
});
