/** Errors of training, and of what is made of it. */
import { entry, pictureFormats, type Entry } from './entry.ts';

export const runsErrors = {
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
} satisfies Record<string, Entry>;
