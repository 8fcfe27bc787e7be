import { expect, it } from 'vitest';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';

const now = new Date('2026-03-04T12:00:00');

it.each([
  ['2026-03-04T11:59:40', 'just now'],
  ['2026-03-04T11:59:00', '1 minute ago'],
  ['2026-03-04T11:15:00', '45 minutes ago'],
  ['2026-03-04T10:30:00', '1 hour ago'],
  ['2026-03-04T08:00:00', '4 hours ago'],
  ['2026-02-01T09:05:00', 'Feb 1, 09:05'],
  ['2025-12-31T09:05:00', 'Dec 31, 2025'],
  ['never', ''],
])('%s is %s', (time, words) => expect(startedWords(time, now)).toBe(words));
