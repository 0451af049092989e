import {
  createTRPCUntypedClient,
  createWSClient,
  httpBatchLink,
  httpLink,
  TRPCClientError,
  wsLink,
  type TRPCLink,
} from '@trpc/client';
import { WebSocket } from 'ws';
import { ERRORS, isSealError, SealError, TRANSPORT } from '@seal-chat/protocol';
import type { ErrorAnswer, SyncBatch, SyncEvent, Tracked } from '@seal-chat/protocol/api';
import type { AppRouter } from '../../../server/src/index.ts';
import { httpCaller } from '../../src/api/http.ts';
import { openSocket } from '../../src/api/socket.ts';
import type { ApiCall, Caller } from '../../src/api/types.ts';

/** Where calls go, and as whom. */
export interface Target {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly appKey: string;
  readonly accessToken: string | null;
}

/** What a call came to: an answer, or the error the server named. */
export type Outcome = { readonly answer: unknown } | { readonly error: ErrorAnswer };

/** Makes calls one way or another. */
export interface TestCaller {
  outcome(call: ApiCall): Promise<Outcome>;
  close(): Promise<void>;
}

const settled = (caller: Caller, errorOf: (error: unknown) => ErrorAnswer): TestCaller['outcome'] => {
  return async (call) => {
    try {
      return { answer: await caller(call) };
    } catch (error) {
      return { error: errorOf(error) };
    }
  };
};

const headersOf = ({ appKey, accessToken }: Target): Record<string, string> => ({
  [TRANSPORT.appKeyHeader]: appKey,
  ...(accessToken !== null && { authorization: `Bearer ${accessToken}` }),
});

/** What the SDK makes of an error. */
function sealErrorOf(error: unknown): ErrorAnswer {
  if (!isSealError(error)) throw error;
  return { code: error.code, details: error.details };
}

/** `data.seal` of an error of tRPC's client, whose other members must say the same. */
function trpcErrorOf(error: unknown): ErrorAnswer {
  if (!(error instanceof TRPCClientError)) throw error;
  const { seal, httpStatus } = (error.data ?? {}) as { readonly seal?: ErrorAnswer; readonly httpStatus?: number };
  if (seal === undefined) throw error;
  const { text, status } = ERRORS[seal.code];
  if (error.message !== text || httpStatus !== status) throw new Error(`${seal.code}: not as the table has it`);
  return seal;
}

/** The SDK's own caller over HTTP. */
export function sealHttp(target: Target): TestCaller {
  const { authorization } = headersOf(target);
  const caller = httpCaller({ ...target, fetch }, async () => (authorization === undefined ? {} : { authorization }));
  return { outcome: settled(caller, sealErrorOf), close: async () => undefined };
}

/** The SDK's own caller over a WebSocket; the mailbox is followed from its beginning. */
export async function sealSocket(target: Target): Promise<TestCaller> {
  const followed = followWithSeal(target, 0);
  await followed.opened;
  return { outcome: settled(followed.call, sealErrorOf), close: async () => followed.close() };
}

/** tRPC's own client over HTTP. */
export function trpcHttp(target: Target, kind: 'single' | 'batch'): TestCaller {
  const options = { url: `${target.url}${TRANSPORT.path}`, headers: headersOf(target) };
  return trpcCaller(kind === 'single' ? httpLink<AppRouter>(options) : httpBatchLink<AppRouter>(options));
}

/** tRPC's own client over a WebSocket. */
export function trpcSocket(target: Target): TestCaller {
  const { link, close } = webSocketLink(target);
  return { ...trpcCaller(link), close };
}

function trpcCaller(link: TRPCLink<AppRouter>): TestCaller {
  const client = createTRPCUntypedClient<AppRouter>({ links: [link] });
  const caller: Caller = ({ path, type, input }) => client[type](path, input);
  return { outcome: settled(caller, trpcErrorOf), close: async () => undefined };
}

function webSocketLink({ url, appKey, accessToken }: Target) {
  const opened: WebSocket[] = [];
  class NodeWebSocket extends WebSocket {
    constructor(address: string | URL) {
      super(address);
      this.on('error', () => undefined);
      opened.push(this);
    }
  }
  const client = createWSClient({
    url: `${url.replace(/^http/, 'ws')}${TRANSPORT.path}`,
    WebSocket: NodeWebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: () => ({ appKey, ...(accessToken !== null && { accessToken }) }),
    retryDelayMs: () => 50,
  });
  return { link: wsLink<AppRouter>({ client }), opened, close: () => client.close() };
}

/** The mailbox as one of the clients hears it. */
export interface Followed {
  /** Events of the mailbox, without live ones. */
  readonly events: SyncEvent[];
  /** The error that ended it. */
  readonly ended: Promise<ErrorAnswer>;
  close(): void;
}

const mailboxEvents = ({ events }: SyncBatch): readonly SyncEvent[] => events.filter((event) => 'position' in event);

/** Follows the mailbox from after `position` with the SDK's socket. */
export function followWithSeal(target: Target, position: number): Followed & { call: Caller; opened: Promise<void> } {
  const { url, appKey, accessToken } = target;
  const events: SyncEvent[] = [];
  const socket = openSocket({
    url,
    params: { appKey, accessToken: accessToken ?? '' },
    webSocket: WebSocket,
    onEnd: () => undefined,
  });
  socket.subscribe(position, (batch) => events.push(...mailboxEvents(batch)));
  const { opened, closed, call } = socket;
  const close = (): void => socket.close(new SealError('OFFLINE'));
  return { events, opened, call, ended: closed.then(sealErrorOf), close };
}

/** Follows the mailbox with tRPC's client, which connects again and resumes when its socket is lost. */
export function followWithTrpc(target: Target, position: number): Followed & { ids: string[]; lose(): void } {
  const { link, opened, close } = webSocketLink(target);
  const client = createTRPCUntypedClient<AppRouter>({ links: [link] });
  const [events, ids]: [SyncEvent[], string[]] = [[], []];
  const ended = new Promise<ErrorAnswer>((resolve) => {
    const input = { lastEventId: String(position) };
    client.subscription('sync.subscribe', input, {
      onData(value) {
        const { id, data } = value as Tracked<SyncBatch>;
        ids.push(id);
        events.push(...mailboxEvents(data));
      },
      onError: (error) => resolve(trpcErrorOf(error)),
    });
  });
  return { events, ids, ended, lose: () => opened.at(-1)!.terminate(), close: () => void close() };
}
