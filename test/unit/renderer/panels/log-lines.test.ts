import { describe, expect, it } from 'vitest';
import { problem } from '#shared/messages/error.ts';
import type { NoteEvent } from '#renderer/store/run-record.ts';
import { logLines } from '#renderer/panels/run/log-lines.ts';
import { done, epoch, plan } from '../store/run-events.ts';

describe('log', () => {
  it('tells a run in plain words', () => {
    const unreadable = [{ path: '/photos/hat/3.jpg', reason: 'it is cut off' }];
    const warning = problem('cache.damaged', { path: 'a1' });
    const notes: NoteEvent[] = [
      { ...plan, unreadable, cached: true },
      { event: 'warning', ...warning },
      { event: 'cache', done: 50, total: 50, secondsLeft: 0 },
      { event: 'tuning', done: 7, total: 12, secondsLeft: 0 },
      epoch(1, 0.5, true),
      { event: 'state', state: 'paused' },
      done,
    ];
    const lines = logLines(notes);
    expect(lines.map((line) => line.tone)).toEqual([
      'plain',
      'plain',
      'warning',
      'warning',
      'plain',
      'plain',
      'good',
      'plain',
      'good',
    ]);
    expect(lines[0]?.text).toBe(
      '2 classes, 40 training photos, 10 validation photos; 770 parameters trained, 764 K frozen; on CPU, features from the cache.',
    );
    expect(lines[2]?.text).toBe('Left out /photos/hat/3.jpg: it is cut off');
    expect(lines[3]).toEqual({ text: warning.message, remedy: warning.remedy, tone: 'warning' });
    expect(lines[5]?.text).toBe('Tuned to this machine: 7 of 12 gradients measured.');
    expect(lines[6]?.text).toBe(
      'Epoch 1: training loss 0.250 (90.0 % right), validation loss 0.500 (60.0 % right). Best so far.',
    );
    expect(lines[8]?.text).toBe('Finished all epochs after 10 s. The model of epoch 2 is kept.');
  });

  it('says how long photos were waited for, where it is worth a word', () => {
    const after = (dataWaitSeconds: number): string =>
      logLines([{ ...epoch(1, 0.5, false), seconds: 2, dataWaitSeconds }])[0]?.text ?? '';
    expect(after(0.25)).toMatch(/ Waiting for photos took 13 % of the time\.$/);
    expect(after(0.02)).toMatch(/right\)\.$/);
  });

  it('names every reason to end', () => {
    for (const [reason, words] of [
      ['early-stop', 'no longer improved'],
      ['loss-threshold', 'below its threshold'],
      ['stopped', 'by you'],
    ] as const) {
      expect(logLines([{ ...done, reason }])[0]?.text).toContain(words);
    }
  });
});
