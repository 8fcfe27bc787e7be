import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Problem } from '#shared/messages/error.ts';
import classes from '#renderer/panels/run/run.module.css';
import type { NoteEvent } from '#renderer/store/run-record.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';

/** Under the run bar: a command that was refused, and the last thing the run said that did not end it. */
export function Notices() {
  const refusal = useRun((store) => store.refusal);
  const dismissRefusal = useRun((store) => store.dismissRefusal);
  const warning = useRun((store) => knownRun(store.state)?.record.notes.findLast(isWarning));
  const [dismissed, setDismissed] = useState<NoteEvent>();
  return (
    <>
      {refusal !== undefined && <Notice problem={refusal} onDismiss={dismissRefusal} />}
      {warning !== undefined && warning !== dismissed && (
        <Notice problem={warning} onDismiss={() => setDismissed(warning)} />
      )}
    </>
  );
}

function isWarning(note: NoteEvent): note is Extract<NoteEvent, { event: 'warning' }> {
  return note.event === 'warning';
}

function Notice({ problem, onDismiss }: { readonly problem: Problem; readonly onDismiss: () => void }) {
  return (
    <div className={classes['refusal']} role="alert">
      {problem.message} {problem.remedy}
      <ActionIcon variant="subtle" color="gray" size={18} aria-label="Dismiss" onClick={onDismiss}>
        <IconX size={12} aria-hidden="true" />
      </ActionIcon>
    </div>
  );
}
