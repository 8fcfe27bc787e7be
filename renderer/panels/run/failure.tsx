import { Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Problem } from '#shared/messages/error.ts';
import { useDocument } from '#renderer/store/document.ts';
import { select, useInterface } from '#renderer/store/interface.ts';
import type { KnownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from '#renderer/panels/run/run.module.css';

interface Props {
  readonly problem: Problem;
  readonly known: KnownRun | undefined;
}

/** Why the run ended, what helps, and the way there. */
export function Failure({ problem, known }: Props) {
  const hasNode = useDocument((store) => store.document.nodes.some((node) => node.id === problem.node));
  const showNode = (): void => {
    if (problem.node === undefined) return;
    useInterface.setState({ view: 'canvas' });
    select([problem.node]);
  };
  return (
    <div className={classes['failure']} role="alert">
      <IconAlertTriangle size={18} color="var(--graft-bad)" aria-hidden="true" />
      <div style={{ flex: 1 }}>
        <p>
          <strong>{problem.message}</strong>
        </p>
        <p>{problem.remedy}</p>
      </div>
      <Group gap="xs">
        {hasNode && (
          <Button variant="default" onClick={showNode}>
            Show the node
          </Button>
        )}
        {known !== undefined && known.record.steps.step.length > 0 && (
          <Button variant="default" onClick={() => void useRun.getState().resumeInterrupted(known.plan.run)}>
            Continue from the last checkpoint
          </Button>
        )}
      </Group>
    </div>
  );
}
