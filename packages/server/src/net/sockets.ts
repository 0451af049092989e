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
  // Whoever does not close its own half keeps nothing open here.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${retry}connection: close\r\ncontent-length: 0\r\n\r\n`);
}
