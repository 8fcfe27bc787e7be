/** Where a command writes. With `--json`, standard output carries JSON lines alone; words and logs go to standard error. */
import type { Problem } from '#shared/messages/error.ts';

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether standard output is a terminal that can redraw, and how wide it is. */
  readonly terminal: boolean;
  readonly columns: number;
}

export class Output {
  readonly json: boolean;
  readonly streams: Streams;

  constructor(json: boolean, streams: Streams) {
    this.json = json;
    this.streams = streams;
  }

  /** One JSON object a line with `--json`, otherwise the words. */
  result(value: object, words: () => string): void {
    if (this.json) this.streams.out(`${JSON.stringify(value)}\n`);
    else this.streams.out(`${words()}\n`);
  }

  /** For people only. */
  say(words: string): void {
    if (!this.json) this.streams.out(`${words}\n`);
  }

  log(line: string): void {
    this.streams.err(`${line}\n`);
  }

  /** @param about what else a line of `--json` says; the words name what they are about */
  problem(problem: Problem, about: object = {}): void {
    if (this.json) this.streams.out(`${JSON.stringify({ event: 'error', ...about, ...problem })}\n`);
    else this.streams.err(`${sentence(problem)}\n`);
  }
}

/** A problem as two lines: what is wrong, and what to do. */
export function sentence({ message, remedy, node, code }: Problem): string {
  return `${node === undefined ? '' : `${node}: `}${message} (${code})\n  → ${remedy}`;
}

export const standardStreams: Streams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stdout.isTTY && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined,
  get columns() {
    // A terminal that does not know its width says 0.
    return process.stdout.columns || 80;
  },
};
