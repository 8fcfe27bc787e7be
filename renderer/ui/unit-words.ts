import type { Parameter } from '#shared/nodes/parameters.ts';

/** A parameter's unit as it stands after this number. */
export function unitAfter(value: unknown, { meta: { unit } }: Parameter): string | undefined {
  if (unit === undefined || typeof unit === 'string') return unit;
  return unit[value === 1 ? 0 : 1];
}
