/** The very first start: a wired example instead of a choice. */
import { notifications } from '@mantine/notifications';
import { onFolder } from '#renderer/panels/start/begin.ts';
import { host } from '#renderer/platform/host.ts';
import { isUnsaved, useDocument } from '#renderer/store/document.ts';
import { changeSettings, useEnvironment } from '#renderer/store/environment.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { newProject } from '#renderer/store/project.ts';

/** Opens the sample project, wired and ready to train, once in a person's life with Graft. */
export async function introduce(): Promise<void> {
  const { info, settings } = useEnvironment.getState();
  if (settings.introduced || info === undefined) return;
  // Nothing is shown before the settings are kept: nobody is introduced twice.
  const [templates] = await Promise.all([host.documents.templates(), changeSettings({ introduced: true })]);
  const usual = templates[0]?.document;
  const hasBegun = useInterface.getState().view !== 'start' || isUnsaved(useDocument.getState());
  if (usual === undefined || hasBegun) return;
  await newProject(onFolder(usual, info.sample));
  notifications.show({
    title: 'An example, wired and ready',
    message: 'Press Train, or drop a folder of your own pictures on the canvas.',
    autoClose: 15_000,
  });
}
