import { Button } from '@mantine/core';
import { IconArrowLeft, IconFolderOpen, IconPhotoDown, IconSparkles } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { emptyDocument } from '#shared/document/model.ts';
import { runAction } from '#renderer/actions/run-action.ts';
import { hasProject, projectName, useDocument } from '#renderer/store/document.ts';
import { RunsList } from '#renderer/panels/past-runs/runs-list.tsx';
import { chooseFolderAndBegin, onFolder } from '#renderer/panels/start/begin.ts';
import { RecentProjects } from '#renderer/panels/start/recent-projects.tsx';
import { Recoveries } from '#renderer/panels/start/recoveries.tsx';
import { RunningNow } from '#renderer/panels/start/running-now.tsx';
import { useStartData } from '#renderer/panels/start/start-data.ts';
import { TemplateCards } from '#renderer/panels/start/template-cards.tsx';
import { readDrop } from '#renderer/platform/drop.ts';
import { bring } from '#renderer/store/bringing.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { chooseAndOpenProject, newProject, reportFailure } from '#renderer/store/project.ts';
import classes from '#renderer/panels/start/start.module.css';

/** To the project that is open. */
function WayBack() {
  const isThere = useDocument(hasProject);
  const name = useDocument(projectName);
  if (!isThere) return null;
  return (
    <div>
      <Button
        variant="subtle"
        leftSection={<IconArrowLeft size={16} aria-hidden="true" />}
        onClick={() => runAction('show-canvas')}
      >
        Back to {name}
      </Button>
    </div>
  );
}

/** Where a person begins: with their own pictures, a template, the sample, or what they did before. */
export function StartPage() {
  const { templates, recent, recoveries, discard } = useStartData();
  const sample = useEnvironment((store) => store.info?.sample);
  const [over, setOver] = useState(false);
  const usual = templates[0]?.document ?? emptyDocument;

  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    void bring(readDrop(event.dataTransfer), { on: 'start' });
  };

  return (
    <div
      className={classes['page']}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={drop}
    >
      <div className={classes['column']}>
        <WayBack />
        <RunningNow />
        <Recoveries recoveries={recoveries} discard={discard} />
        <section className={classes['target']} data-over={over || undefined} aria-labelledby="start-title">
          <IconPhotoDown size={40} stroke={1.3} aria-hidden="true" />
          <div className={classes['targetWords']}>
            <h1 id="start-title">Train on your own folder</h1>
            <p>
              Drop a folder with one sub-folder of pictures per class, or anything else to hear what it is. It stays on
              this computer; a few dozen pictures per class are enough to begin.
            </p>
          </div>
          <div className={classes['ways']}>
            <Button
              size="sm"
              leftSection={<IconFolderOpen size={16} aria-hidden="true" />}
              onClick={() => void chooseFolderAndBegin(usual).catch(reportFailure)}
            >
              Choose a folder…
            </Button>
            {sample !== undefined && (
              <Button
                size="sm"
                variant="default"
                leftSection={<IconSparkles size={16} aria-hidden="true" />}
                onClick={() => void newProject(onFolder(usual, sample)).catch(reportFailure)}
              >
                Try the sample
              </Button>
            )}
          </div>
        </section>
        <TemplateCards templates={templates} />
        <div className={classes['before']}>
          <RecentProjects recent={recent} onOpenOther={() => void chooseAndOpenProject()} />
          <RunsList withGraph />
        </div>
      </div>
    </div>
  );
}
