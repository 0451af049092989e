import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isSealError, LIFETIMES, SealError } from '@seal-chat/protocol';
import type { Metrics } from '../metrics/metrics.ts';
import type { Admission } from '../net/admission.ts';
import type { Context } from './context.ts';
import type { Contexts, Credentials, Socket } from './create-context.ts';

/** Subscriptions over HTTP, for networks that let no WebSocket pass: each is one answer that does not end (server-sent events). */
export interface EventStreams {
  /**
   * Makes the context of a request whose answer is a stream: that of a socket, which lasts as long as the answer.
   * @throws SealError TOO_MANY_CONNECTIONS
   */
  open(credentials: Credentials, response: ServerResponse): Promise<Context>;
  /** Streams open now. */
  count(): number;
  /** Refuses new streams, and ends those there are one after the other, all within `ms`. */
  leave(ms: number): Promise<void>;
  /** Ends all. */
  close(): void;
}

/** What was sent before has this long to leave before a stream is ended for a reason, ms. */
const LAST_WORDS_MS = 500;

/** Creates what counts streams, cuts those of readers that are stuck, and ends them all. */
export function createEventStreams(deps: {
  readonly contexts: Contexts;
  readonly admission: Admission;
  readonly metrics: Pick<Metrics, 'countShed'>;
}): EventStreams {
  const { contexts, admission, metrics } = deps;
  /** Open answers, with the bytes that the network had taken when answers were waiting for it last. */
  const open = new Map<ServerResponse, number | null>();
  let lastId = 0;
  let isClosing = false;

  /** A reader that has taken nothing of what waits since the last time is cut. */
  const heartbeat = setInterval(() => {
    for (const [response, taken] of open) {
      const waiting = response.writableLength;
      const now = waiting === 0 ? null : (response.socket?.bytesWritten ?? 0) - waiting;
      if (now !== null && now === taken) response.destroy();
      else open.set(response, now);
    }
  }, LIFETIMES.heartbeatMs);
  heartbeat.unref();

  return {
    async open(credentials, response) {
      if (isClosing) throw new SealError('UNAVAILABLE');
      const admitted = admission.admit(credentials.address);
      if ('status' in admitted) {
        metrics.countShed(admitted.status === 503 ? 'sockets-of-process' : 'sockets-of-address');
        throw new SealError('TOO_MANY_CONNECTIONS', undefined, { retryAfterMs: admitted.retryAfterSeconds * 1_000 });
      }
      open.set(response, null);
      response.once('close', () => {
        open.delete(response);
        admitted.closed();
      });
      const context = await contexts.ofSocket(credentials, socketOf(response, `stream-${++lastId}`));
      if (context.session !== null && !isSealError(context.session)) admitted.signedIn();
      return context;
    },

    count: () => open.size,

    async leave(ms) {
      isClosing = true;
      const responses = [...open.keys()];
      for (const response of responses) {
        response.destroy();
        await delay(ms / responses.length);
      }
    },

    close() {
      isClosing = true;
      clearInterval(heartbeat);
      for (const response of open.keys()) response.destroy();
    },
  };
}

/** @param id unique in this process */
function socketOf(response: ServerResponse, id: string): Socket {
  const isOpen = (): boolean => !response.destroyed;
  return {
    connection: {
      id,
      isOpen,
      bufferedBytes: () => response.writableLength,
      drained: () => new Promise((resolve) => response.once('drain', resolve).once('close', resolve)),
      // What passes tRPC by is a frame of a WebSocket.
      onSent: () => undefined,
    },
    isOpen,
    onClose: (handler) => void response.once('close', handler),
    closeSoon() {
      const timer = setTimeout(() => response.destroy(), LAST_WORDS_MS);
      response.once('close', () => clearTimeout(timer));
    },
  };
}
