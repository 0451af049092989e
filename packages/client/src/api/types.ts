import type { AppRouter } from '@seal-chat/server';
import type { TRPCClient } from '@trpc/client';

type Procedures = TRPCClient<AppRouter>;

/**
 * The typed tRPC client of a Seal server, as `createTRPCClient` would make it. Its calls fail with a `SealError`. Only
 * the subscription to the mailbox is left out: following it is what the rest of the SDK does.
 */
export type SealApi = Omit<Procedures, 'sync'> & { readonly sync: Omit<Procedures['sync'], 'subscribe'> };

/** One call of a procedure. */
export interface ApiCall {
  /** Such as `messages.send`. */
  readonly path: string;
  readonly type: 'query' | 'mutation';
  readonly input: unknown;
}

/** Makes calls. @throws SealError */
export type Caller = (call: ApiCall) => Promise<unknown>;
