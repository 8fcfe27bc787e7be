/** A run's log in plain words, one line an event. Pure. */
import { assertNever } from '#shared/core/assert-never.ts';
import { noticeableWait } from '#shared/protocol/data-wait.ts';
import { formatLoss } from '#renderer/charts/format.ts';
import { formatDuration, formatPercent, formatPlural, formatShortCount } from '#shared/core/format.ts';
import { deviceWords } from '#renderer/ui/device-words.ts';
import type { DoneEvent, NoteEvent, PlanEvent } from '#renderer/store/run-record.ts';

export interface LogLine {
  readonly text: string;
  /** What can be done about it. */
  readonly remedy?: string;
  readonly tone: 'plain' | 'good' | 'warning' | 'bad';
}

export function logLines(notes: readonly NoteEvent[]): LogLine[] {
  return notes.flatMap(linesOf);
}

function linesOf(note: NoteEvent): LogLine[] {
  switch (note.event) {
    case 'plan':
      return planLines(note);
    case 'cache':
      return [plain(`Features computed for ${note.done} of ${formatPlural(note.total, 'photo')}.`)];
    case 'tuning':
      return [plain(`Tuned to this machine: ${note.done} of ${formatPlural(note.total, 'gradient')} measured.`)];
    case 'epoch': {
      const wait = noticeableWait(note);
      const text =
        `Epoch ${note.epoch}: training loss ${formatLoss(note.train.loss)} (${formatPercent(note.train.accuracy)} right), ` +
        `validation loss ${formatLoss(note.validation.loss)} (${formatPercent(note.validation.accuracy)} right).` +
        (note.best ? ' Best so far.' : '') +
        (wait === undefined ? '' : ` Waiting for photos took ${formatPercent(wait, 0)} of the time.`);
      return [{ text, tone: note.best ? 'good' : 'plain' }];
    }
    case 'test':
      return [
        plain(`On ${formatPlural(note.samples, 'test photo')}, looked at once: ${formatPercent(note.accuracy)} right.`),
      ];
    case 'state':
      return [plain(stateSentences[note.state])];
    case 'warning':
      return [{ text: note.message, remedy: note.remedy, tone: 'warning' }];
    case 'done':
      return [{ text: `${outcomeSentence(note)} The model of epoch ${note.best.epoch} is kept.`, tone: 'good' }];
    case 'error':
      return [{ text: note.message, remedy: note.remedy, tone: 'bad' }];
    default:
      return assertNever(note);
  }
}

function planLines(plan: PlanEvent): LogLine[] {
  const first =
    `${formatPlural(plan.classes.length, 'class', 'classes')}, ${formatPlural(plan.samples.train, 'training photo')}, ` +
    `${formatPlural(plan.samples.validation, 'validation photo')}; ${formatShortCount(plan.parameters.trainable)} parameters ` +
    `trained, ${formatShortCount(plan.parameters.frozen)} frozen; on ${deviceWords(plan.device)}` +
    `${plan.cached ? ', features from the cache' : ''}.`;
  return [
    plain(first),
    plain(plan.summary),
    ...plan.unreadable.map(({ path, reason }): LogLine => ({ text: `Left out ${path}: ${reason}`, tone: 'warning' })),
  ];
}

/** Why and after how long a run ended. */
export function outcomeSentence({ reason, seconds }: DoneEvent): string {
  const after = `after ${formatDuration(seconds)}`;
  switch (reason) {
    case 'epochs':
      return `Finished all epochs ${after}.`;
    case 'early-stop':
      return `Stopped early ${after}: the validation loss no longer improved.`;
    case 'loss-threshold':
      return `Stopped ${after}: the training loss is below its threshold.`;
    case 'stopped':
      return `Stopped by you ${after}.`;
    default:
      return assertNever(reason);
  }
}

const stateSentences = {
  running: 'Training goes on.',
  paused: 'Paused.',
  stopping: 'Stopping.',
  evaluating: 'The best model looks at every validation photo.',
} as const;

function plain(text: string): LogLine {
  return { text, tone: 'plain' };
}
