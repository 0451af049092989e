import { STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Gives every connection of `server` an error handler for as long as it lives. Node takes its own off a socket that it
 * hands to `upgrade`, and an error that nobody listens to ends the process.
 */
export function guardSockets(server: Server): void {
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
}

/** Answers bytes that became no request with a status and nothing else, and closes. */
export function refuseSocket(socket: Duplex, status: number, retryAfterSeconds: number | null = null): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const retry = retryAfterSeconds === null ? '' : `retry-after: ${retryAfterSeconds}\r\n`;
  // A client that does not close its own half keeps nothing open here.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${retry}connection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** `onDropped` is called at most this often, ms. */
const SAY_MS = 60_000;

/** Tells how many connections `server` has closed since the last time because it has as many as it may. */
export function countDropped(server: Server, onDropped: (dropped: number) => void): void {
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  const say = (): void => {
    timer = null;
    if (dropped === 0) return;
    onDropped(dropped);
    dropped = 0;
    timer = setTimeout(say, SAY_MS).unref();
  };
  server.on('drop', () => {
    dropped++;
    timer ??= setTimeout(say, 0).unref();
  });
}

/**
 * Closes connections of an address beyond `perAddress`, and of one that is shut out, before anything is read from them.
 * @param isProxy whether an address speaks for others, whose connections are not counted
 * @param networkOf what the connections of an address are counted under
 */
export function limitConnections(
  server: Server,
  {
    perAddress,
    isShut,
    isProxy,
    networkOf,
  }: {
    readonly perAddress: number;
    readonly isShut: (network: string) => boolean;
    readonly isProxy: (address: string) => boolean;
    readonly networkOf: (address: string) => string;
  },
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    if (isProxy(address)) return;
    const network = networkOf(address);
    const before = open.get(network) ?? 0;
    if (before >= perAddress || isShut(network)) {
      socket.destroy();
      return;
    }
    open.set(network, before + 1);
    socket.once('close', () => {
      const left = open.get(network)! - 1;
      if (left === 0) open.delete(network);
      else open.set(network, left);
    });
  });
}
