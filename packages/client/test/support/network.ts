import { WebSocket } from 'ws';
import type { SocketClass } from '../../src/index.ts';

/** A client's way to the server, which a test can cut, and look into. */
export interface Network {
  readonly fetch: typeof fetch;
  readonly webSocket: SocketClass;
  /** From now on nothing gets through. */
  cut(): void;
  mend(): void;
  /** Replaces each message from the server over a WebSocket, heartbeats aside; null drops it. */
  rewrite: ((text: string) => string | null) | null;
  /** Bodies sent over HTTP and messages sent over WebSocket, in order. */
  readonly sent: string[];
}

/** A message as a client sent it. */
export interface SentMessage {
  readonly messageId: string;
  readonly body: string;
  readonly envelopes: readonly { readonly deviceId: string; readonly envelope: string }[];
}

/** All attempts at sending messages, in order. */
export function sentMessages({ sent }: Network): readonly SentMessage[] {
  const inputs = sent.filter((text) => text.includes('"envelopes"')).map((text): unknown => JSON.parse(text));
  return inputs.map((input) => ('params' in (input as object) ? (input as Call).params.input : (input as SentMessage)));
}

interface Call {
  readonly params: { readonly input: SentMessage };
}

export function createNetwork(): Network {
  const sockets = new Set<WebSocket>();
  let isCut = false;

  class ControlledSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(isCut ? 'ws://127.0.0.1:1/' : url, protocols);
      sockets.add(this);
      this.once('close', () => sockets.delete(this));
    }
    override send(data: string): void {
      network.sent.push(data);
      super.send(data);
    }
    override emit(name: string | symbol, ...values: unknown[]): boolean {
      const text = String(values[0]);
      // Heartbeats (`PING`, `PONG`) are no JSON, and nothing a test could want to rewrite.
      if (name !== 'message' || network.rewrite === null || !text.startsWith('{')) return super.emit(name, ...values);
      const rewritten = network.rewrite(text);
      return rewritten !== null && super.emit(name, Buffer.from(rewritten), ...values.slice(1));
    }
  }

  const network: Network = {
    fetch: async (input, init) => {
      if (isCut) throw new TypeError('fetch failed');
      if (typeof init?.body === 'string') network.sent.push(init.body);
      return fetch(input, init);
    },
    webSocket: ControlledSocket,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.terminate();
    },
    mend: () => void (isCut = false),
    rewrite: null,
    sent: [],
  };
  return network;
}

/** Rewrites messages from the server so that they lack live events of a kind. */
export function withoutEvents(type: string): (text: string) => string {
  return (text) => {
    if (!text.includes(`"type":"${type}"`)) return text;
    const message = JSON.parse(text) as { result: { data: { data: { events: { type: string }[] } } } };
    const { data } = message.result.data;
    data.events = data.events.filter((event) => event.type !== type);
    return JSON.stringify(message);
  };
}
