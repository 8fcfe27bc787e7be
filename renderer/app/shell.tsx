import { VisuallyHidden } from '@mantine/core';
import { Canvas } from '#renderer/canvas/canvas.tsx';
import { Dialogs } from '#renderer/panels/dialogs/dialogs.tsx';
import { ProjectFiles } from '#renderer/panels/files/project-files.tsx';
import { Inspector } from '#renderer/panels/inspector/inspector.tsx';
import { Outline } from '#renderer/panels/outline/outline.tsx';
import { Palette } from '#renderer/panels/palette/palette.tsx';
import { ProblemsStrip } from '#renderer/panels/problems/problems-strip.tsx';
import { RunPanel } from '#renderer/panels/run/run-panel.tsx';
import { StartPage } from '#renderer/panels/start/start-page.tsx';
import { isUnsaved, projectName, useDocument } from '#renderer/store/document.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import { RunDrawer } from './run-drawer.tsx';
import classes from './shell.module.css';

export function Shell() {
  const view = useInterface((state) => state.view);
  const title = useDocument((state) => `${isUnsaved(state) ? '● ' : ''}${projectName(state)} · Graft`);
  return (
    <div className={classes['shell']}>
      <title>{title}</title>
      <Header />
      <ConnectionBanner />
      {view === 'start' ? (
        <main className={classes['start']}>
          <StartPage />
        </main>
      ) : (
        <Workbench outline={view === 'outline'} />
      )}
      <Dialogs />
    </div>
  );
}

function Workbench({ outline }: { readonly outline: boolean }) {
  const panels = useInterface((state) => state.panels);
  const name = useDocument(projectName);
  return (
    <>
      <div className={classes['middle']}>
        <div className={classes['left']}>
          <Palette compact={!panels.palette} />
          {panels.palette && <ProjectFiles />}
        </div>
        <main className={classes['centre']}>
          <VisuallyHidden component="h1">{name}</VisuallyHidden>
          {outline ? <Outline /> : <Canvas />}
          <ProblemsStrip />
        </main>
        {panels.inspector && <Inspector />}
      </div>
      <RunDrawer>
        <RunPanel />
      </RunDrawer>
    </>
  );
}
