import { ActionIcon, Button, Checkbox, Text, Tooltip } from '@mantine/core';
import { IconChartLine, IconPlayerTrackNext } from '@tabler/icons-react';
import { useEffect } from 'react';
import { formatPercent, formatPlural } from '#shared/core/format.ts';
import type { RunSummary } from '#shared/protocol/run.ts';
import { openGraph } from '#renderer/panels/past-runs/open-graph.ts';
import { useNow } from '#renderer/panels/past-runs/now.ts';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';
import { toggleComparison, useComparison } from '#renderer/store/comparison.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { isActive, knownRun } from '#renderer/store/run-state.ts';
import { followRuns, useRuns } from '#renderer/store/runs.ts';
import { useRun } from '#renderer/store/run.ts';
import { deviceWords } from '#renderer/ui/device-words.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import classes from '#renderer/panels/past-runs/runs.module.css';

interface Props {
  /** Offers to lay a run's curves behind the charts. */
  readonly compare?: boolean;
  /** Opens the graph a run was trained from along with it. */
  readonly withGraph?: boolean;
}

const statusWords = { running: 'running', done: 'done', interrupted: 'interrupted', failed: 'failed' } as const;

/** Every run there has been, the newest first: how good it was, and the ways back to it. */
export function RunsList({ compare = false, withGraph = false }: Props) {
  const runs = useRuns((store) => store.runs);
  useEffect(() => followRuns(), []);
  return (
    <section className={classes['runs']} aria-label="Past runs">
      {!compare && <h3 className={classes['heading']}>Past runs</h3>}
      {runs === undefined && <Waiting>Reading the runs…</Waiting>}
      {runs?.length === 0 && (
        <Text size="sm" c="dimmed">
          None yet. Every run is kept as a folder of plain files and shows here.
        </Text>
      )}
      {runs !== undefined && runs.length > 0 && (
        <ul className={classes['list']}>
          {runs.map((summary) => (
            <RunRow key={summary.run} summary={summary} compare={compare} withGraph={withGraph} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface RowProps extends Required<Props> {
  readonly summary: RunSummary;
}

function RunRow({ summary, compare, withGraph }: RowProps) {
  const { run, title, started, status, device, best } = summary;
  const state = useRun((store) => store.state);
  const compared = useComparison((store) => store.runs.has(run));
  const shown = knownRun(state)?.plan.run === run;
  const busy = isActive(state);
  const open = async (then: (run: string) => Promise<void>): Promise<void> => {
    if (withGraph && !(await openGraph(run))) return;
    useInterface.setState({ view: 'canvas' });
    await then(run);
  };
  const watch = useRun((store) => store.watch);
  const resumeInterrupted = useRun((store) => store.resumeInterrupted);
  const when = startedWords(started, useNow());
  return (
    <li className={classes['run']} aria-current={shown ? 'true' : undefined}>
      <span className={classes['dot']} data-status={status} />
      <span className={classes['title']}>
        {title === '' ? 'Untitled' : title}
        <span className={classes['facts']}>
          {when} · {formatPlural(summary.classes, 'class', 'classes')} · {deviceWords(device)} · {statusWords[status]}
        </span>
      </span>
      <span className={classes['accuracy']}>
        {best === undefined ? '' : formatPercent(best.accuracy)}
        {best !== undefined && <span className={classes['facts']}>epoch {best.epoch}</span>}
      </span>
      {compare && (
        <Tooltip label={shown ? 'This run is shown' : 'Draw its validation curves behind'}>
          <Checkbox
            size="xs"
            checked={compared}
            disabled={shown || status !== 'done'}
            aria-label={`Compare with ${title}, ${when}`}
            onChange={() => void toggleComparison(run).catch(reportFailure)}
          />
        </Tooltip>
      )}
      {status === 'interrupted' || status === 'failed' ? (
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={busy}
          leftSection={<IconPlayerTrackNext size={12} aria-hidden="true" />}
          onClick={() => void open(resumeInterrupted).catch(reportFailure)}
        >
          Continue
        </Button>
      ) : (
        <Tooltip label={shown ? 'This run is shown' : 'Show its charts and results'}>
          <ActionIcon
            variant="subtle"
            size={24}
            disabled={busy || shown}
            aria-label={`Show ${title}, ${when}`}
            onClick={() => void open(watch).catch(reportFailure)}
          >
            <IconChartLine size={15} aria-hidden="true" />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}
