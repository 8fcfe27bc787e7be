/** The project of a past run, loaded again from where its data and backbone are now. */
import { GraftError } from '#shared/messages/error.ts';
import { loadProject, type Project } from '#electron/engine/training/project.ts';
import type { RunFolder, RunRecord } from '#electron/engine/training/run-folder.ts';

/**
 * How much of the data must be as it was. Classes: their names, which the model's outputs stand for. Split: as many
 * pictures on each side as well, for with others the held-out ones may have been trained on. Files: the very same.
 */
export type Sameness = 'classes' | 'split' | 'files';

/** @throws GraftError `model.hash-changed`, `run.data-changed`, and what loading a project can throw */
export async function reloadProject(folder: RunFolder, same: Sameness): Promise<Project> {
  const record = folder.readRecord();
  const project = await loadProject(folder.readDocument(), record.baseFolder);
  const { backbone, recipe, facts } = project;
  if (backbone.hash !== record.hashes.backbone)
    throw new GraftError('model.hash-changed', { path: backbone.path }, recipe.backbone.node);
  const reason = difference(project, record, same);
  if (reason !== undefined) throw new GraftError('run.data-changed', { path: facts.path, reason }, recipe.data.node);
  return project;
}

function difference({ facts }: Project, { classes, samples, hashes }: RunRecord, same: Sameness): string | undefined {
  const names = facts.classes.map(({ name }) => name);
  if (names.length !== classes.length || names.some((name, index) => name !== classes[index]))
    return `its classes were ${classes.join(', ')}.`;
  if (same === 'classes') return undefined;
  if (facts.train !== samples.train || facts.validation !== samples.validation)
    return `there were ${samples.train} pictures to train on and ${samples.validation} held out.`;
  return same === 'files' && facts.fingerprint !== hashes.data ? 'pictures have been exchanged since.' : undefined;
}
