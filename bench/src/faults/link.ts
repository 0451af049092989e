import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut: what is sent is swallowed, and nobody is told. */
export interface Link {
  readonly port: number;
  cut(): void;
  /** As when a network comes back: what was held arrives. */
  mend(): void;
  close(): Promise<void>;
}

/** Opens a link to `target`. New connections are taken while it is cut, as by a network that answers nothing later. */
export async function openLink(target: number): Promise<Link> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer({ allowHalfOpen: false, pauseOnConnect: true }, (near) => {
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.once('close', () => {
        sockets.delete(one);
        if (!isCut) other.destroy();
      });
      one.pipe(other);
      if (isCut) one.pause();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
