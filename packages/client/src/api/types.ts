import type { AnyProcedure, SealRouter } from '@seal-chat/protocol/api';

/** How a procedure is called, by its kind; a subscription is not a call. */
type Call<Procedure extends AnyProcedure> = Procedure['kind'] extends 'query'
  ? { readonly query: (input: Procedure['input']) => Promise<Procedure['output']> }
  : { readonly mutate: (input: Procedure['input']) => Promise<Procedure['output']> };

/** The calls of one router. */
type Calls<Router> = {
  readonly [
    Name in keyof Router as Router[Name] extends { readonly kind: 'query' | 'mutation' } ? Name : never
  ]: Router[Name] extends AnyProcedure ? Call<Router[Name]> : never;
};

/**
 * The procedures of a Seal server: `api.messages.send.mutate(input)`, `api.conversations.list.query(input)`. Calls
 * fail with a `SealError`. Only the subscription to the mailbox is left out: the rest of the SDK follows it.
 */
export type SealApi = { readonly [Name in keyof SealRouter]: Calls<SealRouter[Name]> };

/** One call of a procedure. */
export interface ApiCall {
  /** Such as `messages.send`. */
  readonly path: string;
  readonly type: 'query' | 'mutation';
  readonly input: unknown;
}

/** Makes calls. @throws SealError */
export type Caller = (call: ApiCall) => Promise<unknown>;
