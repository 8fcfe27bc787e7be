import { UnstyledButton } from '@mantine/core';
import { IconFileDescription, IconFolder, IconHexagon, IconHistory, type Icon } from '@tabler/icons-react';
import { host } from '#renderer/platform/host.ts';
import { useDocument } from '#renderer/store/document.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from './project-files.module.css';

interface Row {
  readonly what: string;
  readonly path: string;
  readonly FileIcon: Icon;
}

function lastPart(path: string): string {
  return path.split(/[\\/]/u).findLast((part) => part !== '') ?? path;
}

/** The files this project is made of, wherever they are; each opens its folder. */
export function ProjectFiles() {
  const project = useDocument((state) => state.path);
  const data = useFacts((state) => state.facts.dataset?.path);
  const backbone = useFacts((state) => state.facts.backbone?.id);
  const run = useRun((store) => knownRun(store.state)?.plan.run);
  const rows: readonly Row[] = [
    { what: 'Project', path: project, FileIcon: IconFileDescription },
    { what: 'Pictures', path: data ?? '', FileIcon: IconFolder },
    // Built-in backbones have a name instead of a path.
    {
      what: 'Backbone',
      path: backbone !== undefined && /[\\/]/u.test(backbone) ? backbone : '',
      FileIcon: IconHexagon,
    },
    { what: 'Last run', path: run ?? '', FileIcon: IconHistory },
  ].filter(({ path }) => path !== '');
  return (
    <details className={classes['files']}>
      <summary>Files</summary>
      {rows.length === 0 && <p className={classes['none']}>Not saved yet, and no data chosen.</p>}
      {rows.map(({ what, path, FileIcon }) => (
        <UnstyledButton
          key={what}
          className={classes['file']}
          title={path}
          aria-label={`${what}: show ${path} in its folder`}
          onClick={() => void host.app.reveal({ path }).catch(reportFailure)}
        >
          <FileIcon size={14} stroke={1.6} aria-hidden="true" />
          <span className={classes['name']}>{lastPart(path)}</span>
        </UnstyledButton>
      ))}
    </details>
  );
}
