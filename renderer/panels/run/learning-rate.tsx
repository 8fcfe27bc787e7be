import { Button, Popover, SegmentedControl, Text } from '@mantine/core';
import { useMemo } from 'react';
import { later } from '#renderer/ui/later.tsx';
import { learningRate } from '#renderer/store/run-progress.ts';
import { isActive, knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { formatBriefly } from '#renderer/charts/format.ts';
import chartClasses from '#renderer/charts/charts.module.css';

const RateChart = later(async () => (await import('#renderer/charts/rate-chart.tsx')).RateChart);

/** What the scheduled rate can be multiplied with while the run goes on. */
const factors = [0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

/** The rate of the last step; opens its curve and the means to change it while the run goes on. */
export function LearningRate() {
  const state = useRun((store) => store.state);
  const factor = useRun((store) => store.factor);
  const rate = learningRate(state);
  const known = knownRun(state);
  const charted = useMemo(() => known && { record: known.record, stepsPerEpoch: known.plan.stepsPerEpoch }, [known]);
  if (rate === undefined || charted === undefined) return null;
  return (
    <Popover position="top-end" width={380} withArrow trapFocus>
      <Popover.Target>
        <Button variant="default" className="tabular">
          Learning rate{isActive(state) && ` ${formatBriefly(rate)}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Learning rate">
        <div className={chartClasses['charts']} style={{ height: 150 }}>
          <RateChart charted={charted} />
        </div>
        {isActive(state) && (
          <>
            <Text size="sm" mt="sm" mb={4}>
              Multiply the schedule from the next step on
            </Text>
            <SegmentedControl
              fullWidth
              aria-label="Factor on the scheduled learning rate"
              data={factors.map((value) => ({ value: String(value), label: `×${value}` }))}
              value={String(factor)}
              onChange={(value) => void useRun.getState().setLearningRateFactor(Number(value))}
            />
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
