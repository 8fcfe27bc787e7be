/**
 * The engine process. Native code lives here alone and may die without taking anything with it. It answers the
 * requests of whoever forked it, and ends when that process does.
 */
import { z } from 'zod';
import { engineProcedures, engineRequestSchema, type EngineMessage } from '#shared/protocol/engine.ts';
import { placeOf, reasonOf } from '#shared/document/reason.ts';
import { problem, toProblem } from '#shared/messages/error.ts';
import { procedures, type SayProgress } from '#electron/engine/procedures.ts';

function send(message: EngineMessage): void {
  // A host that dies while it is being written to is no fault here; that it has gone is heard as `disconnect`.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

const handlers = procedures((run, events) => send({ type: 'events', run, events: [...events] }));

async function answer(message: unknown): Promise<void> {
  const request = engineRequestSchema.safeParse(message);
  if (!request.success) {
    // What asks for an answer by its number gets one; the rest is not for this process.
    const asked = z.object({ id: z.number() }).safeParse(message).data;
    if (asked) send({ type: 'failure', id: asked.id, problem: toProblem(request.error) });
    return;
  }
  const { id, procedure, input } = request.data;
  const parsed = engineProcedures[procedure].input.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues as [z.core.$ZodIssue];
    const details = { argument: placeOf(issue.path), reason: reasonOf(issue) };
    return send({ type: 'failure', id, problem: problem('input.bad-argument', details) });
  }
  try {
    const handler = handlers[procedure] as (input: unknown, say: SayProgress) => Promise<unknown>;
    const output = await handler(parsed.data, (progress) => send({ type: 'progress', id, progress }));
    send({ type: 'reply', id, output });
  } catch (error) {
    send({ type: 'failure', id, problem: toProblem(error) });
  }
}

process.on('message', (message) => {
  void answer(message);
});
process.on('disconnect', () => process.exit(0));
// Ctrl+C in a terminal reaches every process of the program; what it means is for the host to say.
process.on('SIGINT', () => undefined);
send({ type: 'ready' });
