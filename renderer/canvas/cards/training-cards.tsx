import { useMemo } from 'react';
import { useDocument } from '#renderer/store/document.ts';
import { formatRate } from '#shared/core/format.ts';
import { isActive } from '#renderer/store/run-state.ts';
import { progress } from '#renderer/store/run-progress.ts';
import { useRun } from '#renderer/store/run.ts';
import { choiceWords } from '#renderer/ui/choice-words.ts';
import { plannedEpochs, scheduleCurve } from '#renderer/ui/schedule-curve.ts';
import { Sparkline } from '#renderer/ui/sparkline.tsx';
import { Figure, Large, Line } from './card-parts.tsx';
import type { CardProps } from './card-props.ts';

export function LossCard({ parameters }: CardProps) {
  return (
    <>
      <Line>
        {parameters['kind'] === 'focal' ? 'focus' : 'label smoothing'}{' '}
        <b>{String(parameters[parameters['kind'] === 'focal' ? 'gamma' : 'labelSmoothing'])}</b>
      </Line>
      <Line>
        class weights <b>{choiceWords('loss', 'classWeights', parameters).toLowerCase()}</b>
      </Line>
    </>
  );
}

export function OptimizerCard({ parameters }: CardProps) {
  return (
    <Line>
      <Large>{formatRate(Number(parameters['learningRate']))}</Large> peak learning rate
    </Line>
  );
}

export function ScheduleCard({ parameters }: CardProps) {
  const epochs = useDocument(({ document }) => plannedEpochs(document));
  const done = useRun(({ state }) => (isActive(state) ? progress(state) : undefined));
  const values = useMemo(() => scheduleCurve(parameters, epochs), [parameters, epochs]);
  return (
    <Figure>
      <Sparkline
        values={values}
        range={[0, 1]}
        marked={done === undefined ? undefined : Math.round(done * (values.length - 1))}
        color="var(--socket-update)"
        label={`Learning rate over the run: ${choiceWords('schedule', 'kind', parameters)}`}
      />
    </Figure>
  );
}
