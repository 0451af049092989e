import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A port that leads to one server process after another, as a load balancer's does. */
export interface Proxy {
  readonly url: string;
  /** Leads here from now on; null: nowhere. */
  leadTo(url: string | null): void;
  /** Breaks every connection without a word, as `kill -9` does. */
  cut(): void;
  close(): Promise<void>;
}

export async function openProxy(): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let target: URL | null = null;
  const server = createServer((incoming) => {
    sockets.add(incoming);
    incoming.once('close', () => sockets.delete(incoming));
    incoming.on('error', () => incoming.destroy());
    if (target === null) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(Number(target.port), target.hostname);
    outgoing.on('error', () => incoming.destroy());
    outgoing.once('close', () => incoming.destroy());
    incoming.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url) => void (target = url === null ? null : new URL(url)),
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
