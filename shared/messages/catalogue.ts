/**
 * Every error a person can meet: a stable code, one sentence naming the culprit, one remedy.
 * Codes are part of the interface (scripts match on them): add, never rename.
 */
import { formatBytes } from '#shared/core/format.ts';

type Details = Readonly<Record<string, string | number>>;

interface Entry {
  readonly message: (details: Details) => string;
  readonly remedy: (details: Details) => string;
}

const entry = (message: Entry['message'], remedy: Entry['remedy'] | string): Entry => ({
  message,
  remedy: typeof remedy === 'string' ? () => remedy : remedy,
});

/** “a Head”, “an Augment”. */
const article = (name: string | number | undefined): string =>
  `${/^[aeiou]/iu.test(String(name)) ? 'an' : 'a'} ${name}`;

/** A number of bytes, as people read it. */
const sized = (bytes: string | number | undefined): string =>
  typeof bytes === 'number' ? formatBytes(bytes) : String(bytes);

/** What is read, as people call it. */
const pictureFormats = 'JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or BMP';

export const catalogue = {
  // Data
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
  // Models
  'model.file-missing': entry(
    (d) => `The model file ${d['path']} does not exist.`,
    'Check its path, or choose the file again in the Backbone node.',
  ),
  'model.not-onnx': entry(
    (d) => `${d['path']} is not an ONNX model: ${d['reason']}`,
    'Export the model to ONNX (opset 7 or newer) and choose that file.',
  ),
  'model.external-data-missing': entry(
    (d) => `${d['path']} keeps its weights in ${d['file']}, which is not beside it.`,
    'Put the weight file into the same folder as the model.',
  ),
  'model.external-data-outside': entry(
    (d) => `${d['path']} refers to a weight file outside its own folder, ${d['file']}.`,
    'Use a model whose weight files lie beside it.',
  ),
  'model.too-large': entry(
    (d) =>
      `${d['path']} needs ${sized(d['needed'])} of memory; Graft gives a model at most ${sized(d['limit'])} on this machine.`,
    'Choose a smaller model, or use a machine with more memory.',
  ),
  'model.ends-engine': entry(
    (d) => `${d['path']} makes the runtime end: ${d['reason']}`,
    'Graft itself is unharmed. Choose another model, or export this one anew, with another version of its tool.',
  ),
  'model.takes-too-long': entry(
    (d) => `${d['path']} was not understood within ${d['seconds']} seconds.`,
    'Choose a smaller model, or one that was simplified by the tool that made it.',
  ),
  'model.value-too-large': entry(
    (d) =>
      `${d['path'] ?? 'The model'} computes “${d['name']}”, which takes ${sized(d['needed'])}; there is room for ${sized(d['limit'])} on this machine.`,
    'Choose another model, or smaller pictures where the model leaves their size open.',
  ),
  'model.opset-unsupported': entry(
    (d) => `${d['path']} uses operator set ${d['opset']}; Graft reads ${d['oldest']} to ${d['newest']}.`,
    'Export the model again with an operator set in between.',
  ),
  'model.refused': entry(
    (d) => `The runtime refuses the model: ${d['reason']}`,
    'Check the model with the tool that made it, and that its inputs have the sizes it is meant for.',
  ),
  'model.input-unsupported': entry(
    (d) => `${d['path']} does not take one picture tensor [N, 3, height, width]: ${d['reason']}`,
    'Choose a model for images with channels first.',
  ),
  'model.input-channels': entry(
    (d) => `${d['path']} takes pictures of ${d['channels']} channels; Graft gives it 3, or 1.`,
    'Choose a model for colour or grey pictures. Depth, infrared and medical volumes have no way in yet.',
  ),
  'model.input-type': entry(
    (d) => `The input “${d['name']}” of ${d['path']} takes ${d['dtype']}, which no picture is given as.`,
    'Export the model with an input of float32 or uint8.',
  ),
  'model.not-for-pictures': entry(
    (d) => `The input “${d['name']}” of ${d['path']} has ${d['dimensions']} dimensions; a batch of pictures has 4.`,
    'Choose a model for pictures: text, sound and tables have no way in yet.',
  ),
  'model.fixed-batch': entry(
    (d) => `${d['path']} takes one number of pictures only: ${d['reason']}`,
    'Export it again with a batch size that is left open (in PyTorch dynamic_axes or dynamic_shapes for the first axis).',
  ),
  'model.quantized-operators': entry(
    (d) => `${d['path']} computes with integers (operator ${d['op']}), which has no gradient.`,
    'Choose the model as it was before it was quantized, in float32 or float16; or one with QuantizeLinear and DequantizeLinear.',
  ),
  'model.inference-mode': entry(
    (d) => `${d['path']} was exported while it trained: ${d['count']} of its layers are used as after training.`,
    'Nothing to do if its figures are good. Otherwise export it again in evaluation mode (in PyTorch model.eval()).',
  ),
  'model.dequantized': entry(
    (d) =>
      `${d['path']} is quantized in ${d['count']}; weights are used as the floats they stand for, and nothing is rounded in between.`,
    'Nothing to do. The exported model is larger; its features differ from the file’s by the rounding that is left out.',
  ),
  'model.widened': entry(
    (d) => `${d['path']} stores ${d['count']} in half precision; Graft computes with them in float32.`,
    'Nothing to do. The exported model is twice as large.',
  ),
  'model.input-adapted': entry(
    (d) => `${d['path']} takes pictures in another form, and is given them so: ${d['changes']}.`,
    'Nothing to do. The exported model takes pictures as all of Graft’s models do.',
  ),
  'model.range-unknown': entry(
    (d) => `${d['path']} does not say which range its colours have; ${d['taken']} is taken.`,
    'If the figures are poor, look at how the model was trained and set “Colour range” in the Backbone card, under Expert.',
  ),
  'model.unknown-backbone': entry(
    (d) => `There is no built-in backbone called “${d['id']}”.`,
    'Choose efficientnet-lite0 or nano, or the path of an .onnx file.',
  ),
  'model.unknown-stage': entry(
    (d) => `The backbone has no stage called “${d['stage']}”.`,
    (d) => `Choose one of: ${d['stages']}.`,
  ),
  'model.features-not-finite': entry(
    (d) => `The backbone gives numbers that are not finite for ${d['path']}.`,
    'Check how the backbone expects pictures to be normalised, or choose another one.',
  ),
  'model.size-depends-on-data': entry(
    (d) => `The size of “${d['name']}” (operator ${d['op']}) depends on the input, so it cannot be planned for.`,
    'Export the model with fixed sizes, or choose another one.',
  ),
  'model.hash-changed': entry(
    (d) => `${d['path']} is not the file this project was made with.`,
    'Restore the original file, or choose the backbone again to accept the new one.',
  ),
  'model.no-feature-output': entry(
    (d) => `${d['path']} gives ${d['reason']}, which a head cannot be put on.`,
    'Choose a model with an output [N, features] or [N, channels, height, width].',
  ),
  // Compiler
  'compile.not-differentiable': entry(
    (d) => `Operator ${d['op']} (node “${d['name']}”) cannot be differentiated: ${d['reason']}`,
    (d) =>
      d['stage']
        ? `Freeze everything before “${d['stage']}”: that freeze line avoids it.`
        : d['stage'] === ''
          ? 'Freeze the whole backbone: that avoids it.'
          : 'Train, or differentiate with respect to, only what lies behind it.',
  ),
  'compile.unknown-tensor': entry(
    (d) => `The model has no tensor called “${d['name']}”.`,
    'Check the name against those in the model file.',
  ),
  'compile.not-trainable': entry(
    (d) => `“${d['name']}” cannot be trained: ${d['reason']}`,
    'Leave it out, or freeze the part it belongs to.',
  ),
  'compile.bad-case': entry(
    (d) => `The case file is not valid: ${d['reason']}`,
    'Compare it with docs/guide/case-files.md.',
  ),
  'compile.illegal-graph': entry(
    (d) => `The compiler produced an illegal graph in phase ${d['phase']}: ${d['reason']}`,
    'This is a fault in Graft. Please report it with the project file.',
  ),
  // The graph on the canvas
  'graph.cycle': entry(
    (d) => `The wires form a circle through “${d['title']}”.`,
    'Remove one of the wires in the circle.',
  ),
  'graph.input-missing': entry(
    (d) => `“${d['title']}” has nothing connected to its ${d['port']} input.`,
    (d) => `Connect a wire that carries ${d['port']}.`,
  ),
  'graph.no-training': entry(
    () => 'There is no Training node to run.',
    'Add a Training node and connect an optimizer to it.',
  ),
  'graph.two-trainings': entry(
    () => 'There is more than one Training node.',
    'Keep one Training node; delete the others.',
  ),
  'graph.missing-part': entry(
    (d) => `The chain into “${d['title']}” has no ${d['part']} node.`,
    (d) => `Add ${article(d['part'])} node to the chain.`,
  ),
  'graph.bad-parameter': entry(
    (d) => `“${d['title']}”: ${d['parameter']} ${d['reason']}`,
    (d) => `Correct ${d['parameter']} in the node's settings.`,
  ),
  'graph.edge-mismatch': entry(
    (d) => `A wire carries ${d['from']} into an input for ${d['to']}.`,
    'Delete the wire and connect matching sockets.',
  ),
  'graph.loose-wire': entry(
    (d) => `A wire from ${d['from']} to ${d['to']} leads nowhere: ${d['missing']}.`,
    'Delete the wire: it is drawn as a stub at the card that is there, and can be chosen here.',
  ),
  'graph.crowded-input': entry(
    (d) => `“${d['title']}” has more than one wire in its ${d['port']} input.`,
    'Keep one of the wires.',
  ),
  'graph.repeated-part': entry(
    (d) => `The chain into “${d['title']}” has more than one ${d['part']} node.`,
    (d) => `Keep one ${d['part']} node in the chain.`,
  ),
  'graph.unknown-kind': entry(
    (d) => `This version of Graft does not know nodes of kind “${d['kind']}”.`,
    'Delete the node, or open the project with the version that made it.',
  ),
  'graph.unknown-parameter': entry(
    (d) => `There is no parameter ${d['parameter']}.`,
    (d) => `Known: ${d['known']}.`,
  ),
  'graph.node-missing': entry(
    (d) => `The project has no node called “${d['id']}”, so ${d['parameter']} cannot be set.`,
    (d) => (d['part'] ? `Add ${article(d['part'])} node to the project first.` : `Its nodes are: ${d['known']}.`),
  ),
  // Documents
  'document.missing': entry((d) => `The project file ${d['path']} does not exist.`, 'Check the path.'),
  'document.corrupt': entry(
    (d) => `${d['path']} is not a readable Graft project: ${d['reason']}`,
    'Restore it from a backup; the recovery file, if there is one, is offered on the start page.',
  ),
  'document.newer': entry(
    (d) => `${d['path']} was saved by a newer Graft (format ${d['format']}; this one reads up to ${d['supported']}).`,
    'Update Graft to open it. The file was not changed.',
  ),
  'document.disk-full': entry(
    (d) => `There is no space left to save ${d['path']}. The file on disk is as it was before.`,
    'Free some space and save again; nothing in the window is lost.',
  ),
  'document.exists': entry(
    (d) => `There is a project at ${d['path']} already.`,
    'Save under another name, or replace it.',
  ),
  'document.changed-elsewhere': entry(
    (d) => `${d['path']} has been changed since it was opened here, in another window or by another program.`,
    'Save under another name, or replace what is there.',
  ),
  'document.unwritable': entry(
    (d) => `${d['path']} cannot be written: ${d['reason']}`,
    'Save the project somewhere else.',
  ),
  'document.unknown-template': entry(
    (d) => `There is no template called “${d['template']}”.`,
    (d) => `Known templates: ${d['known']}.`,
  ),
  // Files
  'files.refused': entry(
    (d) => `The system refuses ${d['path'] === '' ? 'a file' : d['path']}: ${d['reason']}.`,
    'Check that it is there, that you may use it, and that the disk or network it is on still answers.',
  ),
  'files.folder-unreadable': entry(
    (d) => `The folder ${d['path']} cannot be listed: ${d['reason']}.`,
    'Choose another folder.',
  ),
  'files.missing': entry((d) => `There is nothing at ${d['path']}.`, 'Check the path.'),
  'files.archive-refused': entry(
    (d) => `The archive ${d['path']} was not unpacked: ${d['reason']}.`,
    'Unpack it yourself if you trust it, and bring the folder.',
  ),
  'files.not-a-copy': entry(
    (d) => `${d['path']} is no copy that Graft has made, and stays.`,
    'Remove it in your file manager.',
  ),
  'files.not-gathered': entry(
    (d) => `The folders cannot be put together as one in ${d['path']}: ${d['reason']}.`,
    'Put them into one folder yourself, and bring that.',
  ),
  'files.not-a-file': entry((d) => `${d['path']} is ${d['kind']}, not a file.`, 'Choose a regular file.'),
  'files.too-large': entry(
    (d) => `${d['path']} has ${sized(d['bytes'])}; Graft reads at most ${sized(d['limit'])} of such a file.`,
    'Check that it is the file you meant.',
  ),
  'files.is-link': entry(
    (d) => `${d['path']} is a link to ${d['target']}, and Graft does not write through links.`,
    'Choose the file itself, or another name.',
  ),
  'files.network-path': entry(
    (d) => `${d['path']} is on another computer, “${d['computer']}”, to which Windows would sign in with your name.`,
    'Choose it yourself in the file dialog to allow this computer, or use a copy on this one.',
  ),
  'files.upload-refused': entry(
    (d) => `${d['path']} was not taken: ${d['reason']}.`,
    'Drop a folder with plain file names, or fewer files at a time.',
  ),
  // Runs
  'run.device-missing': entry(
    (d) => `The device “${d['device']}” is not available here: ${d['reason']}`,
    'Choose auto or cpu, or another device from “graft devices”.',
  ),
  'run.half-missing': entry(
    (d) => `The device “${d['device']}” does not compute in float16: ${d['reason']}`,
    'Set the precision of the training node to float32, or choose another device.',
  ),
  'run.loss-not-finite': entry(
    (d) => `The loss is not a number since step ${d['step']}. The best model up to epoch ${d['epoch']} is kept.`,
    'Lower the learning rate or turn gradient clipping on.',
  ),
  'run.missing': entry((d) => `${d['path']} is not a run folder.`, 'Name a folder that holds run.json.'),
  'run.no-checkpoint': entry(
    (d) => `The run in ${d['path']} has no checkpoint to continue from.`,
    'Train again from the project file.',
  ),
  'run.finished': entry(
    (d) => `The run in ${d['path']} has already finished.`,
    'Train again from the project file, or export it.',
  ),
  'run.data-changed': entry(
    (d) => `${d['path']} no longer holds what the run was trained on: ${d['reason']}`,
    "Put the folder back as it was, or train again. The run's own folder keeps its model.onnx as it is.",
  ),
  'run.locked': entry(
    (d) => `Another Graft writes in ${d['path']} (${d['who']}).`,
    'Wait until it is done, or end it. Two at once would write over each other.',
  ),
  'run.busy': entry(() => 'A run is already in progress.', 'Stop it first, or wait until it is done.'),
  'run.nothing-trained': entry(
    () => 'The run was stopped before anything was trained.',
    'Start it again with Train; what was computed of the cache is kept where it was complete.',
  ),
  'run.interrupted': entry(
    () => 'The run was interrupted before its end.',
    'Continue it from its last checkpoint, or train again.',
  ),
  'run.none': entry(() => 'No run is in progress.', 'Start one with Train.'),
  'run.engine-died': entry(
    (d) => `The training engine stopped unexpectedly (${d['reason']}).`,
    'It was started again; the run goes on from its last checkpoint.',
  ),
  'run.engine-keeps-dying': entry(
    (d) => `The training engine stopped ${d['times']} times without getting further (${d['reason']}).`,
    'Try device cpu or a smaller batch; “graft resume” continues from the last checkpoint.',
  ),
  'run.engine-silent': entry(
    (d) => `The engine did not answer “${d['procedure']}” within ${d['seconds']} seconds.`,
    'Try again. If it happens again, please report it with the log.',
  ),
  'run.out-of-memory': entry(
    (d) => `There is not enough memory for this step: ${d['reason']}`,
    'Lower the batch size, or freeze more of the backbone.',
  ),
  'run.session-failed': entry(
    (d) => `The runtime refused the model: ${d['reason']}`,
    'Try device cpu. If it fails there too, please report it.',
  ),
  'run.checkpoint-damaged': entry(
    (d) => `The checkpoint ${d['path']} is damaged.`,
    'Train again from the project file; the best model up to then can still be exported from the run.',
  ),
  'run.checkpoint-older': entry(
    (d) => `The newest checkpoint ${d['path']} is damaged. The run goes on from the one before, at step ${d['step']}.`,
    'Nothing to do: the steps since are taken again. Have the disk looked at if it happens again.',
  ),
  'run.data-vanished': entry(
    (d) =>
      `${d['count']} of ${d['total']} samples could not be read any more while training, more than ${d['share']}; the last was ${d['path']}.`,
    'Put the files back and continue the run, or allow more of them to be missing in the Training node.',
  ),
  'run.best-lost': entry(
    (d) => `The best weights so far, of epoch ${d['epoch']}, are damaged in ${d['path']}.`,
    'The run goes on from its last checkpoint, and keeps the best from now on.',
  ),
  'run.metrics-damaged': entry(
    (d) => `${d['lines']} of the lines in ${d['path']} are not as they were written, and are left out.`,
    'Charts lack these steps; the weights do not depend on them. Have the disk looked at if it happens again.',
  ),
  'engine.stopped': entry(
    (d) => `The engine stopped while it was to ${d['task']} (${d['reason']}).`,
    'Nothing of the project is lost. Try it again; if it stops again, please report it with the log.',
  ),
  'engine.replaced': entry(
    () => 'A newer question took the place of this one.',
    'Nothing to do: the newer one is answered.',
  ),
  'cache.damaged': entry(
    (d) => `The feature cache ${d['path']} is damaged and was thrown away.`,
    'Nothing to do: the features are computed again.',
  ),
  'cache.not-kept': entry(
    (d) => `The computed features could not be kept for later runs: ${d['reason']}`,
    'This run goes on. Free some space, or allow a larger cache in the settings, to spare the next one the work.',
  ),
  'run.half-on-cpu': entry(
    () => 'On the processor float16 takes longer than float32: each number is rounded, and computed in float32.',
    'The results are those of mixed precision. Set the precision to float32, or choose a graphics card, for speed.',
  ),
  'cache.tuning-unreadable': entry(
    (d) => `What was measured of this machine, in ${d['path']}, is not used: ${d['reason']}`,
    'Nothing to do: gradients are written as usual. “graft tune” measures again and replaces the file.',
  ),
  // Taking away
  'export.file-exists': entry((d) => `There is a file at ${d['path']} already.`, 'Choose another name, or replace it.'),
  'export.parity-failed': entry(
    (d) =>
      `The exported model differs from the trained one by ${d['difference']} (allowed: ${d['allowed']}). The file was not kept.`,
    'Write it all the same, knowing that, with “Write it all the same” or --unequal; and please report it with the project file.',
  ),
  'export.unequal': entry(
    (d) =>
      `The model file's answers differ from the trained model's by ${d['difference']} (allowed: ${d['allowed']}). It was kept all the same.`,
    'Try it with pictures whose answers you know before you rely on it; and please report it with the project file.',
  ),
  'predict.not-graft': entry(
    (d) => `${d['path']} was not exported by Graft: it carries no labels and no preprocessing.`,
    'Choose a model exported by Graft.',
  ),
  'predict.newer': entry(
    (d) => `${d['path']} was exported by a newer Graft.`,
    'Update Graft, or export the model with this one.',
  ),
  'predict.unusable': entry(
    (d) => `${d['path']} cannot be asked for predictions: ${d['reason']}`,
    'Export the model again, and choose the file as it was exported.',
  ),
  'predict.bad-input': entry(
    (d) => `${d['path']} cannot be read as a picture: ${d['reason']}`,
    `Choose a ${pictureFormats} file.`,
  ),
  'predict.empty-folder': entry(
    (d) => `There is no picture in the folder ${d['path']}.`,
    `Choose a folder with ${pictureFormats} files, or the files themselves.`,
  ),
  'predict.files-left-out': entry(
    (d) => `In the folder ${d['path']} something is left out: ${d['what']}.`,
    `Nothing has to be done, unless these are pictures: ${pictureFormats} files are read, each once.`,
  ),
  'serve.none': entry(() => 'No workbench is served at the moment.', 'Start one with “graft serve”.'),
  // The installed program
  'program.file-missing': entry(
    (d) => `Graft is not as it was installed: ${d['path']} is missing.`,
    'Install Graft again. Projects, runs and settings are kept elsewhere and stay.',
  ),
  'program.file-changed': entry(
    (d) => `Graft is not as it was installed: ${d['path']} has been changed.`,
    'Install Graft again from where you trust it, and have the machine looked at if you did not change it yourself.',
  ),
  'program.file-added': entry(
    (d) => `Graft is not as it was installed: ${d['path']} does not belong to it.`,
    'Delete that file if you put it there. If you did not, install Graft again and have the machine looked at.',
  ),
  'program.list-unreadable': entry(
    (d) => `Graft cannot tell whether it is as it was installed: ${d['path']} cannot be read: ${d['reason']}`,
    'Install Graft again. Projects, runs and settings are kept elsewhere and stay.',
  ),
  'program.update-failed': entry(
    (d) => `Updating did not work: ${d['reason']}`,
    'Graft goes on as it is. Try again later, or install the new version by hand.',
  ),
  // General
  'input.bad-argument': entry((d) => `${d['argument']}: ${d['reason']}`, 'See “graft --help”.'),
  'internal.unexpected': entry(
    (d) => `Something went wrong inside Graft: ${d['reason']}`,
    'Please report it with the log.',
  ),
} satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;
