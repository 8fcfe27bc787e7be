import { ActionIcon, Button } from '@mantine/core';
import { IconBulb, IconChevronRight } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { advise } from '#shared/advice/advice.ts';
import type { NextStep as Step, Sample } from '#shared/advice/rule.ts';
import { isSet } from '#shared/advice/settings.ts';
import type { Evaluation } from '#shared/protocol/run.ts';
import { useDocument } from '#renderer/store/document.ts';
import { applySettings } from '#renderer/store/edits.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from './results.module.css';

interface Props {
  readonly evaluation: Evaluation;
  readonly onShow: (title: string, samples: readonly Sample[]) => void;
}

/** What to do next, in one sentence with one button; other advice follows on request. */
export function NextStep({ evaluation, onShow }: Props) {
  const known = knownRun(useRun((store) => store.state));
  const document = useRun((store) => store.startedWith);
  const dataset = useFacts((store) => store.facts.dataset);
  const [place, setPlace] = useState(0);
  const advice = useMemo(() => {
    if (!known || !document) return [];
    // Of the run's own data: another folder may be on the canvas by now.
    const isSame = dataset?.classes.map(({ name }) => name).join('\n') === evaluation.classes.join('\n');
    return advise({
      document,
      evaluation,
      epochs: known.record.epochs,
      planned: known.plan.epochs,
      taught: isSame ? dataset.classes.map(({ train }) => train) : undefined,
    });
  }, [known, document, dataset, evaluation]);
  const shown = advice[place % Math.max(1, advice.length)];
  if (!shown) return null;
  return (
    <div className={classes['nextStep']} role="note" aria-label="What to do next">
      <IconBulb size={14} aria-hidden="true" />
      <span>{shown.sentence}</span>
      <StepButton step={shown.step} onShow={onShow} />
      {advice.length > 1 && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={20}
          aria-label={`More advice: ${(place % advice.length) + 1} of ${advice.length}`}
          title={`${(place % advice.length) + 1} of ${advice.length}`}
          onClick={() => setPlace(place + 1)}
        >
          <IconChevronRight size={14} />
        </ActionIcon>
      )}
    </div>
  );
}

function StepButton({ step, onShow }: { readonly step: Step; readonly onShow: Props['onShow'] }) {
  const isDone = useDocument((store) => step.type === 'set' && isSet(store.document, step.settings));
  const start = useRun((store) => store.start);
  const press = (): void => {
    if (step.type === 'show') onShow(step.title, step.samples);
    else if (step.type === 'try') useInterface.setState({ runTab: 'try' });
    else if (isDone) void start();
    else applySettings(step.settings);
  };
  return (
    <Button variant="light" size="compact-xs" onClick={press} style={{ flexShrink: 0 }}>
      {isDone ? 'Set. Train again' : step.label}
    </Button>
  );
}
