import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { findNode } from '#shared/document/graph.ts';
import type { Problem } from '#shared/messages/error.ts';
import classes from '#renderer/panels/run/run.module.css';
import { useDocument } from '#renderer/store/document.ts';
import { select, useInterface } from '#renderer/store/interface.ts';
import type { NoteEvent } from '#renderer/store/run-record.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { formatPlural } from '#shared/core/format.ts';

/** Under the run bar: a command that was refused, and the last thing the run said that did not end it. */
export function Notices() {
  const refusal = useRun((store) => store.refusal);
  const dismissRefusal = useRun((store) => store.dismissRefusal);
  const notes = useRun((store) => knownRun(store.state)?.record.notes);
  const warnings = useMemo(() => notes?.filter(isWarning) ?? [], [notes]);
  const warning = warnings.at(-1);
  const [dismissed, setDismissed] = useState<NoteEvent>();
  return (
    <>
      {refusal !== undefined && <Notice problem={refusal} onDismiss={dismissRefusal} />}
      {warning !== undefined && warning !== dismissed && (
        <Notice problem={warning} more={warnings.length - 1} onDismiss={() => setDismissed(warning)} />
      )}
    </>
  );
}

function isWarning(note: NoteEvent): note is Extract<NoteEvent, { event: 'warning' }> {
  return note.event === 'warning';
}

interface NoticeProps {
  readonly problem: Problem;
  /** Warnings before this one, which the log has. */
  readonly more?: number;
  readonly onDismiss: () => void;
}

function Notice({ problem, more = 0, onDismiss }: NoticeProps) {
  const { node } = problem;
  const isHere = useDocument((store) => node !== undefined && findNode(store.document, node) !== undefined);
  return (
    <div className={classes['refusal']} role="alert">
      {problem.message} {problem.remedy}
      {isHere && node !== undefined && (
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => {
            useInterface.setState({ view: 'canvas' });
            select([node]);
          }}
        >
          Show the node
        </Button>
      )}
      {more > 0 && ` ${formatPlural(more, 'more warning')} in the log.`}
      <ActionIcon variant="subtle" color="gray" size={18} aria-label="Dismiss" onClick={onDismiss}>
        <IconX size={12} aria-hidden="true" />
      </ActionIcon>
    </div>
  );
}
