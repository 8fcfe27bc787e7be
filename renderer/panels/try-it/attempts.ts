/** Pictures tried on the model, newest first. Kept while the window is open, so that other tabs do not lose them. */
import { create } from 'zustand';
import { problem, type Problem } from '#shared/messages/error.ts';
import type { Prediction, PredictionOutcome } from '#shared/protocol/run.ts';
import { problemOf } from '#renderer/platform/host.ts';
import { isSomethingElse, readDataUrl } from '#renderer/panels/try-it/pictures.ts';
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

/** Asks the run's model about each file; one that is no picture says so on its card and does not hold up the others. */
export async function tryPictures(files: readonly File[]): Promise<void> {
  const added = files.map((file): readonly [File, Attempt] => [
    file,
    { id: ++lastId, name: file.name, picture: '', answer: { status: 'waiting' } },
  ]);
  useAttempts.setState(({ attempts }) => ({ attempts: [...added.map(([, attempt]) => attempt), ...attempts] }));
  for (const [file, { id }] of added) {
    change(id, { answer: await answerTo(file, (picture) => change(id, { picture })) });
  }
}

/** @param show is given the picture as soon as it is read */
async function answerTo(file: File, show: (picture: string) => void): Promise<Attempt['answer']> {
  const unreadable = (reason: string): Attempt['answer'] => ({
    status: 'failed',
    problem: problem('predict.bad-input', { path: file.name, reason }),
  });
  if (isSomethingElse(file)) return unreadable('it is not in a picture format Graft knows.');
  const picture = await readDataUrl(file).catch(() => undefined);
  if (picture === undefined) return unreadable('it is a folder, or a file that cannot be read.');
  show(picture);
  try {
    const [outcome] = (await useRun.getState().predict([picture])) as [PredictionOutcome];
    if ('problem' in outcome) return { status: 'failed', problem: outcome.problem };
    return { status: 'ready', prediction: outcome };
  } catch (thrown) {
    return { status: 'failed', problem: problemOf(thrown) };
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
