/** How far measuring has come: a line that is redrawn on a terminal, else one for every quarter, on standard error. */
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import type { Output } from '../output.ts';
import { bar, duration } from './format.ts';

const barWidth = 24;

export class TuningView {
  readonly #output: Output;
  #isDrawn = false;
  #quarter = -1;

  constructor(output: Output) {
    this.#output = output;
  }

  show({ done, total, secondsLeft }: TuningProgress): void {
    if (total === 0) return;
    const left = secondsLeft === null || done === total ? '' : ` · ${duration(secondsLeft)} left`;
    if (this.#output.streams.terminal && !this.#output.json) {
      this.end();
      this.#output.streams.out(`tuning ${bar(done / total, barWidth)} ${done}/${total}${left}\n`);
      this.#isDrawn = true;
      return;
    }
    const quarter = Math.floor((4 * done) / total);
    if (quarter === this.#quarter) return;
    this.#quarter = quarter;
    this.#output.log(`tuning: ${done} of ${total} gradients measured${left}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isDrawn) this.#output.streams.out('\u001b[1A\u001b[0J');
    this.#isDrawn = false;
  }
}
