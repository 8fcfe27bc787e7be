/**
 * Keeps processes of the one engine program: a trainer for runs, an assistant for everything a person waits for
 * while looking at the window, and an estimator for dry runs, because a training step blocks its process. Each
 * starts when first needed and again after a death.
 */
import type { EngineInput, EngineOutput, EngineProcedure } from '#shared/protocol/engine.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { GraftError } from '#shared/messages/error.ts';
import { conduct } from './engine-conduct.ts';
import { EngineProcess, type CallOptions, type EngineLaunch } from './engine-process.ts';
import { accuse, EngineStopped } from './engine-stopped.ts';

export type EngineRole = 'trainer' | 'assistant' | 'estimator';

export interface SupervisorListener {
  readonly onEvents: (run: string, events: readonly RunEvent[]) => void;
  readonly onDeath: (role: EngineRole, reason: string) => void;
}

export class Supervisor {
  readonly #launch: EngineLaunch;
  readonly #log: (line: string) => void;
  readonly #processes = new Map<EngineRole, EngineProcess>();
  #listener: SupervisorListener = { onEvents: () => undefined, onDeath: () => undefined };
  /** Processes for one question each, and the end of the last of them that was asked for. */
  readonly #apart = new Set<EngineProcess>();
  #lane: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(launch: EngineLaunch, log: (line: string) => void) {
    this.#launch = launch;
    this.#log = log;
  }

  listen(listener: SupervisorListener): void {
    this.#listener = listener;
  }

  /**
   * Throws what the engine throws. A question whose process ends is asked again, apart from all others: one that ends
   * that process, too, is why, and its file is named. Throws `engine.stopped`, `engine.replaced`, `model.ends-engine`,
   * `model.takes-too-long`.
   */
  async call<Name extends EngineProcedure>(
    role: EngineRole,
    procedure: Name,
    input: EngineInput<Name>,
    options: CallOptions = {},
  ): Promise<EngineOutput<Name>> {
    if (this.#launch.allowed) await this.#launch.allowed;
    try {
      return await this.#running(role).call(procedure, input, options);
    } catch (error) {
      if (!(error instanceof EngineStopped)) throw error;
      const again = conduct[procedure].repeatable && error.stopCause === 'ended' && !this.#closed;
      if (!again) throw accuse(error, procedure, input);
      return this.#askApart(procedure, input, options);
    }
  }

  /** One after the other, each of a process of its own, so that it is known whose question ended one. */
  #askApart<Name extends EngineProcedure>(
    procedure: Name,
    input: EngineInput<Name>,
    options: CallOptions,
  ): Promise<EngineOutput<Name>> {
    const answer = this.#lane.then(async () => {
      if (this.#closed) throw new GraftError('engine.replaced');
      const engine = this.#start('apart');
      this.#apart.add(engine);
      try {
        return await engine.call(procedure, input, options);
      } catch (error) {
        throw error instanceof EngineStopped ? accuse(error, procedure, input) : error;
      } finally {
        this.#apart.delete(engine);
        await engine.close();
      }
    });
    this.#lane = answer.catch(() => undefined);
    return answer;
  }

  /** Process id of a role's engine; undefined while it is not running. */
  processId(role: EngineRole): number | undefined {
    return this.#processes.get(role)?.processId;
  }

  /** Ends a role's process, whatever it is busy with; what it was asked for is refused with `engine.replaced`. */
  async end(role: EngineRole): Promise<void> {
    const engine = this.#processes.get(role);
    this.#processes.delete(role);
    await engine?.kill();
  }

  /** Ends all processes; nothing can be called afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#processes.values(), ...this.#apart].map((engine) => engine.close()));
    this.#processes.clear();
  }

  #running(role: EngineRole): EngineProcess {
    if (this.#closed) throw new Error('the host is shutting down');
    const present = this.#processes.get(role);
    if (present?.alive) return present;
    const engine = this.#start(role, (reason) => {
      if (this.#processes.get(role) === engine) this.#processes.delete(role);
      this.#listener.onDeath(role, reason);
    });
    this.#processes.set(role, engine);
    return engine;
  }

  #start(name: string, onDeath: (reason: string) => void = () => undefined): EngineProcess {
    return new EngineProcess(this.#launch, {
      onEvents: (run, events) => this.#listener.onEvents(run, events),
      onDeath: (reason) => {
        this.#log(`${name}: stopped unexpectedly (${reason})`);
        onDeath(reason);
      },
      onLog: (line) => this.#log(`${name}: ${line}`),
    });
  }
}
