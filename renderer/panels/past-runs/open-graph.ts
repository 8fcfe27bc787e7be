import { host } from '#renderer/platform/host.ts';
import { useDocument } from '#renderer/store/document.ts';
import { newProject } from '#renderer/store/project.ts';

/** Puts the graph a run was trained from on the canvas, as a project of its own; false when the person keeps theirs. */
export async function openGraph(run: string): Promise<boolean> {
  const { document } = await host.runs.document({ run });
  await newProject(document);
  return useDocument.getState().document === document;
}
