/** A process of the engine that ended before it answered. */
import type { EngineInput, EngineProcedure } from '#shared/protocol/engine.ts';
import { GraftError } from '#shared/messages/error.ts';
import { conduct } from './engine-conduct.ts';

/** `asked`: it was ended on purpose. `memory`: it took too much. `silent`: it did not answer in time. */
export type StopCause = 'asked' | 'memory' | 'silent' | 'ended';

export class EngineStopped extends GraftError {
  readonly stopCause: StopCause;
  readonly reason: string;

  constructor(procedure: EngineProcedure, stopCause: StopCause, reason: string) {
    super('engine.stopped', { task: conduct[procedure].task, reason });
    this.stopCause = stopCause;
    this.reason = reason;
  }
}

/** The same in the words of what it was about: a model file that ends every process that looks at it is to blame. */
export function accuse<Name extends EngineProcedure>(
  { stopCause, reason }: EngineStopped,
  procedure: Name,
  input: EngineInput<Name>,
): GraftError {
  const { file, seconds = 0 } = conduct[procedure];
  if (stopCause === 'asked') return new GraftError('engine.replaced');
  if (!file) return new EngineStopped(procedure, stopCause, reason);
  const path = file(input);
  return stopCause === 'silent'
    ? new GraftError('model.takes-too-long', { path, seconds })
    : new GraftError('model.ends-engine', { path, reason });
}
