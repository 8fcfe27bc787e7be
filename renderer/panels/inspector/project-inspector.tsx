import { TextInput } from '@mantine/core';
import { formatBytes, formatCount, formatDuration } from '#shared/core/format.ts';
import { edit, useDocument } from '#renderer/store/document.ts';
import { useDerived } from '#renderer/store/derived.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { Figures } from './figures.tsx';
import classes from './inspector.module.css';

/** The whole project, while no node is selected. */
export function ProjectInspector() {
  const title = useDocument((state) => state.document.title);
  const model = useDerived((state) => state.live.model);
  const forecast = useFacts((state) => state.facts.forecast);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Classes', model.classes === undefined ? undefined : formatCount(model.classes)],
    ['Trained parameters', model.trainedParameters === undefined ? undefined : formatCount(model.trainedParameters)],
    ['Frozen parameters', model.frozenParameters === undefined ? undefined : formatCount(model.frozenParameters)],
    ['Steps per epoch', model.stepsPerEpoch === undefined ? undefined : formatCount(model.stepsPerEpoch)],
    ['Cache', model.cacheBytes === undefined ? undefined : `${formatBytes(model.cacheBytes)} on disk`],
    ['Memory', forecast && formatBytes(forecast.memoryBytes)],
    ['Time per epoch', forecast && formatDuration(forecast.secondsPerEpoch)],
  ];
  return (
    <>
      <h2 className={classes['title']}>Project</h2>
      <p className={classes['summary']}>Select a node to see its settings, numbers and help.</p>
      <TextInput
        label="Title"
        value={title}
        placeholder="Untitled"
        onChange={(event) => {
          const next = event.target.value;
          edit((document) => ({ ...document, title: next }), 'project.title');
        }}
      />
      <Figures figures={rows.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))} />
    </>
  );
}
