/** What follows from the document and the facts: its problems, and the live numbers on nodes and wires. */
import { create } from 'zustand';
import type { NodeNumbers } from '#shared/document/live-nodes.ts';
import { describe, type LiveNumbers } from '#shared/document/live.ts';
import { problems } from '#shared/document/validate.ts';
import type { Problem } from '#shared/messages/error.ts';
import { isNotice } from '#shared/messages/notices.ts';
import { standsElsewhere } from './changes.ts';
import { useDocument } from './document.ts';
import { useFacts } from './facts.ts';

interface DerivedState {
  /** Those that keep the graph from training first, then what is only told. */
  readonly problems: readonly Problem[];
  /** The first problem of each node that keeps it from training, as one sentence. */
  readonly sentences: ReadonlyMap<string, string>;
  readonly live: LiveNumbers;
}

function derive(): DerivedState {
  const { document } = useDocument.getState();
  const { facts } = useFacts.getState();
  const all = problems(document, facts);
  const found = [...all.filter((one) => !isNotice(one)), ...all.filter(isNotice)];
  const sentences = new Map<string, string>();
  for (const one of found) {
    const { node, message } = one;
    if (node !== undefined && !isNotice(one) && !sentences.has(node)) sentences.set(node, message);
  }
  return { problems: found, sentences, live: describe(document, facts) };
}

export const useDerived = create<DerivedState>()(derive);

/** Starts following document and facts; answers a function that ends it. */
export function followDerived(): () => void {
  let document = useDocument.getState().document;
  const update = (): void => useDerived.setState(derive());
  const endings = [
    useDocument.subscribe((state) => {
      const before = document;
      document = state.document;
      if (document !== before && !standsElsewhere(before, document)) update();
    }),
    useFacts.subscribe(update),
  ];
  update();
  return () => {
    for (const end of endings) end();
  };
}

/** What flows through a wire, with its shape where that is known: “features 32×384”. */
export function useWireLabel(wire: string): string | undefined {
  return useDerived(({ live }) => live.wires.get(wire));
}

/** A few words under a node's title. */
export function useSubtitle(node: string): string {
  return useDerived(({ live }) => live.nodes.get(node)?.subtitle ?? '');
}

export function useNodeNumbers(node: string): NodeNumbers | undefined {
  return useDerived(({ live }) => live.nodes.get(node));
}
