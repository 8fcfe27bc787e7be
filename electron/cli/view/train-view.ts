/** A run in the terminal: progress bar, loss chart, accuracy, time left. Redraws on a terminal, else a line per epoch. */
import { noticeableWait, waitRemedy } from '#shared/protocol/data-wait.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { sentence, type Output } from '../output.ts';
import { drawChart } from './chart.ts';
import { bar, count, duration, percent } from './format.ts';

type Plan = Extract<RunEvent, { event: 'plan' }>;
type Epoch = Extract<RunEvent, { event: 'epoch' }>;

const barWidth = 24;
const chartHeight = 6;
const widestChart = 72;
/** Oldest losses are thinned out beyond this, so that a long run does not fill memory. */
const keptLosses = 4096;

export class TrainView {
  readonly #output: Output;
  #plan: Plan | undefined;
  #losses: number[] = [];
  #step = 0;
  #epoch: Epoch | undefined;
  #drawnLines = 0;
  #ended = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show(events: readonly RunEvent[]): void {
    for (const event of events) this.#take(event);
    if (this.#output.streams.terminal && this.#plan && !this.#ended) this.#redraw();
  }

  #take(event: RunEvent): void {
    if (event.event === 'plan') this.#showPlan(event);
    else if (event.event === 'cache') this.#showCache(event.done, event.total, event.secondsLeft);
    else if (event.event === 'tuning') this.#showTuning(event.done, event.total, event.secondsLeft);
    else if (event.event === 'step') this.#keepLoss(event.step, event.loss);
    else if (event.event === 'epoch') this.#showEpoch(event);
    else if (event.event === 'test')
      this.#note(`test part: accuracy ${percent(event.accuracy)} of ${event.samples} pictures, looked at once`);
    else if (event.event === 'warning') this.#note(`! ${sentence(event)}`);
    else if (event.event === 'done') this.#showEnd(event);
  }

  #showPlan(plan: Plan): void {
    const again = this.#plan !== undefined;
    this.#plan = plan;
    if (again) return;
    const { samples, parameters, classes, device } = plan;
    this.#note(
      `${classes.length} classes · ${samples.train} pictures to train on, ${samples.validation} held out${samples.test ? `, ${samples.test} kept for the end` : ''} · ` +
        `${count(parameters.trainable)} parameters trained, ${count(parameters.frozen)} frozen · ${device}`,
    );
    this.#note(plan.summary);
    for (const { path, reason } of plan.unreadable) this.#note(`! left out: ${path} (${reason})`);
  }

  #showCache(done: number, total: number, secondsLeft: number): void {
    if (!this.#output.streams.terminal) {
      if (done >= total) this.#note(`features of ${total} pictures are ready`);
      return;
    }
    this.#erase();
    this.#draw([
      `features ${bar(done / Math.max(1, total), barWidth)} ${done}/${total} · ${duration(secondsLeft)} left`,
    ]);
  }

  #showTuning(done: number, total: number, secondsLeft: number | null): void {
    if (!this.#output.streams.terminal) {
      if (done >= total) this.#note('tuned to this machine');
      return;
    }
    this.#erase();
    const left = secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`;
    this.#draw([`tuning ${bar(done / Math.max(1, total), barWidth)} ${done}/${total}${left}`]);
  }

  #keepLoss(step: number, loss: number): void {
    this.#step = step;
    this.#losses.push(loss);
    if (this.#losses.length > keptLosses) {
      this.#losses = this.#losses.filter((_, index) => index % 2 === 0);
    }
  }

  #showEpoch(epoch: Epoch): void {
    this.#epoch = epoch;
    if (!this.#output.streams.terminal) this.#note(this.#epochLine(epoch));
  }

  #epochLine(epoch: Epoch): string {
    const width = String(this.#plan?.epochs ?? epoch.epoch).length;
    const wait = noticeableWait(epoch);
    return (
      `epoch ${String(epoch.epoch).padStart(width)}/${this.#plan?.epochs ?? '?'}  ` +
      `loss ${epoch.train.loss.toFixed(4)} · held out: loss ${epoch.validation.loss.toFixed(4)}, ` +
      `accuracy ${percent(epoch.validation.accuracy)}${epoch.best ? ' *' : ''}` +
      (wait === undefined ? '' : ` · waiting for pictures: ${percent(wait)} of the time`)
    );
  }

  #redraw(): void {
    const plan = this.#plan;
    if (!plan || this.#losses.length === 0) return;
    const total = plan.epochs * plan.stepsPerEpoch;
    const last = this.#epoch;
    const width = Math.min(widestChart, this.#output.streams.columns - 1);
    this.#erase();
    this.#draw([
      `training ${bar(this.#step / Math.max(1, total), barWidth)} step ${this.#step}/${total}` +
        (last && last.secondsLeft > 0 ? ` · ${duration(last.secondsLeft)} left` : ''),
      ...(last ? [this.#epochLine(last)] : []),
      ...drawChart(this.#losses, { width, height: chartHeight }),
    ]);
  }

  #showEnd(done: Extract<RunEvent, { event: 'done' }>): void {
    this.#ended = true;
    if (this.#output.streams.terminal) {
      this.#redraw();
      this.#drawnLines = 0;
    } else if (this.#losses.length > 1) {
      for (const line of drawChart(this.#losses, { width: widestChart, height: chartHeight })) this.#note(line);
    }
    const reasons = {
      epochs: 'all epochs done',
      'early-stop': 'stopped early: it was getting no better',
      'loss-threshold': 'stopped: the loss is low enough',
      stopped: 'stopped on request',
    };
    this.#note(
      `${reasons[done.reason]} after ${duration(done.seconds)} · best epoch ${done.best.epoch}: ` +
        `accuracy ${percent(done.best.accuracy)}, loss ${done.best.loss.toFixed(4)}`,
    );
    if (this.#epoch && noticeableWait(this.#epoch) !== undefined) this.#note(waitRemedy);
    this.#note(`model ${done.model}`);
    this.#note(`run   ${done.run}`);
    if (done.reason === 'stopped') this.#note('A stopped run is finished: export its model as it is, or train again.');
  }

  /** A line that stays, above what is redrawn. */
  #note(line: string): void {
    this.#erase();
    this.#output.say(line);
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#output.streams.out(`\u001b[${this.#drawnLines}A\u001b[0J`);
    this.#drawnLines = 0;
  }

  #draw(lines: readonly string[]): void {
    const width = Math.max(20, this.#output.streams.columns - 1);
    this.#output.streams.out(lines.map((line) => `${line.slice(0, width)}\n`).join(''));
    this.#drawnLines = lines.length;
  }
}
