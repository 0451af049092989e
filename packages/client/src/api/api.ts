import type { ApiCall, Caller, SealApi } from './types.ts';

const METHODS: Readonly<Record<string, ApiCall['type']>> = { query: 'query', mutate: 'mutation' };

/** The procedures as nested objects: `api.messages.send.mutate(input)` makes the call `messages.send`. */
export function createApi(call: Caller): SealApi {
  return at(call, []) as SealApi;
}

function at(call: Caller, path: readonly string[]): unknown {
  return new Proxy(
    {},
    {
      get(_target, name) {
        // Not a promise, whatever `await` asks.
        if (typeof name !== 'string' || name === 'then') return undefined;
        const type = METHODS[name];
        if (type === undefined || path.length === 0) return at(call, [...path, name]);
        return (input: unknown) => call({ path: path.join('.'), type, input });
      },
    },
  );
}
