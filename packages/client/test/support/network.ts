import { WebSocket } from 'ws';
import type { SocketClass } from '../../src/index.ts';

/** A client's way to the server, which a test can cut, and look into. */
export interface Network {
  readonly fetch: typeof fetch;
  readonly webSocket: SocketClass;
  /** From now on nothing gets through. */
  cut(): void;
  mend(): void;
  /** Replaces each message from the server over a WebSocket; null drops it. */
  rewrite: ((text: string) => string | null) | null;
  /** Paths of the procedures called over HTTP and messages sent over WebSocket, in order. */
  readonly sent: string[];
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
      if (name !== 'message' || network.rewrite === null) return super.emit(name, ...values);
      const rewritten = network.rewrite(String(values[0]));
      return rewritten !== null && super.emit(name, Buffer.from(rewritten), ...values.slice(1));
    }
  }

  const network: Network = {
    fetch: async (input, init) => {
      if (isCut) throw new TypeError('fetch failed');
      network.sent.push(new URL(input as string).pathname);
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
