import { Tabs } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect } from 'react';
import { BeforeRun } from '#renderer/panels/run/before-run.tsx';
import { ChartsPane } from '#renderer/panels/run/charts-pane.tsx';
import { Failure } from '#renderer/panels/run/failure.tsx';
import { RunBar } from '#renderer/panels/run/run-bar.tsx';
import { RunLog } from '#renderer/panels/run/run-log.tsx';
import { RunsList } from '#renderer/panels/past-runs/runs-list.tsx';
import { reportFailure } from '#renderer/store/project.ts';
import { type RunTab, useInterface } from '#renderer/store/interface.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { later } from '#renderer/ui/later.tsx';
import classes from '#renderer/panels/run/run.module.css';

/** Room that charts and results need side by side, pixels; below it they share tabs. */
const wideFrom = 1180;

const Results = later(async () => (await import('#renderer/panels/results/results.tsx')).Results);
const Classes = later(async () => (await import('#renderer/panels/results/classes.tsx')).Classes);
const TryIt = later(async () => (await import('#renderer/panels/try-it/try-it.tsx')).TryIt);

const sideTabs = [
  { name: 'results', title: 'Results', content: <Results /> },
  { name: 'classes', title: 'Classes', content: <Classes /> },
  { name: 'try', title: 'Try it', content: <TryIt /> },
  { name: 'runs', title: 'Runs', content: <RunsList compare /> },
  { name: 'log', title: 'Log', content: <RunLog /> },
] as const;

/** The bottom of the workbench: the run bar over live charts, results, trying out and the log. */
export function RunPanel() {
  const state = useRun((store) => store.state);
  const attach = useRun((store) => store.attach);
  const { ref, width } = useElementSize();
  const known = knownRun(state);

  useEffect(() => {
    attach().catch(reportFailure);
  }, [attach]);

  return (
    <section className={classes['panel']} aria-label="Training">
      <RunBar />
      <div ref={ref} className={classes['body']}>
        {state.phase === 'failed' && <Failure problem={state.problem} known={state.known} />}
        {known === undefined ? (
          state.phase !== 'failed' && <BeforeRun />
        ) : width >= wideFrom ? (
          <div className={classes['wide']}>
            <ChartsPane known={known} />
            <PanelTabs key="side" withCharts={false} />
          </div>
        ) : (
          width > 0 && <PanelTabs key="all" withCharts />
        )}
      </div>
    </section>
  );
}

function PanelTabs({ withCharts }: { readonly withCharts: boolean }) {
  const chosen = useInterface((store) => store.runTab);
  // Beside the charts there is no tab for them.
  const open =
    chosen === undefined || (chosen === 'charts' && !withCharts) ? (withCharts ? 'charts' : 'results') : chosen;
  const known = knownRun(useRun((store) => store.state));
  return (
    <Tabs
      className={classes['tabs'] ?? ''}
      value={open}
      onChange={(tab) => useInterface.setState({ runTab: (tab ?? undefined) as RunTab | undefined })}
      keepMounted={false}
    >
      <Tabs.List aria-label="What to look at">
        {withCharts && <Tabs.Tab value="charts">Charts</Tabs.Tab>}
        {sideTabs.map(({ name, title }) => (
          <Tabs.Tab key={name} value={name}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {withCharts && (
        <Tabs.Panel className={classes['tabPanel'] ?? ''} value="charts">
          {known !== undefined && <ChartsPane known={known} />}
        </Tabs.Panel>
      )}
      {sideTabs.map(({ name, content }) => (
        <Tabs.Panel key={name} className={classes['tabPanel'] ?? ''} value={name}>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
