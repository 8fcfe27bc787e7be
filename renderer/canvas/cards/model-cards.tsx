import { useFacts } from '#renderer/store/facts.ts';
import { formatCount, formatShortCount } from '#shared/core/format.ts';
import { stageParameters } from '#renderer/ui/freeze.ts';
import { Figure, Large, Line } from './card-parts.tsx';
import type { CardProps } from './card-props.ts';

const height = 48;

/** The backbone's stages as bars, as tall as the logarithm of their parameters. */
export function BackboneCard() {
  const backbone = useFacts((state) => state.facts.backbone);
  if (backbone === undefined) return <Line>Not read yet</Line>;
  const counts = stageParameters(backbone);
  const largest = Math.log(Math.max(2, ...counts.map((count) => count + 1)));
  const width = 100 / Math.max(1, counts.length);
  const [channels, high, wide] = backbone.input;
  return (
    <>
      <Figure label={`${counts.length} stages`}>
        <svg width="100%" height={height}>
          {counts.map((count, index) => {
            const tall = Math.max(4, (Math.log(count + 1) / largest) * height);
            return (
              <rect
                key={backbone.stages[index]?.stage}
                x={`${index * width}%`}
                width={`${width * 0.86}%`}
                y={height - tall}
                height={tall}
                rx={3}
                fill="var(--socket-features)"
                opacity={0.35 + (0.6 * (index + 1)) / counts.length}
              />
            );
          })}
        </svg>
      </Figure>
      <Line>
        {high}×{wide}×{channels} → <b>{backbone.features.join('×')}</b> features
      </Line>
      <Line>
        <b>{formatShortCount(backbone.parameters)}</b> parameters
        {backbone.license === undefined ? '' : ` · ${backbone.license}`}
      </Line>
    </>
  );
}

export function HeadCard({ parameters }: CardProps) {
  const classes = useFacts((state) => state.facts.dataset?.classes.length);
  const hidden = parameters['hidden'] as readonly number[];
  const layers = [...hidden, 'linear'].join(' → ');
  return (
    <>
      <Line>
        dropout <b>{String(parameters['dropout'])}</b> → {layers}
      </Line>
      {classes !== undefined && (
        <Line>
          <Large>{formatCount(classes)}</Large> classes, from the data
        </Line>
      )}
    </>
  );
}
