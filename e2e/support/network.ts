import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** The way from one browser profile to everything else: an HTTP proxy that can be cut. */
export interface Network {
  /** For Playwright's `newContext`. The odd bypass rule makes Chromium use it for loopback, too. */
  readonly proxy: { readonly server: string; readonly bypass: string };
  /** Ends every connection at once and lets no new one through; with `origin`, to that server only. */
  cut(origin?: string): void;
  /** Keeps open what is open but lets nothing through it any more, as when a router forgets it; new connections work. */
  forget(): void;
  /** Lets requests through and no WebSocket, as some proxies do; those that are open end. */
  blockWebSockets(): void;
  /** Works again. */
  restore(): void;
  close(): Promise<void>;
}

/** Opens a network of its own for one browser profile. */
export async function openNetwork(): Promise<Network> {
  const sockets = new Set<Socket>();
  /** Whether a connection to a host may be made. */
  let isCut: (host: string) => boolean = () => false;
  /** Browsers ask a proxy for a tunnel for each WebSocket; pages over HTTP need none. */
  const tunnels = new Set<Socket>();
  let isWithoutTunnels = false;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const endAll = (): void => sockets.forEach((socket) => socket.destroy());

  const server = createServer((incoming, answer) => {
    const target = new URL(incoming.url ?? '');
    if (isCut(target.host)) {
      incoming.socket.destroy();
      return;
    }
    const outgoing = httpRequest(
      target,
      { method: incoming.method, headers: incoming.headers, agent: false },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
        response.pipe(answer);
        answer.on('close', () => outgoing.destroy());
      },
    );
    outgoing.on('socket', track);
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connection', track);
  server.on('connect', (incoming, socket: Socket, head: Buffer) => {
    const { host, hostname, port } = new URL(`tcp://${incoming.url}`);
    if (isCut(host)) {
      socket.destroy();
      return;
    }
    if (isWithoutTunnels) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    tunnels.add(socket);
    const outgoing = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      outgoing.write(head);
      outgoing.pipe(socket);
      socket.pipe(outgoing);
    });
    track(outgoing);
    outgoing.on('close', () => socket.destroy());
    socket.on('close', () => {
      tunnels.delete(socket);
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    proxy: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bypass: '<-loopback>' },
    cut(origin) {
      isCut = (host) => origin === undefined || host === new URL(origin).host;
      endAll();
    },
    forget() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    blockWebSockets() {
      isWithoutTunnels = true;
      for (const socket of tunnels) socket.destroy();
    },
    restore() {
      isCut = () => false;
      isWithoutTunnels = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
      }),
  };
}
