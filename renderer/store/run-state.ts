/** A run as the window sees it: one discriminated union, moved on by a pure reducer over the run's events. */
import { assertNever } from '#shared/core/assert-never.ts';
import type { Problem } from '#shared/messages/error.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import {
  type CacheEvent,
  createRecord,
  type DoneEvent,
  type FreshLists,
  type PlanEvent,
  recordEpoch,
  recordNote,
  recordSteps,
  type RunRecord,
  type StepEvent,
  type TuningEvent,
} from '#renderer/store/run-record.ts';

/** A run that has told its plan. */
export interface KnownRun {
  readonly plan: PlanEvent;
  readonly record: RunRecord;
}

export type RunState =
  | { readonly phase: 'idle' }
  /** Asked for; the engine has not told its plan yet. */
  | { readonly phase: 'starting' }
  | ({ readonly phase: 'caching'; readonly cache: CacheEvent } & KnownRun)
  | ({ readonly phase: 'tuning'; readonly tuning: TuningEvent } & KnownRun)
  | ({ readonly phase: 'running' | 'paused' | 'stopping' | 'evaluating' } & KnownRun)
  | ({ readonly phase: 'done'; readonly outcome: DoneEvent } & KnownRun)
  /** `known` is missing when the run failed before it told its plan. */
  | { readonly phase: 'failed'; readonly problem: Problem; readonly known: KnownRun | undefined };

export const idle: RunState = { phase: 'idle' };
export const starting: RunState = { phase: 'starting' };

export function failed(state: RunState, problem: Problem): RunState {
  return { phase: 'failed', problem, known: knownRun(state) };
}

/** The plan and record of a state that has them. */
export function knownRun(state: RunState): KnownRun | undefined {
  switch (state.phase) {
    case 'idle':
    case 'starting':
      return undefined;
    case 'failed':
      return state.known;
    default:
      return state;
  }
}

/** Whether the engine is busy with this run. */
export function isActive(state: RunState): boolean {
  return state.phase !== 'idle' && state.phase !== 'done' && state.phase !== 'failed';
}

export function reduceRun(state: RunState, events: readonly RunEvent[]): RunState {
  const fresh: FreshLists = new WeakSet();
  let next = state;
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as RunEvent;
    if (event.event !== 'step') {
      next = reduceEvent(next, event, fresh);
      continue;
    }
    const steps: StepEvent[] = [event];
    for (let other = events[index + 1]; other?.event === 'step'; other = events[index + 1]) {
      steps.push(other);
      index++;
    }
    next = reduceSteps(next, steps);
  }
  return next;
}

function reduceSteps(state: RunState, steps: readonly StepEvent[]): RunState {
  const known = knownRun(state);
  if (known === undefined) return state;
  const record = recordSteps(known.record, steps);
  // A pause or stop asked for in the middle of a loop lets that loop's steps through.
  const phase = state.phase === 'paused' || state.phase === 'stopping' ? state.phase : 'running';
  return { phase, plan: known.plan, record };
}

function reduceEvent(state: RunState, event: Exclude<RunEvent, StepEvent>, fresh: FreshLists): RunState {
  const known = knownRun(state);
  if (event.event === 'plan') {
    // A resumed run tells its plan again; what it recorded before stays.
    const record = known?.plan.run === event.run ? known.record : createRecord();
    return { phase: 'running', plan: event, record: recordNote(record, event, fresh) };
  }
  if (known === undefined) {
    return event.event === 'error' ? failed(state, problemOf(event)) : state;
  }
  const { plan } = known;
  const record = recordNote(known.record, event, fresh);
  switch (event.event) {
    case 'cache':
      return event.done < event.total
        ? { phase: 'caching', plan, record, cache: event }
        : { phase: 'running', plan, record };
    case 'tuning':
      return event.done < event.total
        ? { phase: 'tuning', plan, record, tuning: event }
        : { phase: 'running', plan, record };
    case 'epoch':
      return withRecord(state, { plan, record: recordEpoch(record, event, fresh) });
    case 'state':
      return { phase: event.state, plan, record };
    case 'test':
    case 'warning':
      return withRecord(state, { plan, record });
    case 'done':
      return { phase: 'done', plan, record, outcome: event };
    case 'error':
      return { phase: 'failed', problem: problemOf(event), known: { plan, record } };
    default:
      return assertNever(event);
  }
}

/** The same state with another record. */
function withRecord(state: RunState, known: KnownRun): RunState {
  if (state.phase === 'idle' || state.phase === 'starting') return state;
  return state.phase === 'failed' ? { ...state, known } : { ...state, ...known };
}

function problemOf(event: Extract<RunEvent, { event: 'error' | 'warning' }>): Problem {
  const { code, message, remedy, node } = event;
  return { code, message, remedy, ...(node === undefined ? {} : { node }) };
}
