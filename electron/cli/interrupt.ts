/** Ctrl+C while something runs. The first asks for its end, a second one leaves at once. */
import { exitCodes } from './exit-code.ts';

/** One Ctrl+C can arrive twice: from the terminal, and from npm or another program in between. Milliseconds. */
const sameKeyPress = 1000;

export interface Interrupts {
  /** Whether there was any. */
  readonly met: boolean;
  /** Stops listening. */
  readonly end: () => void;
}

export function onInterrupt(ask: () => void): Interrupts {
  let first: number | undefined;
  const interrupt = (): void => {
    const now = performance.now();
    if (first !== undefined) {
      if (now - first > sameKeyPress) process.exit(exitCodes.interrupted);
      return;
    }
    first = now;
    ask();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    get met() {
      return first !== undefined;
    },
    end: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
