import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { getWSConnectionHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import type { AnyRouter, TRPCError } from '@trpc/server';
import { ERRORS, LIFETIMES, SIZE_LIMITS, TRANSPORT, type SealError } from '@seal-chat/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import { guardSockets, refuseSocket } from '../net/sockets.ts';
import type { Context } from './context.ts';
import { credentialsOf, type Contexts, type Credentials, type Socket } from './create-context.ts';

/** The procedures over WebSocket. */
export interface WebSockets {
  /** Serves upgrades of `server` to the path. @param addressOf the client's address, as the operator lets it be found */
  attach(server: Server, addressOf: (request: IncomingMessage) => string): void;
  /** Sockets open now. */
  count(): number;
  /** Stops taking requests; those under way go on. */
  pause(): void;
  /** Tells every client to come back elsewhere or later, and closes. */
  close(): Promise<void>;
}

/** A socket must say who it is within this time, ms. */
const INTRODUCTION_MS = 10_000;
/** What was sent before has this long to leave before a socket is closed for a reason, ms. */
const LAST_WORDS_MS = 500;
/** A client has this long to answer a close, ms. */
const CLOSE_MS = 1_000;
const MAX_BATCH = 1_000;
/** Close codes: RFC 6455 §7.4.1, and the HTTP status of an error in the range for applications. */
const SERVICE_RESTART = 1012;
const APPLICATION_CODES = 4_000;

export function createWebSockets(deps: {
  readonly router: AnyRouter;
  readonly contexts: Contexts;
  readonly onError: (failure: { readonly error: TRPCError; readonly path: string | undefined }) => void;
}): WebSockets {
  const { router, contexts, onError } = deps;
  const wss = new WebSocketServer({ noServer: true, maxPayload: SIZE_LIMITS.request, perMessageDeflate: false });
  const silent = new WeakSet<WebSocket>();
  /** Sockets that have not said who they are, with what ends them if they do not. */
  const strangers = new WeakMap<WebSocket, NodeJS.Timeout>();
  /** What the upgrade of a socket said, by the request tRPC holds on to. */
  const upgrades = new WeakMap<IncomingMessage, Credentials>();
  let lastId = 0;
  let isClosing = false;

  const handle = getWSConnectionHandler<AnyRouter>({ wss, router, createContext, onError, maxBatchSize: MAX_BATCH });

  function createContext({ req, res, info }: CreateWSSContextFnOptions): Promise<Context> {
    clearTimeout(strangers.get(res));
    strangers.delete(res);
    const credentials = withConnectionParams(upgrades.get(req)!, info.connectionParams);
    return contexts.ofSocket(credentials, socketOf(res, String(++lastId)));
  }

  function isThere(this: WebSocket): void {
    silent.delete(this);
  }

  wss.on('connection', (client: WebSocket, request: IncomingMessage) => {
    client.on('pong', isThere).on('message', isThere);
    const timer = setTimeout(() => client.terminate(), INTRODUCTION_MS);
    timer.unref();
    strangers.set(client, timer);
    client.once('close', () => clearTimeout(strangers.get(client)));
    handle(client, request);
  });

  /** A lost connection may look open for minutes: one that does not answer in time is cut. */
  const heartbeat = setInterval(() => {
    for (const client of wss.clients) {
      if (silent.has(client)) client.terminate();
      else {
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
        const [path] = (request.url ?? '').split('?', 1);
        if (path !== TRANSPORT.path || isClosing) {
          refuseSocket(socket, isClosing ? 503 : 404);
          return;
        }
        const kept = keptOf(request);
        upgrades.set(kept, credentialsOf(request.headers, addressOf(request)));
        wss.handleUpgrade(request, socket, head, (client) => {
          sendTogether(client, socket);
          wss.emit('connection', client, kept);
        });
      });
    },

    count: () => wss.clients.size,

    pause() {
      isClosing = true;
      for (const client of wss.clients) client.pause();
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
function socketOf(client: WebSocket, id: string): Socket {
  return {
    connection: {
      id,
      bufferedBytes: () => client.bufferedAmount,
      // A ping queues behind what is buffered; its callback says that the queue has moved.
      drained: () => new Promise((resolve) => client.ping(undefined, undefined, () => resolve())),
    },
    isOpen: () => client.readyState === client.OPEN,
    onClose: (handler) => void client.once('close', handler),
    closeSoon({ code }: SealError) {
      const timer = setTimeout(() => client.close(APPLICATION_CODES + ERRORS[code].status, code), LAST_WORDS_MS);
      client.once('close', () => clearTimeout(timer));
    },
  };
}
