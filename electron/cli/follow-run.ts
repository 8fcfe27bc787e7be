/**
 * Prints a live run until it ends. The first Ctrl+C ends it with the best model so far; the second one leaves at once,
 * which interrupts it.
 */
import type { RunEvent } from '#shared/protocol/run.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import { onInterrupt } from './interrupt.ts';
import type { Session } from './session.ts';
import { TrainView } from './view/train-view.ts';

export async function followRun({ output, services }: Session, run: string): Promise<ExitCode> {
  const view = new TrainView(output);
  const interrupts = onInterrupt(() => {
    output.log('stopping after this step; what was trained is kept (Ctrl+C again leaves at once, for “graft resume”)');
    services.runs.control({ action: 'stop' }).catch((error: unknown) => output.log(String(error)));
  });
  try {
    let last: RunEvent | undefined;
    for await (const events of await services.runs.watch(run)) {
      if (output.json) for (const event of events) output.streams.out(`${JSON.stringify(event)}\n`);
      else view.show(events);
      last = events.at(-1) ?? last;
    }
    if (last?.event === 'error') {
      if (!output.json) output.problem(last);
      // Stopped on request, only too early to have anything to keep.
      const stopped = interrupts.met && last.code === 'run.nothing-trained';
      return stopped ? exitCodes.interrupted : exitCodeOf(last.code);
    }
    return interrupts.met ? exitCodes.interrupted : exitCodes.success;
  } finally {
    interrupts.end();
  }
}
