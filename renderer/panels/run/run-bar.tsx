import { Button, Progress, Tooltip, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconPackageExport,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
} from '@tabler/icons-react';
import type { Action } from '#renderer/actions/action.ts';
import { pauseRun } from '#renderer/actions/pause-run.ts';
import { shortcutKeys, shortcutsOf } from '#renderer/actions/shortcut.ts';
import { stopRun } from '#renderer/actions/stop-run.ts';
import { train } from '#renderer/actions/train.ts';
import { ExportDialog } from '#renderer/panels/results/export-dialog.tsx';
import { Notices } from '#renderer/panels/run/notices.tsx';
import { LearningRate } from '#renderer/panels/run/learning-rate.tsx';
import { RunStatus, statusSentence } from '#renderer/panels/run/run-status.tsx';
import { useDocument } from '#renderer/store/document.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { dataWait, progress, samplesPerSecond, secondsLeft } from '#renderer/store/run-progress.ts';
import { isActive, knownRun, type RunState } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { deviceWords } from '#renderer/ui/device-words.ts';
import { waitRemedy } from '#shared/protocol/data-wait.ts';
import { formatCount, formatDuration, formatPercent } from '#shared/core/format.ts';
import classes from '#renderer/panels/run/run.module.css';

const iconSize = 14;

/** Starts and steers the run, and says how far it is. */
/** What the bar counts, where that is not training. */
const progressLabels: Partial<Record<RunState['phase'], string>> = {
  caching: 'Features computed',
  tuning: 'Gradients measured',
};

export function RunBar() {
  const state = useRun((store) => store.state);
  const [exporting, exportDialog] = useDisclosure();
  const active = isActive(state);
  const speed = samplesPerSecond(state);
  const wait = dataWait(state);
  const startedWith = useRun((store) => store.startedWith);
  const isUnchanged = useDocument((store) => store.document === startedWith);
  const forecast = useFacts(({ facts }) => (isUnchanged ? facts.forecast?.secondsPerEpoch : undefined));
  const left = secondsLeft(state, forecast);
  const device = knownRun(state)?.plan.device;
  return (
    <>
      <div className={classes['bar']}>
        <Commands state={state} />
        <RunStatus state={state} />
        {active && (
          <Progress
            className={classes['progress'] ?? ''}
            value={100 * progress(state)}
            size={6}
            transitionDuration={0}
            aria-label={progressLabels[state.phase] ?? 'Training done'}
            striped={state.phase === 'starting'}
          />
        )}
        {active && left !== undefined && (
          <span className={classes['status']}>
            <span className={classes['left']}>{left < 1 ? 'under 1 s' : formatDuration(left)}</span> left
          </span>
        )}
        {active && state.phase !== 'caching' && state.phase !== 'tuning' && speed !== undefined && (
          <span className={classes['speed']}>
            {formatCount(speed)} photos/s{device === undefined ? '' : ` on ${deviceWords(device)}`}
          </span>
        )}
        {active && state.phase !== 'caching' && wait !== undefined && (
          <Tooltip label={waitRemedy} multiline w={280}>
            <span className={classes['wait']}>
              waiting for photos: {formatPercent(wait, 0)} of the time
              <VisuallyHidden>. {waitRemedy}</VisuallyHidden>
            </span>
          </Tooltip>
        )}
        <LearningRate />
        <Tooltip label={state.phase === 'done' ? 'Write the best model to a file and check it' : 'Train first'}>
          <Button
            variant="default"
            leftSection={<IconPackageExport size={iconSize} aria-hidden="true" />}
            disabled={state.phase !== 'done'}
            onClick={exportDialog.open}
          >
            Export…
          </Button>
        </Tooltip>
        <VisuallyHidden role="status">{statusSentence(state)}</VisuallyHidden>
      </div>
      <Notices />
      {exporting && <ExportDialog onClose={exportDialog.close} />}
    </>
  );
}

function Commands({ state }: { readonly state: RunState }) {
  const own = useEnvironment((store) => store.settings.shortcuts);
  const keysOf = (action: Action): string => {
    const shortcut = shortcutsOf(action, own)[0];
    return shortcut === undefined ? '' : `(${shortcutKeys(shortcut).join('+')})`;
  };
  const start = useRun((store) => store.start);
  const pause = useRun((store) => store.pause);
  const resume = useRun((store) => store.resume);
  const stop = useRun((store) => store.stop);
  if (!isActive(state)) {
    return (
      <Tooltip label={`Train on the photos ${keysOf(train)}`}>
        <Button leftSection={<IconPlayerPlayFilled size={iconSize} aria-hidden="true" />} onClick={() => void start()}>
          {state.phase === 'idle' ? 'Train' : 'Train again'}
        </Button>
      </Tooltip>
    );
  }
  const steerable = state.phase === 'running' || state.phase === 'paused';
  return (
    <>
      {state.phase === 'paused' ? (
        <Tooltip label={`Go on ${keysOf(pauseRun)}`}>
          <Button
            leftSection={<IconPlayerPlayFilled size={iconSize} aria-hidden="true" />}
            onClick={() => void resume()}
          >
            Resume
          </Button>
        </Tooltip>
      ) : (
        <Tooltip label={`Pause after this step ${keysOf(pauseRun)}`}>
          <Button
            leftSection={<IconPlayerPauseFilled size={iconSize} aria-hidden="true" />}
            disabled={!steerable}
            onClick={() => void pause()}
          >
            Pause
          </Button>
        </Tooltip>
      )}
      <Tooltip label={`Stop and keep the best model ${keysOf(stopRun)}`}>
        <Button
          variant="default"
          leftSection={<IconPlayerStopFilled size={iconSize} aria-hidden="true" />}
          disabled={state.phase === 'stopping' || state.phase === 'evaluating' || state.phase === 'starting'}
          onClick={() => void stop()}
        >
          Stop
        </Button>
      </Tooltip>
    </>
  );
}
