import { TRPCError, getTRPCErrorFromUnknown, type AnyRouter } from '@trpc/server';
import type { Context } from './context.ts';

/** Runs a procedure for a caller on a WebSocket. Rejects with a TRPCError, as the procedure would answer. */
export type DirectCall = (ctx: Context, input: unknown) => Promise<unknown>;

/** Procedures by their paths. */
export type DirectCalls = ReadonlyMap<string, DirectCall>;

/** What tRPC keeps of a procedure, as far as it is looked at here. */
interface Definition {
  readonly meta?: { readonly isDirect?: boolean };
  readonly inputs: readonly { parse(input: unknown): unknown }[];
  readonly middlewares: readonly unknown[];
  readonly resolver?: (options: { readonly ctx: Context; readonly input: unknown }) => Promise<unknown>;
}

/** The check of the input and the procedure itself. */
const OWN_MIDDLEWARES = 2;

/**
 * Finds the procedures of `router` that are called so often that tRPC's way to them would be felt: those built on
 * `directProcedure`. They are run as tRPC runs them, input first, without the copies it makes of everything on the way.
 *
 * @throws Error for one that has a middleware, which would be left out
 */
export function directCallsOf(router: AnyRouter): DirectCalls {
  const calls = new Map<string, DirectCall>();
  for (const [path, procedure] of Object.entries(router._def.procedures as Record<string, { _def: Definition }>)) {
    const { meta, inputs, middlewares, resolver } = procedure._def;
    if (meta?.isDirect !== true) continue;
    const [input] = inputs;
    if (input === undefined || inputs.length > 1 || resolver === undefined || middlewares.length > OWN_MIDDLEWARES) {
      throw new Error(`${path} cannot be called directly: it has more than one input and what it does`);
    }
    calls.set(path, async (ctx, raw) => {
      let parsed: unknown;
      try {
        parsed = input.parse(raw);
      } catch (cause) {
        throw new TRPCError({ code: 'BAD_REQUEST', cause });
      }
      try {
        return await resolver({ ctx, input: parsed });
      } catch (cause) {
        throw getTRPCErrorFromUnknown(cause);
      }
    });
  }
  return calls;
}
