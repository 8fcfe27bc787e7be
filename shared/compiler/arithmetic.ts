import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { DType } from '#shared/ir/tensor.ts';

/** Arithmetic of one element type on a growing graph, so that losses and update rules read like their formulas. */
export class Arithmetic {
  readonly builder: GraphBuilder;
  readonly dtype: DType;

  constructor(builder: GraphBuilder, dtype: DType = 'float32') {
    this.builder = builder;
    this.dtype = dtype;
  }

  /** A value of another element type in this one. */
  from(value: string, dtype: DType): string {
    return dtype === this.dtype ? value : this.builder.cast(value, this.dtype);
  }

  scalar(value: number): string {
    return this.builder.scalar(this.dtype, value);
  }

  add(a: string, b: string): string {
    return this.builder.op('Add', [a, b]);
  }

  sub(a: string, b: string): string {
    return this.builder.op('Sub', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.builder.op('Mul', [a, b]);
  }

  div(a: string, b: string): string {
    return this.builder.op('Div', [a, b]);
  }

  square(value: string): string {
    return this.mul(value, value);
  }

  pow(value: string, exponent: number): string {
    if (exponent === 1) return value;
    return exponent === 2 ? this.square(value) : this.builder.op('Pow', [value, this.scalar(exponent)]);
  }

  /** One-input operator of the same shape: Exp, Log, Sqrt, Neg, … */
  unary(op: string, value: string): string {
    return this.builder.op(op, [value]);
  }

  /** The larger of two; as Where, since WebGPU lacks Max and Min. */
  max(a: string, b: string): string {
    return this.builder.op('Where', [this.builder.op('Greater', [a, b]), a, b]);
  }

  min(a: string, b: string): string {
    return this.builder.op('Where', [this.builder.op('Less', [a, b]), a, b]);
  }

  /** −1, 0 or 1, since WebGPU lacks Sign: the smallest normal number times this is above 1. */
  sign(value: string): string {
    return this.clip(this.scale(value, 3.4e38), -1, 1);
  }

  /** value · factor */
  scale(value: string, factor: number): string {
    return factor === 1 ? value : this.mul(value, this.scalar(factor));
  }

  /** value + term */
  shift(value: string, term: number): string {
    return term === 0 ? value : this.add(value, this.scalar(term));
  }

  /** 1 − value */
  oneMinus(value: string): string {
    return this.sub(this.scalar(1), value);
  }

  /** factor·value + term, for a constant factor. */
  scaledSum(factor: number, value: string, term: string): string {
    return this.add(this.scale(value, factor), term);
  }

  /** share·before + (1 − share)·value: an average that forgets. */
  blend(share: number, before: string, value: string): string {
    return this.add(this.scale(before, share), this.scale(value, 1 - share));
  }

  clip(value: string, least: number, largest: number): string {
    return this.builder.op('Clip', [value, this.scalar(least), this.scalar(largest)]);
  }

  /** 1 where the comparison holds, else 0. */
  indicator(comparison: 'Greater' | 'Less' | 'Equal', a: string, b: string): string {
    return this.builder.cast(this.builder.op(comparison, [a, b]), this.dtype);
  }

  /** The sum of scalars: joined first, since WebGPU lacks Sum and would fetch each from the card. */
  total(scalars: readonly string[]): string {
    const ones = scalars.map((scalar) => this.builder.reshape(scalar, [1]));
    return this.sum(this.builder.op('Concat', ones, { axis: 0 }), [0], false);
  }

  sum(value: string, axes: readonly number[], keepDimensions: boolean): string {
    return axes.length === 0 ? value : this.builder.reduce('ReduceSum', value, axes, keepDimensions);
  }
}

/** What losses and updates of values of this type are computed in: narrow floats have too few digits and too short a range. */
export function workingType(dtype: DType): 'float32' | 'float64' {
  return dtype === 'float64' ? 'float64' : 'float32';
}

/** Every axis of a shape of this rank. */
export function allAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}
