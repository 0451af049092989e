import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { getWSConnectionHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import type { AnyRouter, TRPCError } from '@trpc/server';
import {
  ERRORS,
  isSealError,
  LIFETIMES,
  SealError,
  SIZE_LIMITS,
  TRANSPORT,
  type ErrorCode,
  type TenantId,
} from '@seal-chat/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Rounds } from '../fairness/rounds.ts';
import type { Patience } from '../limits/patience.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { CloseReason } from '../metrics/names.ts';
import { networkOf } from '../net/address.ts';
import type { Admission, Admitted, NetworkLimits } from '../net/admission.ts';
import { guardSockets, refuseSocket } from '../net/sockets.ts';
import type { UsageMeter } from '../usage/meter.ts';
import type { Context } from './context.ts';
import { directCallsOf } from './direct.ts';
import { Gate, gateEncoder } from './gate.ts';
import { credentialsOf, type Contexts, type Credentials, type Socket as ContextSocket } from './create-context.ts';

/** What the upgrade of a socket said. */
interface Arrival {
  readonly client: WebSocket;
  readonly credentials: Credentials;
  readonly admitted: Admitted;
  /** Ends a socket that has not signed in by then. */
  readonly expiry: NodeJS.Timeout;
}

/** The procedures over WebSocket. */
export interface WebSockets {
  /** Serves upgrades of `server` to the path. @param addressOf the client's address, as the operator lets it be found */
  attach(server: Server, addressOf: (request: IncomingMessage) => string): void;
  /** Sockets open now. */
  count(): number;
  /** Stops taking requests; those under way go on. */
  pause(): void;
  /** Refuses new sockets, and closes those there are one after the other, all within `ms`: their devices do not come back all at once. */
  leave(ms: number): Promise<void>;
  /** Tells every client to come back elsewhere or later, and closes. */
  close(): Promise<void>;
}

/** What was sent before has this long to leave before a socket is closed for a reason, ms. */
const LAST_WORDS_MS = 500;
/** What a new socket costs, about, ms. */
const UPGRADE_COST_MS = 0.5;
/** A client has this long to answer a close, ms. */
const CLOSE_MS = 1_000;
/** Close codes: RFC 6455 §7.4.1, and the HTTP status of an error in the range for applications. */
const SERVICE_RESTART = 1012;
const APPLICATION_CODES = 4_000;

/** Creates what serves the procedures over WebSocket (RFC 6455). Serves nothing before `attach`. */
export function createWebSockets(deps: {
  readonly router: AnyRouter;
  readonly contexts: Contexts;
  readonly limits: NetworkLimits;
  readonly admission: Admission;
  readonly rounds: Rounds;
  readonly patience: Patience;
  readonly metrics: Pick<Metrics, 'countClosed' | 'countShed' | 'observeCall'>;
  readonly usage: Pick<UsageMeter, 'answered'>;
  readonly onError: (failure: {
    readonly error: TRPCError;
    readonly path: string | undefined;
    readonly ctx?: Context | undefined;
  }) => void;
}): WebSockets {
  const { router, contexts, limits, admission, rounds, patience, metrics, usage, onError } = deps;
  const wss = new WebSocketServer({ noServer: true, maxPayload: SIZE_LIMITS.request, perMessageDeflate: false });
  const silent = new WeakSet<WebSocket>();
  /** Sockets that were cut, and why. */
  const cut = new WeakMap<WebSocket, CloseReason>();
  /** Bytes that the network had taken of a socket whose answers wait, when that was seen last. */
  const stuck = new WeakMap<WebSocket, number>();
  const serving = new WeakMap<WebSocket, { readonly socket: Duplex; readonly gate: Gate }>();
  /** What is known of a socket until tRPC asks for its context, by the gate that tRPC holds on to. */
  const arrivals = new WeakMap<Gate, Arrival>();
  /** The tenant of a socket, once it is known. */
  const tenants = new WeakMap<WebSocket, TenantId>();
  const direct = directCallsOf(router);
  let lastId = 0;
  let isClosing = false;

  const handle = getWSConnectionHandler<AnyRouter>({
    wss,
    router,
    createContext,
    onError,
    experimental_encoder: gateEncoder,
  });

  async function createContext({ res, info }: CreateWSSContextFnOptions): Promise<Context> {
    const gate = res as unknown as Gate;
    const { client, credentials, admitted, expiry } = arrivals.get(gate)!;
    let context: Context | null = null;
    try {
      context = await contexts.ofSocket(
        withConnectionParams(credentials, info.connectionParams),
        socketOf(client, gate, String(++lastId)),
      );
      if (!isSealError(context.tenant)) tenants.set(client, context.tenant.tenantId);
      if (context.session !== null && !isSealError(context.session)) {
        clearTimeout(expiry);
        admitted.signedIn();
      }
      return context;
    } finally {
      gate.settle(context);
    }
  }

  function countAnswer(client: WebSocket, path: string, code: ErrorCode | null, seconds: number): void {
    metrics.observeCall({ path, transport: 'websocket', code, seconds });
    const tenantId = tenants.get(client);
    if (tenantId !== undefined) usage.answered(tenantId, { path, code, seconds });
  }

  function isThere(this: WebSocket): void {
    silent.delete(this);
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    if (socket.destroyed) return;
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== TRANSPORT.path || isClosing) {
      refuseSocket(socket, isClosing ? 503 : 404);
      return;
    }
    const admitted = admission.admit(networkOf(address));
    if ('status' in admitted) {
      metrics.countShed(admitted.status === 503 ? 'sockets-of-process' : 'sockets-of-address');
      refuseSocket(socket, admitted.status, admitted.retryAfterSeconds);
      return;
    }
    // A handshake that fails has no socket to close.
    socket.once('close', admitted.closed);
    const kept = keptOf(request);
    const credentials = credentialsOf(request.headers, address);
    wss.handleUpgrade(request, socket, head, (client) => {
      sendTogether(client, socket);
      begin(client, socket, kept, { credentials, admitted });
    });
  }

  /** Serves a socket that was let in. */
  function begin(
    client: WebSocket,
    socket: Duplex,
    request: IncomingMessage,
    from: Omit<Arrival, 'client' | 'expiry'>,
  ) {
    client.on('pong', isThere).on('message', isThere);
    const isIntroduced = !/[?&]connectionParams=1(?:&|$)/.test(request.url ?? '');
    const gate = new Gate(client, socket, {
      router,
      direct,
      isIntroduced,
      rounds,
      patience,
      address: from.credentials.address,
      onAnswer: countAnswer.bind(null, client),
      onError,
    });
    const expiry = setTimeout(() => end(client, new SealError('NOT_SIGNED_IN')), limits.strangerMs);
    expiry.unref();
    client.once('close', (code) => {
      clearTimeout(expiry);
      metrics.countClosed(cut.get(client) ?? closeReasonOf(code));
      from.admitted.closed();
    });
    serving.set(client, { socket, gate });
    arrivals.set(gate, { ...from, client, expiry });
    handle(gate as unknown as WebSocket, request);
  }

  /** Whether answers wait for a reader that has taken none of them since the last time. */
  function isStuck(client: WebSocket): boolean {
    const written = (serving.get(client)?.socket as Socket | undefined)?.bytesWritten ?? 0;
    const taken = written - client.bufferedAmount;
    if (client.bufferedAmount === 0) stuck.delete(client);
    else if (stuck.get(client) === taken) return true;
    else stuck.set(client, taken);
    return false;
  }

  /** A lost connection may look open for minutes: one that does not answer, or does not read, in time is cut. */
  const heartbeat = setInterval(() => {
    for (const client of wss.clients) {
      const reason = silent.has(client) ? 'silent' : isStuck(client) ? 'reader-stuck' : null;
      if (reason !== null) {
        cut.set(client, reason);
        client.terminate();
      } else {
        silent.add(client);
        client.ping();
      }
    }
  }, LIFETIMES.heartbeatMs);
  heartbeat.unref();

  return {
    attach(server, addressOf) {
      guardSockets(server);
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        const address = addressOf(request);
        void rounds.once(networkOf(address), UPGRADE_COST_MS).then(() => upgrade(request, socket, head, address));
      });
    },

    count: () => wss.clients.size,

    pause() {
      isClosing = true;
      for (const client of wss.clients) serving.get(client)?.gate.stop();
    },

    async leave(ms) {
      isClosing = true;
      const clients = [...wss.clients];
      const began = performance.now();
      for (const [i, client] of clients.entries()) {
        const wait = began + (ms * i) / clients.length - performance.now();
        if (wait > 1) await delay(wait);
        client.close(SERVICE_RESTART);
      }
    },

    async close() {
      isClosing = true;
      clearInterval(heartbeat);
      // Answers to what is settled are on their way to the sockets.
      await nextTurn();
      for (const client of wss.clients) {
        client.close(SERVICE_RESTART);
        client.resume();
      }
      const deadline = Date.now() + CLOSE_MS;
      while (wss.clients.size > 0 && Date.now() < deadline) await delay(10);
      for (const client of wss.clients) client.terminate();
    },
  };
}

/** What a close code says (RFC 6455 §7.4.1; 4000 + status are ours). */
function closeReasonOf(code: number): CloseReason {
  if (code === 1000 || code === 1001 || code === 1005) return 'client';
  if (code === 1006) return 'lost';
  if (code === 1009) return 'too-large';
  if (code === SERVICE_RESTART) return 'restart';
  if (code === APPLICATION_CODES + 401) return 'session';
  return code >= APPLICATION_CODES ? 'refused' : 'other';
}

/**
 * What is sent in one turn leaves in one write: a batch of messages answers its senders all at once, and each write
 * costs more than what is in it.
 */
function sendTogether(client: WebSocket, socket: Duplex): void {
  const uncork = (): void => {
    isCorked = false;
    socket.uncork();
  };
  let isCorked = false;
  const { send } = client;
  client.send = function (this: WebSocket, ...call: unknown[]) {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    Reflect.apply(send, this, call);
  };
}

/**
 * tRPC holds the request for as long as the socket is open: it gets what it looks at, and the rest can go. Without a
 * host, as it would throw at an invalid one, where nothing catches it.
 */
function keptOf({ url }: IncomingMessage): IncomingMessage {
  return { url, headers: {} } as IncomingMessage;
}

/** Closes with the reason, and cuts a client that does not answer. */
function end(client: WebSocket, { code }: SealError): void {
  client.close(APPLICATION_CODES + ERRORS[code].status, code);
  const timer = setTimeout(() => client.terminate(), CLOSE_MS);
  client.once('close', () => clearTimeout(timer));
}

/** A page cannot set headers of a WebSocket, so it sends what it would say there as the first message. */
function withConnectionParams(
  fromHeaders: Credentials,
  params: Readonly<Record<string, string | undefined>> | null,
): Credentials {
  return {
    ...fromHeaders,
    appKey: params?.['appKey'] ?? fromHeaders.appKey,
    accessToken: params?.['accessToken'] ?? fromHeaders.accessToken,
    isHidden: params?.['presence'] === 'hidden',
  };
}

/** @param id unique in this process */
function socketOf(client: WebSocket, gate: Gate, id: string): ContextSocket {
  return {
    connection: {
      id,
      isOpen: () => client.readyState === client.OPEN,
      bufferedBytes: () => client.bufferedAmount,
      // A ping queues behind what is buffered; its callback says that the queue has moved.
      drained: () => new Promise((resolve) => client.ping(undefined, undefined, () => resolve())),
      onSent: (data, take) => gate.onSent(data, take),
    },
    isOpen: () => client.readyState === client.OPEN,
    onClose: (handler) => void client.once('close', handler),
    closeSoon(reason: SealError) {
      const timer = setTimeout(() => end(client, reason), LAST_WORDS_MS);
      client.once('close', () => clearTimeout(timer));
    },
  };
}
