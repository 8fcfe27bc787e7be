import { useDocument } from '#renderer/store/document.ts';
import { formatRate } from '#shared/core/format.ts';
import { scheduleCurve } from '#renderer/ui/schedule-curve.ts';
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
        class weights <b>{String(parameters['classWeights'])}</b>
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

const scheduleNames: Readonly<Record<string, string>> = {
  constant: 'Constant rate',
  cosine: 'Cosine from the peak',
  step: 'Steps down from the peak',
  'one-cycle': 'One cycle',
  'multi-step': 'Steps down at given epochs',
  exponential: 'Exponential from the peak',
  polynomial: 'Polynomial from the peak',
  'cosine-restarts': 'Cosine from the peak, again and again',
  plateau: 'The peak, down when validation stalls',
};

export function ScheduleCard({ parameters }: CardProps) {
  const epochs = useDocument((state) => {
    const training = state.document.nodes.find(({ kind }) => kind === 'training');
    return Number(training?.parameters['epochs'] ?? 30);
  });
  return (
    <>
      <Figure>
        <Sparkline
          values={scheduleCurve(parameters, epochs)}
          color="var(--socket-update)"
          label={`Learning rate over the run: ${scheduleNames[String(parameters['kind'])] ?? ''}`}
        />
      </Figure>
    </>
  );
}
