import { ActionIcon, Button, Checkbox, Menu, Text, Tooltip } from '@mantine/core';
import { IconChartLine, IconDots, IconPlayerTrackNext } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { formatBytes, formatPercent, formatPlural } from '#shared/core/format.ts';
import type { RunSummary } from '#shared/protocol/run.ts';
import { emptyBin, removeRun } from '#renderer/panels/past-runs/bin.tsx';
import { openGraph } from '#renderer/panels/past-runs/open-graph.ts';
import { useNow } from '#renderer/panels/past-runs/now.ts';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';
import { projectTitle, useDocument } from '#renderer/store/document.ts';
import { host } from '#renderer/platform/host.ts';
import { toggleComparison, useComparison } from '#renderer/store/comparison.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { isActive, knownRun } from '#renderer/store/run-state.ts';
import { followRuns, renameRun, useRuns } from '#renderer/store/runs.ts';
import { useRun } from '#renderer/store/run.ts';
import { TitleInput } from '#renderer/ui/title-input.tsx';
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
  const bin = useRuns((store) => store.bin);
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
      {bin.runs > 0 && (
        <p className={classes['bin']}>
          {formatPlural(bin.runs, 'run')} in the bin, {formatBytes(bin.bytes)}.
          <Button variant="subtle" size="compact-xs" onClick={() => void emptyBin().catch(reportFailure)}>
            Delete for good…
          </Button>
        </p>
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
  const here = useDocument(({ document, path }) => projectTitle(document.title, path));
  const open = async (then: (run: string) => Promise<void>): Promise<void> => {
    // What another project learned has no place on this one's canvas.
    if ((withGraph || title !== here) && !(await openGraph(run))) return;
    useInterface.setState({ view: 'canvas' });
    await then(run);
  };
  const [wished, setWished] = useState(false);
  const [naming, setNaming] = useState(false);
  const watch = useRun((store) => store.watch);
  const resumeInterrupted = useRun((store) => store.resumeInterrupted);
  const when = startedWords(started, useNow());
  return (
    <li className={classes['run']} aria-current={shown ? 'true' : undefined}>
      <span className={classes['dot']} data-status={status} />
      <span className={classes['title']}>
        {naming ? (
          <TitleInput
            title={summary.name ?? title}
            onFinish={(name) => {
              setNaming(false);
              if (name !== undefined) void renameRun(run, name === title ? '' : name).catch(reportFailure);
            }}
          />
        ) : (
          (summary.name ?? (title === '' ? 'Untitled' : title))
        )}
        <span className={classes['facts']}>
          {summary.name !== undefined && `${title} · `}
          {when} · {formatPlural(summary.classes, 'class', 'classes')} · {deviceWords(device)} · {statusWords[status]}
        </span>
        {summary.changes !== undefined && (
          <span className={classes['facts']} title={summary.changes.join('\n')}>
            {summary.changes.length === 0 ? 'as the run before' : summary.changes.join(' · ')}
          </span>
        )}
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
      <Menu
        position="bottom-end"
        shadow="md"
        // While the menu goes it holds the focus, which the title needs.
        transitionProps={{
          onExited: () => {
            if (wished) setNaming(true);
            setWished(false);
          },
        }}
      >
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={24} aria-label={`More of ${summary.name ?? title}, ${when}`}>
            <IconDots size={15} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setWished(true)}>Rename</Menu.Item>
          <Menu.Item onClick={() => void host.app.reveal({ path: run }).catch(reportFailure)}>
            Show its folder
          </Menu.Item>
          <Menu.Item
            disabled={shown || status === 'running'}
            onClick={() => void removeRun(summary).catch(reportFailure)}
          >
            Move to the bin
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
