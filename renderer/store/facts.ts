/** What the host knows of the data folder and backbone the document names, kept up to date while it is edited. */
import { create } from 'zustand';
import type { GraftDocument } from '#shared/document/model.ts';
import { noFacts, type Facts } from '#shared/nodes/facts.ts';
import type { ErrorCode } from '#shared/messages/catalogue.ts';
import type { Problem } from '#shared/messages/error.ts';
import { host, problemOf, useConnection } from '#renderer/platform/host.ts';
import { useDocument } from './document.ts';
import { useEnvironment } from './environment.ts';
import { useRun } from './run.ts';

interface FactsState {
  readonly facts: Facts;
  readonly loading: boolean;
  /** Whether a dry run is under way, or why it gave no forecast. */
  readonly forecasting: boolean | Problem;
}

export const useFacts = create<FactsState>()(() => ({ facts: noFacts, loading: false, forecasting: false }));

const debounceMilliseconds = 250;
const forecastDelayMilliseconds = 1200;

/** Refusals that say nothing about the project. */
const passingCodes: ReadonlySet<string> = new Set<ErrorCode>(['engine.replaced', 'run.busy']);

/** Kinds whose parameters decide which data and which model are looked at. */
const outsideKinds: ReadonlySet<string> = new Set(['image-folder', 'split', 'backbone']);

const outsideKey = oncePerDocument(({ nodes }) =>
  JSON.stringify(
    nodes.filter(({ kind }) => outsideKinds.has(kind)).map(({ id, kind, parameters }) => [id, kind, parameters]),
  ),
);

const forecastKey = oncePerDocument(({ nodes, wires }) =>
  JSON.stringify([nodes.map(({ kind, parameters }) => [kind, parameters]), wires]),
);

/** The store speaks up for every pan and zoom too, which change nothing in the document. */
function oncePerDocument(keyOf: (document: GraftDocument) => string): (document: GraftDocument) => string {
  const known = new WeakMap<GraftDocument, string>();
  return (document) => {
    const key = known.get(document) ?? keyOf(document);
    known.set(document, key);
    return key;
  };
}

function withoutForecast({ forecast: _, ...facts }: Facts): Facts {
  return facts;
}

/** Starts following the document; answers a function that ends it. */
export function followFacts(): () => void {
  let timer = 0;
  let forecastTimer = 0;
  let asked = '';
  let forecastAsked = '';
  /** The document, as a key, that the forecast in the store is of. */
  let forecastKnown = '';
  /** Whether another window's question or run came in between. It is asked again once a person is back in this one. */
  let gaveWay = false;
  let request = 0;

  const gather = async (): Promise<void> => {
    const { document, path } = useDocument.getState();
    const mine = ++request;
    useFacts.setState({ loading: true });
    try {
      const facts = await host.data.facts({ document, path });
      if (mine !== request) return;
      // Looked at again and found as it was, its forecast stands.
      if (JSON.stringify(facts) === JSON.stringify(withoutForecast(useFacts.getState().facts))) return;
      useFacts.setState({ facts });
      forecastAsked = '';
      consider();
    } catch {
      // The connection is gone; its return asks again.
      if (mine === request) asked = '';
    } finally {
      if (mine === request) useFacts.setState({ loading: false });
    }
  };

  const predict = async (): Promise<void> => {
    const { document, path } = useDocument.getState();
    const { device } = useEnvironment.getState().settings;
    useFacts.setState({ forecasting: true });
    const answer = await host.data.forecast({ document, path, device }).then(
      (forecast) => ({ forecast, forecasting: false }) as const,
      (thrown: unknown) => ({ forecast: undefined, forecasting: problemOf(thrown) }) as const,
    );
    if (forecastKey(useDocument.getState().document) !== forecastAsked) return;
    const { forecast, forecasting } = answer;
    forecastKnown = forecastAsked;
    gaveWay = forecasting !== false && passingCodes.has(forecasting.code);
    useFacts.setState(({ facts }) => ({
      facts: forecast === undefined ? withoutForecast(facts) : { ...facts, forecast },
      forecasting: gaveWay ? false : forecasting,
    }));
  };

  const consider = (): void => {
    if (useConnection.getState().state !== 'connected') return;
    const { document, path } = useDocument.getState();
    const key = JSON.stringify([path, outsideKey(document)]);
    if (key !== asked) {
      asked = key;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void gather(), debounceMilliseconds);
    }
    const wanted = forecastKey(document);
    const { facts, forecasting } = useFacts.getState();
    // A forecast of another document is no forecast; better none for a moment.
    if (wanted !== forecastKnown && (facts.forecast !== undefined || typeof forecasting === 'object'))
      useFacts.setState({ facts: withoutForecast(facts), forecasting: false });
    if (wanted !== forecastAsked && facts.dataset !== undefined && facts.backbone !== undefined) {
      forecastAsked = wanted;
      window.clearTimeout(forecastTimer);
      forecastTimer = window.setTimeout(() => void predict(), forecastDelayMilliseconds);
    }
  };

  const forecastAnew = (): void => {
    forecastAsked = '';
    consider();
  };

  /** Folders and files change while nobody looks here: what a card says is what a run would find. */
  const lookAgain = (): void => {
    if (useConnection.getState().state === 'connected' && asked !== '') void gather();
  };

  const onFocus = (): void => {
    lookAgain();
    if (gaveWay) forecastAnew();
  };

  consider();
  window.addEventListener('focus', onFocus);
  const endings = [
    () => window.removeEventListener('focus', onFocus),
    useDocument.subscribe(consider),
    useConnection.subscribe(consider),
    useEnvironment.subscribe((state, before) => {
      if (state.settings.device !== before.settings.device) forecastAnew();
    }),
    // A run leaves its features in the cache, so the next one starts sooner.
    useRun.subscribe((store, before) => {
      const [phase, earlier] = [store.state.phase, before.state.phase];
      if (phase === earlier) return;
      if (phase === 'done') forecastAnew();
      if (phase === 'starting' || phase === 'done' || phase === 'failed') lookAgain();
    }),
  ];
  return () => {
    window.clearTimeout(timer);
    window.clearTimeout(forecastTimer);
    for (const end of endings) end();
  };
}
