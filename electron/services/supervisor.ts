/**
 * Keeps processes of the one engine program: a trainer for runs, an assistant for everything a person waits for
 * while looking at the window, and an estimator for dry runs, because a training step blocks its process. Each
 * starts when first needed and again after a death.
 */
import type { EngineInput, EngineOutput, EngineProcedure } from '#shared/protocol/engine.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { EngineProcess, type EngineLaunch, type OnProgress } from './engine-process.ts';

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
  #closed = false;

  constructor(launch: EngineLaunch, log: (line: string) => void) {
    this.#launch = launch;
    this.#log = log;
  }

  listen(listener: SupervisorListener): void {
    this.#listener = listener;
  }

  async call<Name extends EngineProcedure>(
    role: EngineRole,
    procedure: Name,
    input: EngineInput<Name>,
    onProgress?: OnProgress,
  ): Promise<EngineOutput<Name>> {
    if (this.#launch.allowed) await this.#launch.allowed;
    return this.#running(role).call(procedure, input, onProgress);
  }

  /** Process id of a role's engine; undefined while it is not running. */
  processId(role: EngineRole): number | undefined {
    return this.#processes.get(role)?.processId;
  }

  /** Ends a role's process, whatever it is busy with; what it was asked for is refused with `run.engine-died`. */
  async end(role: EngineRole): Promise<void> {
    const engine = this.#processes.get(role);
    this.#processes.delete(role);
    await engine?.kill();
  }

  /** Ends all processes; nothing can be called afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#processes.values()].map((engine) => engine.close()));
    this.#processes.clear();
  }

  #running(role: EngineRole): EngineProcess {
    if (this.#closed) throw new Error('the host is shutting down');
    const present = this.#processes.get(role);
    if (present?.alive) return present;
    const engine = new EngineProcess(this.#launch, {
      onEvents: (run, events) => this.#listener.onEvents(run, events),
      onDeath: (reason) => {
        if (this.#processes.get(role) === engine) this.#processes.delete(role);
        this.#log(`${role}: stopped unexpectedly (${reason})`);
        this.#listener.onDeath(role, reason);
      },
      onLog: (line) => this.#log(`${role}: ${line}`),
    });
    this.#processes.set(role, engine);
    return engine;
  }
}
