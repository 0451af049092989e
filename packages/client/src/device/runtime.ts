import { bufferedRng, selectCurves, selectKem } from '@seal-chat/crypto';
import { SealError, type Bytes } from '@seal-chat/protocol';
import { createPublicApi, type TransportOptions } from '../api/transport.ts';
import type { SealApi } from '../api/types.ts';
import { createClock } from '../context/clock.ts';
import type { Deps } from '../context/deps.ts';
import { loadStream } from './load-stream.ts';
import { createLoader } from '../context/loader.ts';
import { createJudge } from '../context/refusals.ts';
import { createTokenSource } from '../identity/tokens.ts';
import { checkRealm } from '../store/check-realm.ts';
import { rowReader, transact, type Committed, type DeviceTx } from '../store/device-tx.ts';
import { indexedDbStore } from '../store/idb-store.ts';
import { loadConversation } from '../sync/load.ts';
import type { SealClientOptions } from './options.ts';

/** An open device: its store, its cryptography, its way to the server. */
export type Runtime = Deps;

/** How calls leave, with the platform's parts where the caller brought none. */
export function transportOptions(options: SealClientOptions): TransportOptions {
  const { url, appKey, webSocket = globalThis.WebSocket } = options;
  // A browser's `fetch` must be called on its window.
  const call: typeof fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return { url, appKey, fetch: call, webSocket, loadStream };
}

/**
 * Opens the store and picks the cryptography.
 *
 * @throws SealError STORAGE_FAILED; UNSUPPORTED_BROWSER without a source of random numbers; UNSAFE_PAGE where other
 *   scripts have changed what rows are written with
 */
export async function openRuntime(
  options: SealClientOptions,
  hooks: {
    readonly api: SealApi;
    readonly committed: (change: Committed) => void;
    readonly report: (error: unknown) => void;
  },
): Promise<Runtime> {
  const { appKey, profile = 'default', now = Date.now, store: openStore = indexedDbStore() } = options;
  if (globalThis.crypto === undefined) throw new SealError('UNSUPPORTED_BROWSER', 'client: no WebCrypto');
  const rng = options.randomBytes ?? bufferedRng((bytes: Bytes) => void crypto.getRandomValues(bytes));
  const subtle: SubtleCrypto | undefined = crypto.subtle;
  checkRealm();
  const [store, curves] = await Promise.all([openStore(`seal:${appKey}:${profile}`), selectCurves(subtle)]);
  const reader = rowReader(store);
  const http = transportOptions(options);
  const publicApi = createPublicApi(http);
  const clock = createClock(now);
  const commit = <T>(task: (tx: DeviceTx) => Promise<T>): Promise<T> =>
    transact({ store, committed: hooks.committed }, task);
  return {
    store,
    reader,
    transact: commit,
    api: hooks.api,
    publicApi,
    http,
    deviceName: options.deviceName ?? null,
    curves,
    kem: createLoader(() => selectKem(subtle, rng)),
    rng,
    now: clock.now,
    localNow: now,
    report: hooks.report,
    judge: createJudge(hooks.report),
    clock,
    tokens: createTokenSource({ store, reader, transact: commit, publicApi, curves, clock }, async (...session) =>
      (await loadConversation()).openSession(...session),
    ),
  };
}
