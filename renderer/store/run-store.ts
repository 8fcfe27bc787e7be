/** The run in the window: what it does (run-state.ts), its results, and every command a person can give it. */
import type { StateCreator } from 'zustand';
import type { GraftDocument } from '#shared/document/model.ts';
import { type Problem, problem } from '#shared/messages/error.ts';
import type { Device, Evaluation, ParityReport, PredictionOutcome, RunEvent } from '#shared/protocol/run.ts';
import { createEventQueue, type QueueClock } from '#renderer/store/event-queue.ts';
import { failed, idle, isActive, knownRun, reduceRun, type RunState, starting } from '#renderer/store/run-state.ts';

/** A model file to write, and what may be replaced or kept for it. */
export interface ExportOrder {
  file: string;
  replace: boolean;
  /** Keeps the file also where it answers otherwise. */
  unequal: boolean;
}

/** The part of the host a run needs. */
export interface RunHost {
  readonly start: (project: RunProject) => Promise<{ run: string }>;
  readonly resume: (input: { run: string }) => Promise<{ run: string }>;
  readonly control: (input: RunControl) => Promise<unknown>;
  readonly watch: (input: { run: string }, signal: AbortSignal) => Promise<AsyncIterable<readonly RunEvent[]>>;
  readonly document: (input: { run: string }) => Promise<{ document: GraftDocument }>;
  readonly current: () => Promise<{ run: string | null }>;
  readonly evaluation: (input: { run: string }) => Promise<Evaluation>;
  readonly export: (input: ExportOrder & { run: string }) => Promise<ParityReport>;
  readonly predict: (input: { run: string; inputs: string[] }) => Promise<PredictionOutcome[]>;
  readonly problemOf: (thrown: unknown) => Problem;
}

type RunControl = { action: 'pause' | 'resume' | 'stop' } | { action: 'learning-rate'; factor: number };

export interface RunProject {
  document: GraftDocument;
  path: string;
  device: Device;
}

export type Loadable<Value> =
  | { readonly status: 'none' }
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly value: Value }
  | { readonly status: 'failed'; readonly problem: Problem };

export interface RunStore {
  readonly state: RunState;
  /** The document the run was started with, once it is known. */
  readonly startedWith: GraftDocument | undefined;
  readonly evaluation: Loadable<Evaluation>;
  /** What the scheduled learning rate is multiplied with. */
  readonly factor: number;
  /** A command that was refused; the run itself goes on. */
  readonly refusal: Problem | undefined;
  /** Takes up a run that is in progress on the host; does nothing while this window shows one. */
  readonly attach: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly setLearningRateFactor: (factor: number) => Promise<void>;
  /** Shows a run, past or in progress, from its first event on. */
  readonly watch: (run: string) => Promise<void>;
  /** Continues an interrupted run from its last checkpoint. */
  readonly resumeInterrupted: (run: string) => Promise<void>;
  /** Writes the best model to `file` and checks it; a file that is there stays unless it may be replaced. @throws the host's problem */
  readonly exportModel: (order: ExportOrder) => Promise<ParityReport>;
  /** What the best model says of pictures, given as data URLs; each may have a problem of its own. @throws the host's problem */
  readonly predict: (inputs: string[]) => Promise<PredictionOutcome[]>;
  readonly dismissRefusal: () => void;
  /** Shows no run any more, unless one is in progress: another project is on the canvas. */
  readonly clear: () => void;
}

/** Milliseconds between two redraws while events stream in: smooth to the eye, and most of the processor left to the run. */
const redrawInterval = 150;
/** How often a watch whose channel broke is taken up again before the run is called lost. */
const watchAttempts = 5;

const nothingShown = { startedWith: undefined, evaluation: { status: 'none' }, factor: 1, refusal: undefined } as const;

/**
 * @param readProject What is on the canvas when Train is pressed, and the device chosen.
 */
export function runStore(host: RunHost, readProject: () => RunProject, clock: QueueClock): StateCreator<RunStore> {
  return (set, get) => {
    let watching = new AbortController();
    /** True until the first events of a watch have arrived: they tell the run from its beginning. */
    let fresh = false;

    const queue = createEventQueue<RunEvent>(
      (events) => {
        const state = reduceRun(fresh ? starting : get().state, events);
        fresh = false;
        set({ state });
      },
      redrawInterval,
      clock,
    );

    const follow = async (run: string): Promise<void> => {
      watching.abort();
      const mine = new AbortController();
      watching = mine;
      if (get().startedWith === undefined) void recallDocument(run, mine.signal);
      for (let attempt = 1; !mine.signal.aborted; attempt++) {
        queue.clear();
        fresh = true;
        try {
          for await (const events of await host.watch({ run }, mine.signal)) {
            if (mine.signal.aborted) return;
            queue.push(events);
          }
          if (mine.signal.aborted) return;
          queue.flush();
          // What a run has said ends without an end when its engine was killed.
          if (isActive(get().state)) set({ state: failed(get().state, problem('run.interrupted')) });
          await loadEvaluation(run);
          return;
        } catch (thrown) {
          const met = host.problemOf(thrown);
          if (mine.signal.aborted) return;
          if (met.code === 'internal.unexpected' && attempt < watchAttempts) continue;
          queue.flush();
          set({ state: failed(get().state, met) });
          return;
        }
      }
    };

    /** Limits on the charts come from it; without it they are only not drawn. */
    const recallDocument = async (run: string, signal: AbortSignal): Promise<void> => {
      const { document } = await host.document({ run }).catch(() => ({ document: undefined }));
      if (!signal.aborted) set({ startedWith: document });
    };

    const loadEvaluation = async (run: string): Promise<void> => {
      if (get().state.phase !== 'done') return;
      set({ evaluation: { status: 'loading' } });
      const evaluation = await host.evaluation({ run }).then(
        (value): Loadable<Evaluation> => ({ status: 'ready', value }),
        (thrown: unknown): Loadable<Evaluation> => ({ status: 'failed', problem: host.problemOf(thrown) }),
      );
      if (knownRun(get().state)?.plan.run === run) set({ evaluation });
    };

    /** Starts or continues a run, then follows it. */
    const launch = async (ask: () => Promise<{ run: string }>): Promise<void> => {
      watching.abort();
      queue.clear();
      const { state, startedWith, evaluation, factor } = get();
      set({ ...nothingShown, state: starting });
      let run: string;
      try {
        ({ run } = await ask());
      } catch (thrown) {
        const refusal = host.problemOf(thrown);
        // What was shown before stays: nothing has come in its place.
        if (knownRun(state) === undefined) set({ startedWith: undefined, state: failed(get().state, refusal) });
        else set({ state, startedWith, evaluation, factor, refusal });
        return;
      }
      await follow(run);
    };

    const control = async (input: RunControl): Promise<void> => {
      try {
        await host.control(input);
        set({ refusal: undefined, ...(input.action === 'learning-rate' ? { factor: input.factor } : {}) });
      } catch (thrown) {
        set({ refusal: host.problemOf(thrown) });
      }
    };

    const shownRun = (): string => knownRun(get().state)?.plan.run ?? '';

    return {
      state: idle,
      ...nothingShown,
      attach: async () => {
        if (get().state.phase !== 'idle') return;
        const { run } = await host.current();
        if (run !== null && get().state.phase === 'idle') await follow(run);
      },
      start: async () => {
        if (isActive(get().state)) return;
        await launch(() => {
          const project = readProject();
          set({ startedWith: project.document });
          return host.start(project);
        });
      },
      pause: () => control({ action: 'pause' }),
      resume: () => control({ action: 'resume' }),
      stop: () => control({ action: 'stop' }),
      setLearningRateFactor: (factor) => control({ action: 'learning-rate', factor }),
      watch: async (run) => {
        if (isActive(get().state)) return;
        set({ ...nothingShown, state: starting });
        await follow(run);
      },
      resumeInterrupted: async (run) => {
        if (!isActive(get().state)) await launch(() => host.resume({ run }));
      },
      exportModel: (order) => host.export({ run: shownRun(), ...order }),
      predict: (inputs) => host.predict({ run: shownRun(), inputs }),
      dismissRefusal: () => set({ refusal: undefined }),
      clear: () => {
        if (isActive(get().state)) return;
        watching.abort();
        queue.clear();
        set({ ...nothingShown, state: idle });
      },
    };
  };
}
