import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { followHostRequests } from '#renderer/actions/host-requests.ts';
import { listenToKeyboard } from '#renderer/actions/keyboard.ts';
import { useConnection } from '#renderer/platform/host.ts';
import { followDerived } from '#renderer/store/derived.ts';
import { readDevices, readEnvironment, useEnvironment } from '#renderer/store/environment.ts';
import { introduce } from '#renderer/panels/start/introduction.ts';
import { followFacts } from '#renderer/store/facts.ts';
import { guardUnsavedWork, reportFailure } from '#renderer/store/project.ts';
import { fetchTheRest } from '#renderer/ui/later.tsx';
import { EntryNotice } from './entry-notice.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Shell } from './shell.tsx';
import { cssVariables, theme } from './theme.ts';

/** Notifications stay below the header, so that they cover none of its buttons; pixels. */
const headerHeight = 44;

/** Everything that listens as long as the window is open. */
function useFollowers(): void {
  useEffect(() => {
    const endings = [listenToKeyboard(), followDerived(), followFacts(), guardUnsavedWork()];
    return () => {
      for (const end of endings) end();
    };
  }, []);
  const connected = useConnection((connection) => connection.state === 'connected');
  useEffect(() => {
    if (!connected) return undefined;
    // The devices last: looking at them starts a process, which would take its time from the first sight.
    readEnvironment().then(introduce).catch(reportFailure).then(readDevices).catch(reportFailure).finally(fetchTheRest);
    return followHostRequests();
  }, [connected]);
}

/** The workbench, or why this window was not let in. One that was let in once keeps what it holds. */
function Entered() {
  const { refusal, entered } = useConnection();
  return refusal !== undefined && !entered ? <EntryNotice refusal={refusal} /> : <Shell />;
}

export function App() {
  useFollowers();
  const scheme = useEnvironment(({ settings }) => settings.theme);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      {...(scheme === 'auto' ? {} : { forceColorScheme: scheme })}
    >
      <Notifications position="top-right" limit={4} style={{ marginTop: headerHeight }} />
      <ErrorBoundary>
        <Entered />
      </ErrorBoundary>
    </MantineProvider>
  );
}
