import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { networkOf } from './address.ts';
import { limitConnections } from './sockets.ts';

async function serverWith(isProxy: (address: string) => boolean, isShut: (network: string) => boolean = () => false) {
  const server = createServer((_request, response) => response.end());
  limitConnections(server, { perAddress: 2, isShut, isProxy, networkOf });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    /** Whether a request on a new connection from `address` is answered. */
    async isServed(address: string): Promise<boolean> {
      const { port } = server.address() as AddressInfo;
      const socket = connect({ port, host: '127.0.0.1', localAddress: address }).on('error', () => undefined);
      sockets.push(socket);
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      return Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
    },
    sockets,
  };
}

test('an address has so many connections, another one its own, and one that closes makes room', async () => {
  const { isServed, sockets } = await serverWith(() => false);
  expect([await isServed('127.0.0.1'), await isServed('127.0.0.1')]).toEqual([true, true]);
  expect(await isServed('127.0.0.1')).toBe(false);
  expect(await isServed('127.0.0.2')).toBe(true);
  sockets[0]!.destroy();
  await expect.poll(() => isServed('127.0.0.1')).toBe(true);
});

test('nothing is read from an address that is shut out, and another one is served', async () => {
  const { isServed } = await serverWith(
    () => false,
    (network) => network === '127.0.0.1',
  );
  expect(await isServed('127.0.0.1')).toBe(false);
  expect(await isServed('127.0.0.2')).toBe(true);
});

test('the connections of a proxy are not counted as those of one visitor', async () => {
  const { isServed } = await serverWith((address) => address === '127.0.0.1');
  for (let i = 0; i < 5; i++) expect(await isServed('127.0.0.1')).toBe(true);
});
