/** The run shown in this window, on the host this window is connected to. */
import { create } from 'zustand';
import { host, problemOf } from '#renderer/platform/host.ts';
import { documentToWrite, useDocument } from '#renderer/store/document.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { windowClock } from '#renderer/store/event-queue.ts';
import { type RunStore, runStore } from '#renderer/store/run-store.ts';

export const useRun = create<RunStore>()(
  runStore(
    {
      start: (project) => host.runs.start(project),
      resume: (input) => host.runs.resume(input),
      control: (input) => host.runs.control(input),
      watch: (input, signal) => host.runs.watch(input, { signal }),
      document: (input) => host.runs.document(input),
      current: () => host.runs.current(),
      evaluation: (input) => host.runs.evaluation(input),
      export: (input) => host.runs.export(input),
      predict: (input) => host.runs.predict(input),
      problemOf,
    },
    () => ({
      document: documentToWrite(),
      path: useDocument.getState().path,
      device: useEnvironment.getState().settings.device,
    }),
    windowClock,
  ),
);
