import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { GraftDocument } from '#shared/document/model.ts';
import { isNotice } from '#shared/messages/notices.ts';
import type { Facts } from '#shared/nodes/facts.ts';
import { RunsList } from '#renderer/panels/past-runs/runs-list.tsx';
import { useDerived } from '#renderer/store/derived.ts';
import { useDocument } from '#renderer/store/document.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { useRun } from '#renderer/store/run.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import { formatBytes, formatDuration, formatPlural } from '#shared/core/format.ts';
import classes from '#renderer/panels/run/run.module.css';

/** Before the first run: what Train will do and what it will cost, and the runs there have been. */
export function BeforeRun() {
  const facts = useFacts((store) => store.facts);
  const reading = useFacts((store) => store.loading);
  const chosen = useDocument((store) => hasFolder(store.document));
  const forecasting = useFacts((store) => store.forecasting);
  // What is wrong with the project stands in its own place, and leaves nothing to be forecast.
  const isSound = useDerived((store) => store.problems.every(isNotice));
  const starting = useRun((store) => store.state.phase === 'starting');
  return (
    <div className={classes['before']}>
      <div>
        <h3>What Train does</h3>
        <p>{forecastSentence(facts, chosen ? (reading ? 'reading' : 'refused') : 'none')}</p>
        {facts.forecast !== undefined && (
          <dl className={classes['forecast']}>
            <div>
              <dt>Time per epoch</dt>
              <dd>{formatDuration(facts.forecast.secondsPerEpoch)}</dd>
            </div>
            {!facts.forecast.cached && facts.forecast.cacheSeconds > 0 && (
              <div>
                <dt>Features, once</dt>
                <dd>{formatDuration(facts.forecast.cacheSeconds)}</dd>
              </div>
            )}
            <div>
              <dt>Cache on disk</dt>
              <dd>{formatBytes(facts.forecast.cacheBytes)}</dd>
            </div>
            <div>
              <dt>Memory</dt>
              <dd>{formatBytes(facts.forecast.memoryBytes)}</dd>
            </div>
          </dl>
        )}
        {forecasting === true && !starting && <Waiting>Measuring how long it will take…</Waiting>}
        {typeof forecasting === 'object' && isSound && (
          <Alert icon={<IconAlertTriangle size={18} />} color="yellow" title="How long it will take is not known">
            {forecasting.message} {forecasting.remedy}
          </Alert>
        )}
        {starting && <Waiting>Preparing the run…</Waiting>}
      </div>
      <RunsList />
    </div>
  );
}

function hasFolder(document: GraftDocument): boolean {
  return document.nodes.some(({ kind, parameters }) => kind === 'image-folder' && Boolean(parameters['path']));
}

/** What a run of the present document does first, in words. */
function forecastSentence({ dataset, forecast }: Facts, folder: 'none' | 'reading' | 'refused'): string {
  if (dataset === undefined) {
    if (folder === 'reading') return 'Reading the folder of pictures…';
    if (folder === 'refused')
      return 'The folder of pictures cannot be trained on yet; the problem above says what helps.';
    return 'Choose a folder of pictures on the Photos node; then its loss and accuracy are drawn here while it trains.';
  }
  const photos = `${formatPlural(dataset.train, 'photo')} in ${formatPlural(dataset.classes.length, 'class', 'classes')}`;
  const held = `${formatPlural(dataset.validation, 'photo')} it has never seen`;
  if (forecast === undefined) return `It learns from ${photos} and is tested after every epoch on ${held}.`;
  if (forecast.cached) {
    return `The frozen layers’ features of ${photos} are already on disk, so it starts at once. After every epoch it is tested on ${held}.`;
  }
  if (forecast.cacheBytes > 0) {
    const all = formatPlural(dataset.train + dataset.validation, 'photo');
    return `First the frozen layers look once at all ${all} and their features are kept on disk. Then the rest learns from ${photos} and is tested after every epoch on ${held}.`;
  }
  return `It learns from ${photos}, read anew in every epoch, and is tested after each on ${held}.`;
}
