/**
 * The engine process. Native code lives here alone and may die without taking anything with it. It answers the
 * requests of whoever forked it, and ends when that process does, unless a run goes on that may.
 */
import { z } from 'zod';
import { engineProcedures, engineRequestSchema, leaveSchema, type EngineMessage } from '#shared/protocol/engine.ts';
import { placeOf, reasonOf } from '#shared/document/reason.ts';
import { problem, toProblem } from '#shared/messages/error.ts';
import { procedures, type SayProgress } from '#electron/engine/procedures.ts';
import { goOnAlone } from '#electron/engine/training/runs.ts';
import { beginWatch } from '#electron/engine/vitals/vitals.ts';

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
  if (leaveSchema.safeParse(message).success) process.exit(0);
  void answer(message);
});
// A host that has gone without a word leaves a run behind that may go on alone.
process.on('disconnect', () => {
  if (!goOnAlone(() => process.exit(0))) process.exit(0);
});
// Nobody reads any more what is written for a host that has gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
// Ctrl+C in a terminal reaches every process of the program; what it means is for the host to say.
process.on('SIGINT', () => undefined);
beginWatch();
send({ type: 'ready' });
