/** Dry runs for the numbers shown before training. Only the newest question matters, and never while a run goes on. */
import { GraftError } from '#shared/messages/error.ts';
import type { Forecast } from '#shared/nodes/facts.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import type { Runs } from './runs.ts';
import type { Supervisor } from './supervisor.ts';
import type { TrustedComputers } from './trusted-computers.ts';

export class Forecasts {
  readonly #supervisor: Supervisor;
  readonly #runs: Pick<Runs, 'current'>;
  readonly #trusted: TrustedComputers;
  #asked = 0;
  #answering = false;

  constructor(supervisor: Supervisor, runs: Pick<Runs, 'current'>, trusted: TrustedComputers) {
    this.#supervisor = supervisor;
    this.#runs = runs;
    this.#trusted = trusted;
  }

  /**
   * Throws `run.busy` while a run goes on, whose speed a dry run would cost; `engine.replaced` when a newer question
   * has taken its place; and what the engine throws for a project that cannot be trained.
   */
  async estimate(input: EngineInput<'forecast'>): Promise<Forecast> {
    const mine = ++this.#asked;
    await this.#trusted.require(input.document);
    // A dry run of a large backbone takes seconds and cannot be asked to stop: its process is ended.
    if (this.#answering) await this.#supervisor.end('estimator');
    if (mine !== this.#asked) throw new GraftError('engine.replaced');
    if (this.#runs.current !== undefined) throw new GraftError('run.busy');
    this.#answering = true;
    try {
      return await this.#supervisor.call('estimator', 'forecast', input);
    } finally {
      if (mine === this.#asked) this.#answering = false;
    }
  }

  /** Gives the processor back to a run that is about to start. */
  async stop(): Promise<void> {
    this.#asked++;
    this.#answering = false;
    await this.#supervisor.end('estimator');
  }
}
