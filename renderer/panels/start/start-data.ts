/** What the start page offers, read from the host each time it opens. */
import { useEffect, useState } from 'react';
import { host, type Host } from '#renderer/platform/host.ts';
import { reportFailure } from '#renderer/store/project.ts';

export type Template = Awaited<ReturnType<Host['documents']['templates']>>[number];
export type Recent = Awaited<ReturnType<Host['documents']['recent']>>[number];
export type Recovery = Awaited<ReturnType<Host['documents']['recoveries']>>[number];

export interface StartData {
  readonly templates: readonly Template[];
  readonly recent: readonly Recent[];
  readonly recoveries: readonly Recovery[];
  readonly discard: (key: string) => Promise<void>;
}

export function useStartData(): StartData {
  const [templates, setTemplates] = useState<readonly Template[]>([]);
  const [recent, setRecent] = useState<readonly Recent[]>([]);
  const [recoveries, setRecoveries] = useState<readonly Recovery[]>([]);
  useEffect(() => {
    host.documents.templates().then(setTemplates, reportFailure);
    host.documents.recent().then(setRecent, reportFailure);
    host.documents.recoveries().then(setRecoveries, reportFailure);
  }, []);
  return {
    templates,
    recent,
    recoveries,
    discard: async (key) => {
      await host.documents.dropRecovery({ key });
      setRecoveries((all) => all.filter((recovery) => recovery.key !== key));
    },
  };
}
