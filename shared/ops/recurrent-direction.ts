/**
 * One direction of a recurrent layer, as its gradient sees it: T steps of N sequences in the order of time, whichever
 * way the layer goes through them. A value of every step has the form of rows [T·N, width] for matrix products, and of
 * steps [T, N, width] for a Scan; between the two lies a free Reshape.
 */
import type { Activation } from '#shared/ops/recurrent-activations.ts';
import type { Shape } from '#shared/core/shape.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { Stepped } from '#shared/ops/scan.ts';

/** Input positions common to LSTM, GRU and RNN. */
export const inputs = { x: 0, w: 1, r: 2, b: 3, lengths: 4, h: 5, c: 6, p: 7 } as const;
/** Output positions. */
const outputs = { y: 0, h: 1, c: 2 } as const;

/** Peephole weights [H] of the input, output and forget gate. */
export interface Peepholes {
  readonly input: string;
  readonly output: string;
  readonly forget: string;
}

export interface DirectionSpec {
  readonly g: GradientContext;
  /** 0, or 1 for the second of a bidirectional layer. */
  readonly index: number;
  readonly forwards: boolean;
  readonly gates: number;
  readonly activations: readonly Activation[];
  /** X as rows, for both directions. */
  readonly x: () => string;
  /** 1 where a step is within its sequence, else 0 [T, N, 1]; undefined where all are. */
  readonly valid: string | undefined;
}

type Parts<Count> = Count extends 2 ? [string, string] : [string, string, string];

/** Computes a value at most once, and only where it is needed. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export class Direction {
  readonly g: GradientContext;
  readonly forwards: boolean;
  readonly activations: readonly Activation[];
  readonly hidden: number;
  readonly x: () => string;
  /** W [gates·H, I] and R [gates·H, H] of this direction. */
  readonly w: () => string;
  readonly r: () => string;
  /** Hidden state before each step, as rows. */
  readonly previous: () => string;
  readonly #index: number;
  readonly #gates: number;
  readonly #steps: number;
  readonly #batch: number;
  readonly #valid: string | undefined;
  readonly #output = once(() => this.#own(this.g.ensuredOutput(outputs.y), 1, [this.#steps, this.#batch, this.hidden]));
  readonly #bias = once(() => this.#own(this.g.input(inputs.b), 0, [2 * this.#gates * this.hidden]));
  readonly #validRows = once(() => this.#valid && this.rows(this.#valid, 1));

  constructor({ g, index, forwards, gates, activations, x, valid }: DirectionSpec) {
    const [steps, batch] = g.inputShape(inputs.x) as [number, number, number];
    this.g = g;
    this.forwards = forwards;
    this.activations = activations;
    this.hidden = g.inputShape(inputs.r)[2] as number;
    this.x = x;
    this.#index = index;
    this.#gates = gates;
    this.#steps = steps;
    this.#batch = batch;
    this.#valid = valid;
    this.w = once(() => this.#own(g.input(inputs.w), 0, [gates * this.hidden, g.inputShape(inputs.x)[2] as number]));
    this.r = once(() => this.#own(g.input(inputs.r), 0, [gates * this.hidden, this.hidden]));
    this.previous = once(() => this.before(this.#output(), this.initial(inputs.h), true));
  }

  /** Wb or Rb [gates·H]; undefined where the layer has none. */
  bias(of: 'input' | 'recurrent'): string | undefined {
    if (!this.g.hasInput(inputs.b)) return undefined;
    const width = this.#gates * this.hidden;
    return this.part(this.#bias(), of === 'input' ? 0 : width, width, 0);
  }

  /** Wb + Rb. */
  sumOfBiases(): string | undefined {
    const recurrent = this.bias('recurrent');
    return recurrent && this.g.add(this.bias('input') as string, recurrent);
  }

  /** Undefined where the layer has none. */
  peepholes(): Peepholes | undefined {
    if (!this.g.hasInput(inputs.p)) return undefined;
    const p = this.#own(this.g.input(inputs.p), 0, [3 * this.hidden]);
    const [input, output, forget] = this.split(p, 3, 0);
    return { input, output, forget };
  }

  /** State before the first step [N, H]. */
  initial(input: typeof inputs.h | typeof inputs.c): string {
    const shape = [this.#batch, this.hidden];
    return this.g.hasInput(input) ? this.#own(this.g.input(input), 0, shape) : this.g.zeros(shape);
  }

  /** A state before each step, as rows, from that after each step. `cleared` says that it is zero outside its sequence. */
  before(after: string, initial: string, cleared: boolean): string {
    const { builder } = this.g;
    const first = builder.reshape(initial, [1, this.#batch, this.hidden]);
    const others = this.forwards
      ? builder.slice(after, [0], [0], [this.#steps - 1])
      : builder.slice(after, [0], [1], [this.#steps]);
    const shifted = builder.op('Concat', this.forwards ? [first, others] : [others, first], { axis: 0 });
    // Going back in time, the first step of a short sequence follows on steps that are outside it.
    if (this.forwards || !cleared || !this.#valid) return this.rows(shifted, this.hidden);
    const inside = builder.slice(this.#valid, [0], [1], [this.#steps]);
    const begun = builder.op('Concat', [inside, builder.expand(this.g.scalar(1), [1, this.#batch, 1])], { axis: 0 });
    return this.rows(this.g.add(shifted, this.g.mul(this.g.oneMinus(begun), first)), this.hidden);
  }

  rows(steps: string, width: number): string {
    return this.g.builder.reshape(steps, [this.#steps * this.#batch, width]);
  }

  /** A value of every step as a Scan reads it. */
  stepped(rows: string, width: number): Stepped {
    const steps = this.g.builder.reshape(rows, [this.#steps, this.#batch, width]);
    return { value: steps, shape: [this.#batch, width] };
  }

  /** A state as a Scan carries it, or `count` of them side by side. */
  state(value: string, count = 1): Stepped {
    return { value, shape: [this.#batch, count * this.hidden] };
  }

  /** `count` columns of a value, from column `first`. */
  part(value: string, first: number, count: number, axis = 1): string {
    return this.g.builder.slice(value, [axis], [first], [first + count]);
  }

  /** Columns of each gate. */
  split<Count extends 2 | 3>(value: string, count: Count, axis = 1): Parts<Count> {
    const sizes = Array.from({ length: count }, () => this.hidden);
    return this.g.builder.opN('Split', [value, this.g.builder.ints(sizes)], count, { axis }) as never;
  }

  /** Columns side by side. */
  beside(...parts: readonly string[]): string {
    return this.g.builder.op('Concat', parts, { axis: 1 });
  }

  /** a·bᵀ + c for rows a and a matrix b. */
  project(a: string, b: string, c?: string): string {
    return this.g.builder.op('Gemm', c === undefined ? [a, b] : [a, b, c], { transB: 1 });
  }

  /** aᵀ·b */
  transposedProduct(a: string, b: string): string {
    return this.g.builder.op('Gemm', [a, b], { transA: 1 });
  }

  /** Hidden state after each step, as rows; zero outside the sequence. */
  output(): string {
    return this.rows(this.#output(), this.hidden);
  }

  /** Rows outside their sequence set to zero. */
  zeroOutside(rows: string): string {
    const valid = this.#validRows();
    return valid === undefined ? rows : this.g.mul(rows, valid);
  }

  /** Rows outside their sequence set to one. */
  oneOutside(rows: string): string {
    const valid = this.#validRows();
    return valid === undefined ? rows : this.g.add(this.g.mul(rows, valid), this.g.oneMinus(valid));
  }

  /** For a Scan: 1 where a step is within its sequence, else 0 [N, 1]; undefined where all are. */
  validity(): Stepped | undefined {
    return this.#valid === undefined ? undefined : { value: this.#valid, shape: [this.#batch, 1] };
  }

  /** Cotangent of the hidden state after each step, through Y; undefined where Y is not used. */
  cotangentOfSteps(): Stepped | undefined {
    if (!this.g.reaches(outputs.y)) return undefined;
    const own = this.#own(this.g.cotangent(outputs.y), 1, [this.#steps, this.#batch, this.hidden]);
    // Outside its sequence Y is zero, whatever the state is.
    const value = this.#valid === undefined ? own : this.g.mul(own, this.#valid);
    return { value, shape: [this.#batch, this.hidden] };
  }

  /**
   * Cotangent of the state after the last step. Of an empty sequence LSTM and GRU give zeros, whatever the initial
   * state, while RNN gives that state.
   */
  cotangentOfLast(state: 'h' | 'c', emptyGivesZeros: boolean): Stepped {
    const shape = [this.#batch, this.hidden];
    if (!this.g.reaches(outputs[state])) return this.state(this.g.zeros(shape));
    const own = this.#own(this.g.cotangent(outputs[state]), 0, shape);
    if (this.#valid === undefined || !emptyGivesZeros) return this.state(own);
    const begun = this.g.builder.reshape(this.part(this.#valid, 0, 1, 0), [this.#batch, 1]);
    return this.state(this.g.mul(own, begun));
  }

  /** This direction's part of a value that has an axis for directions; `shape` is without it. */
  #own(value: string, axis: number, shape: Shape): string {
    const { builder } = this.g;
    if (this.g.inputShape(inputs.w)[0] === 1) return builder.reshape(value, shape);
    return builder.op('Gather', [value, builder.scalar('int64', this.#index)], { axis });
  }
}
