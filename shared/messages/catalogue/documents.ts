/** Errors of the graph on the canvas, of project files, and of files at large. */
import { article, entry, sized, type Entry } from './entry.ts';

export const documentsErrors = {
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
} satisfies Record<string, Entry>;
