/** Parts of the window whose code is not needed for its first sight: fetched once the window is at rest, or when shown. */
import { type ComponentType, lazy, Suspense } from 'react';

type Fetch = () => Promise<unknown>;

const waiting: Fetch[] = [];

/** A component that shows nothing until its code is there. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loading: Promise<{ default: ComponentType<Props> }> | undefined;
  const fetch = (): Promise<{ default: ComponentType<Props> }> => {
    loading ??= load().then((component) => ({ default: component }));
    return loading;
  };
  waiting.push(fetch);
  const Lazy = lazy(fetch) as ComponentType<Props>;
  return function Later(props: Props) {
    return (
      <Suspense fallback={null}>
        <Lazy {...props} />
      </Suspense>
    );
  };
}

/** Milliseconds after which code is fetched from a browser that does not say when it is idle, or never is. */
const patience = 3000;

/** Fetches what is still to come, so that the window needs its host for no code from then on. */
export function fetchTheRest(): void {
  const fetch = (): void => {
    // What fails now is fetched again, and said, when it is shown.
    for (const one of waiting) void one().catch(() => undefined);
  };
  if ('requestIdleCallback' in window) window.requestIdleCallback(fetch, { timeout: patience });
  else setTimeout(fetch, patience);
}
