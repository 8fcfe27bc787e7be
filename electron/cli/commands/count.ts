import { InvalidArgumentError } from 'commander';

/** A whole number from 1, as an option's value. */
export function parseCount(value: string): number {
  const count = /^\d+$/.test(value) ? Number(value) : 0;
  if (count < 1 || !Number.isSafeInteger(count)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}
