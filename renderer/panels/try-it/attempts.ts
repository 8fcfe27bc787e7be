/** Pictures tried on the model, newest first. Kept while the window is open, so that other tabs do not lose them. */
import { create } from 'zustand';
import type { Problem } from '#shared/messages/error.ts';
import type { Prediction } from '#shared/protocol/run.ts';
import { problemOf } from '#renderer/platform/host.ts';
import { readDataUrl } from '#renderer/panels/try-it/pictures.ts';
import { useRun } from '#renderer/store/run.ts';

export interface Attempt {
  readonly id: number;
  readonly name: string;
  /** Data URL; '' while the file is being read. */
  readonly picture: string;
  readonly answer:
    | { readonly status: 'waiting' }
    | { readonly status: 'ready'; readonly prediction: Prediction }
    | { readonly status: 'failed'; readonly problem: Problem };
}

export const useAttempts = create<{ readonly attempts: readonly Attempt[] }>()(() => ({ attempts: [] }));

let lastId = 0;

/** Asks the run's model about each picture; one that cannot be read does not hold up the others. */
export async function tryPictures(files: readonly File[]): Promise<void> {
  const added = files.map((file): readonly [File, Attempt] => [
    file,
    { id: ++lastId, name: file.name, picture: '', answer: { status: 'waiting' } },
  ]);
  useAttempts.setState(({ attempts }) => ({ attempts: [...added.map(([, attempt]) => attempt), ...attempts] }));
  for (const [file, { id }] of added) {
    try {
      const picture = await readDataUrl(file);
      change(id, { picture });
      const [outcome] = await useRun.getState().predict([picture]);
      if (outcome === undefined) continue;
      if ('problem' in outcome) change(id, { answer: { status: 'failed', problem: outcome.problem } });
      else change(id, { answer: { status: 'ready', prediction: outcome } });
    } catch (thrown) {
      change(id, { answer: { status: 'failed', problem: problemOf(thrown) } });
    }
  }
}

export function removeAttempt(id: number): void {
  useAttempts.setState(({ attempts }) => ({ attempts: attempts.filter((attempt) => attempt.id !== id) }));
}

function change(id: number, part: Partial<Attempt>): void {
  useAttempts.setState(({ attempts }) => ({
    attempts: attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...part } : attempt)),
  }));
}
