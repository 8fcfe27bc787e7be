/** Words for what zod found, each a clause that follows the name of the thing and ends with a period. */
import type { z } from 'zod';
import { formatRate } from '#shared/core/format.ts';

type Issue = z.core.$ZodIssue;

const names: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function bound(limit: number | bigint, origin: string, inclusive: boolean | undefined, word: string): string {
  const figure = formatRate(Number(limit));
  if (origin === 'string') return `must have ${word} ${figure} characters.`;
  if (origin === 'array') return `must have ${word} ${figure} entries.`;
  return inclusive === false
    ? `must be ${word === 'at least' ? 'above' : 'below'} ${figure}.`
    : `must be ${word} ${figure}.`;
}

/** What is wrong with the value of a parameter: “must be at most 0.95.”, “entry 2 must be a number.” */
export function parameterReason(issue: Issue): string {
  const [entry] = issue.path;
  return typeof entry === 'number' ? `entry ${entry + 1} ${reasonOf(issue)}` : reasonOf(issue);
}

/** What is wrong with a value. */
export function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty.';
      return bound(issue.minimum, issue.origin, issue.inclusive, 'at least');
    case 'too_big':
      return bound(issue.maximum, issue.origin, issue.inclusive, 'at most');
    case 'invalid_type':
      return `must be ${names[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}.`;
    default:
      return `${issue.message.replace(/\.$/u, '')}.`;
  }
}

/** A place in a JSON document: `nodes[3].position.x`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
