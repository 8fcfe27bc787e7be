interface Props {
  readonly values: readonly number[];
  readonly color: string;
  readonly label: string;
  readonly height?: number;
  /** Values at the bottom and at the top; those of the curve when absent. */
  readonly range?: readonly [bottom: number, top: number];
  /** Marks one value with a dot. */
  readonly marked?: number | undefined;
}

const width = 216;
const padding = 4;

/** A curve without axes, for a card. Not-finite values are gaps. */
export function Sparkline({ values, color, label, height = 48, range, marked }: Props) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = range ?? [Math.min(...finite), Math.max(...finite)];
  const span = high - low || 1;
  const x = (index: number): number => padding + (index / Math.max(1, values.length - 1)) * (width - 2 * padding);
  const y = (value: number): number => height - padding - ((value - low) / span) * (height - 2 * padding);
  const points = values.flatMap((value, index) => (Number.isFinite(value) ? [`${x(index)},${y(value)}`] : []));
  const at = marked === undefined ? undefined : values[marked];
  return (
    <svg width="100%" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polyline points={points.join(' ')} fill="none" stroke={color} strokeWidth={1.75} strokeLinejoin="round" />
      {marked !== undefined && at !== undefined && (
        <circle cx={x(marked)} cy={y(at)} r={4} fill="var(--graft-accent)" />
      )}
    </svg>
  );
}
