/** Errors of the program itself. */
import { entry, type Entry } from './entry.ts';

export const programErrors = {
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
