/** Every call a window makes on its host, typed by the contract. The rest of the renderer knows no transport. */
import { createORPCClient, ORPCError } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { create } from 'zustand';
import type { contract } from '#shared/protocol/contract.ts';
import { toProblem, type Problem } from '#shared/messages/error.ts';
import { connect, type LinkState } from './link.ts';
import type { EntryRefusal } from './session.ts';

interface Connection {
  readonly state: LinkState;
  /** Why the host does not know this window, while it does not. */
  readonly refusal: EntryRefusal | undefined;
  /** Whether this window has ever been let in: then there is work in it. */
  readonly entered: boolean;
}

export const useConnection = create<Connection>()(() => ({ state: 'connecting', refusal: undefined, entered: false }));

export type Host = ContractRouterClient<typeof contract>;

export const host: Host = createORPCClient(
  connect((state, refusal) =>
    useConnection.setState(({ entered }) => ({ state, refusal, entered: entered || state === 'connected' })),
  ),
);

/** The catalogue problem behind a failed call: the host's own where it sent one. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ORPCError && thrown.code === 'PROBLEM') return thrown.data as Problem;
  return toProblem(thrown);
}
