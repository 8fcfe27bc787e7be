/** Errors of the folders and pictures that are learned from. */
import { entry, pictureFormats, type Entry } from './entry.ts';

export const dataErrors = {
  'data.folder-missing': entry(
    (d) => `The folder ${d['path']} does not exist.`,
    'Choose a folder that exists, or put it back where the project expects it.',
  ),
  'data.folder-unset': entry(
    () => 'No folder of pictures has been chosen.',
    'Drop a folder on the Photos node, or choose one in its settings.',
  ),
  'data.folder-empty': entry(
    (d) =>
      `The folder ${d['path']} has no sub-folders with pictures in them.${d['found'] ? ` It holds ${d['found']}, which are not read.` : ''}`,
    `Put one sub-folder per class in it, each with ${pictureFormats} files.`,
  ),
  'data.one-class': entry(
    (d) => `The folder ${d['path']} has only one class, “${d['class']}”.`,
    'Sort the pictures into at least two sub-folders, one per class.',
  ),
  'data.class-too-small': entry(
    (d) => `Class “${d['class']}” has too few pictures to split into training and validation: ${d['count']}.`,
    'Add pictures to the class, or remove its folder.',
  ),
  'data.image-unreadable': entry(
    (d) => `${d['path']} cannot be read as a picture: ${d['reason']}`,
    'It is left out of training. Replace or delete the file.',
  ),
  'data.no-readable-image': entry(
    (d) => `None of the pictures in ${d['path']} can be read.`,
    'Check that the files really are pictures and not damaged.',
  ),
  'data.decoder-broken': entry(
    (d) => `Pictures cannot be decoded: ${d['reason']}`,
    'Start Graft again. If that does not help, install it again.',
  ),
  'data.class-not-pictures': entry(
    (d) => `No file of class “${d['class']}” is a picture, of ${d['count']}.`,
    'Put pictures in their place, or take the folder away.',
  ),
  'data.class-not-read': entry(
    (d) => `Class “${d['class']}” has no picture that is read; it holds ${d['count']} in other formats.`,
    'Save them as JPEG or PNG, or take the folder away.',
  ),
  'data.folder-without-pictures': entry(
    (d) => `The folder ${d['path']} is no class: it holds ${d['count']} and no picture.`,
    'Nothing has to be done, unless pictures are missing from it.',
  ),
  'data.class-doubtful': entry(
    (d) => `No file of class “${d['class']}” in the validation part is a picture, of ${d['count']}.`,
    'Put pictures in their place: without them no figure says how well the class is told from the others.',
  ),
  'data.class-unreadable': entry(
    (d) => `None of the ${d['count']} pictures of class “${d['class']}” can be read: ${d['reason']}`,
    'Put others in their place, or take the folder away.',
  ),
  'data.class-missing': entry(
    (d) => `Class “${d['class']}” has no picture in the ${d['part']} part.`,
    'Add some: without them no figure says how well the class is told from the others.',
  ),
  'data.corrected': entry(
    (d) => `By your corrections, ${d['done']}.`,
    'Nothing to do. The corrections stand in the settings of the Photos card, where they can be taken back.',
  ),
  'data.corrections-idle': entry(
    (d) => `Without effect: ${d['count']} of photos or to classes that are not in use here.`,
    'Take them back in the settings of the Photos card, unless the photos come back.',
  ),
  'data.deep-numbers': entry(
    (d) => `Numbers of more than 8 bits are taken to run from ${d['ranges']} of ${d['examples']} pictures looked at.`,
    'Nothing to do if that is so. Otherwise save the pictures with 8 bits, in the brightness that is meant.',
  ),
  'data.files-not-read': entry(
    (d) => `Left out, in formats that are not read: ${d['endings']}.`,
    `${pictureFormats.replace(' or ', ' and ')} are read. Photos in other formats have to be saved as one of these.`,
  ),
  'data.links-not-followed': entry(
    (d) => `Left out: ${d['count']} to what is in the folder without them, such as ${d['path']}.`,
    'Nothing has to be done: every picture is used once.',
  ),
  'data.links-broken': entry(
    (d) => `Left out: ${d['count']}, such as ${d['path']}.`,
    'Delete them, or put back what they lead to.',
  ),
  'data.pictures-without-class': entry(
    (d) => `Left out: ${d['count']} beside the class folders, in ${d['path']}.`,
    'Put them into the folder of their class.',
  ),
  'data.folder-beside': entry(
    (d) => `Left out: ${d['count']} in ${d['path']}, which is no part of the dataset.`,
    'Parts are called train, validation and test, and have the same classes inside.',
  ),
  'data.twins': entry(
    (d) => `Left out: ${d['count']} that are in the folder twice under one name, such as ${d['path']}.`,
    'Delete one of each: they came from a system that writes accents otherwise.',
  ),
  'data.not-unpacked': entry(
    (d) =>
      `Left out: ${d['count']} of ${d['path']}: links, encrypted, there twice, or under names that not every system takes.`,
    'Unpack it yourself if they are needed, and bring the folder.',
  ),
  'data.test-class-unknown': entry(
    (d) => `Left out: ${d['count']} of class “${d['class']}”, which the test part has and the training part lacks.`,
    'Use the same class names in both parts.',
  ),
  'data.classes-differ': entry(
    (d) => `The validation folder has the class “${d['class']}”, which the training folder lacks.`,
    'Use the same class names in both folders.',
  ),
  'data.masks-not-classes': entry(
    (d) =>
      `“${d['pictures']}” and “${d['notes']}” in ${d['path']} are photos and their masks, not two classes: for outlining, which is not here yet.`,
    'To tell whole photos apart, sort them into one folder per class.',
  ),
  'data.boxes-not-classes': entry(
    (d) =>
      `The photos in ${d['path']} have notes of what is where, ${d['notes']}, and are no classes: for finding things, which is not here yet.`,
    'To tell whole photos apart, sort them into one folder per class.',
  ),
} satisfies Record<string, Entry>;
