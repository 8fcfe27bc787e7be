import { Button, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronUp,
  IconCircleCheck,
  IconInfoCircle,
} from '@tabler/icons-react';
import { useState } from 'react';
import { disconnect } from '#shared/document/edits.ts';
import { wireId } from '#shared/document/model.ts';
import type { Problem } from '#shared/messages/error.ts';
import { isNotice } from '#shared/messages/notices.ts';
import { formatCount, formatPlural } from '#shared/core/format.ts';
import { fit, focusCanvas } from '#renderer/canvas/navigator.ts';
import { isSameWork } from '#renderer/store/changes.ts';
import { useDerived } from '#renderer/store/derived.ts';
import { edit, useDocument } from '#renderer/store/document.ts';
import { select } from '#renderer/store/interface.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from './problems-strip.module.css';

function show({ node, wire }: Problem): void {
  if (node !== undefined) {
    fit([node]);
    focusCanvas(node);
  }
  if (wire !== undefined) select([], [wire]);
  else if (node !== undefined) select([node]);
}

/** Takes away a wire that leads nowhere, also one that has no card to be drawn at. */
function deleteWire(id: string): void {
  edit((document) =>
    disconnect(
      document,
      document.wires.filter((wire) => wireId(wire) === id),
    ),
  );
}

/** What keeps the graph from training, in words; or that nothing does, and what there is to know all the same. */
export function ProblemsStrip() {
  const problems = useDerived((state) => state.problems);
  const [open, setOpen] = useState(false);
  const [first] = problems;
  const faults = problems.filter((problem) => !isNotice(problem)).length;
  const counts = [
    ...(faults > 0 ? [formatPlural(faults, 'problem')] : []),
    ...(problems.length > faults ? [formatPlural(problems.length - faults, 'note')] : []),
  ];
  return (
    <section className={classes['strip']} aria-label="Problems">
      {first === undefined ? (
        <NoProblems />
      ) : (
        <>
          {open && <ProblemList problems={problems} />}
          <div className={classes['row']}>
            <UnstyledButton
              className={classes['count']}
              data-tone={faults > 0 ? undefined : 'note'}
              aria-expanded={open}
              onClick={() => setOpen((before) => !before)}
            >
              {faults > 0 ? (
                <IconAlertTriangle size={14} aria-hidden="true" />
              ) : (
                <IconInfoCircle size={14} aria-hidden="true" />
              )}
              {counts.join(', ')}
              {open ? <IconChevronDown size={14} aria-hidden="true" /> : <IconChevronUp size={14} aria-hidden="true" />}
            </UnstyledButton>
            {!open && <ProblemLine problem={first} />}
          </div>
        </>
      )}
    </section>
  );
}

function NoProblems() {
  const nodes = useDocument((state) => state.document.nodes.length);
  const plan = useRun(({ state }) => knownRun(state)?.plan.summary);
  const startedWith = useRun((store) => store.startedWith);
  const isOfThis = useDocument(({ document }) => startedWith !== undefined && isSameWork(startedWith, document));
  const words = nodes === 0 ? 'Nothing here yet' : `No problems · ${formatPlural(nodes, 'node')}`;
  return (
    <div className={classes['row']} role="status">
      {nodes > 0 && <IconCircleCheck size={14} className={classes['good']} aria-hidden="true" />}
      <span className={classes['quiet']}>
        {words}
        {plan === undefined || !isOfThis ? '' : ` · plan: ${plan}`}
      </span>
    </div>
  );
}

function ProblemLine({ problem }: { readonly problem: Problem }) {
  const { wire } = problem;
  return (
    <>
      <UnstyledButton
        className={classes['problem']}
        disabled={problem.node === undefined && wire === undefined}
        onClick={() => show(problem)}
      >
        <span>{problem.message}</span> <span className={classes['remedy']}>{problem.remedy}</span>
      </UnstyledButton>
      {wire !== undefined && (
        <Button variant="subtle" size="compact-xs" style={{ flexShrink: 0 }} onClick={() => deleteWire(wire)}>
          Delete the wire
        </Button>
      )}
    </>
  );
}

/** Nobody reads as many, and a browser takes seconds to draw thousands. */
const mostListed = 200;

function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <ul className={classes['list']}>
      {problems.slice(0, mostListed).map((problem, index) => (
        <li key={`${problem.code}-${problem.node ?? ''}-${index}`}>
          <ProblemLine problem={problem} />
        </li>
      ))}
      {problems.length > mostListed && (
        <li className={classes['more']}>and {formatCount(problems.length - mostListed)} more, once these are solved</li>
      )}
    </ul>
  );
}
