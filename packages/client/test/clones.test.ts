import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ErrorCode, SealClient } from '../src/index.ts';
import { ROLLBACK_STEP } from '../src/store/rows.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, type LyingServer } from './support/lying-server.ts';
import { copyDisk, createDisk } from './support/mortal.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const stopped = (client: SealClient) =>
  until(
    client.connection,
    (state) => state.status === 'offline' && state.error?.code === 'DEVICE_CLONED',
    'it to stop because of a copy',
  );

/** Resolves once the server has what the client reports at the end of a recovery. */
const recovery = (server: LyingServer) =>
  new Promise<void>((resolve) => {
    server.lie({
      answers: {
        'devices.checkpoint': (answer, { input }) => {
          if (Number(input['rev']) > ROLLBACK_STEP && answer['rollback'] === false) resolve();
          return answer;
        },
      },
    });
  });

it('of a store and its copy in use at once one stops and says why, and a person can choose which goes on', async () => {
  const disk = createDisk();
  const [atOriginal, atCopied] = [createLyingServer(), createLyingServer()];
  const [alice, bob] = await Promise.all([
    house.enter(null, { ...atOriginal, store: disk.live().store }),
    house.enter(null),
  ]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atBob = await bob.client.openDm(alice.userId);
  await atBob.send('one');
  const atAlice = await dmWith(alice.client, bob.userId);
  await expectShown(atAlice, ['one']);

  const copy = house.open({ ...atCopied, store: copyDisk(disk).live().store });
  await online(copy);
  // Each finds out with its next connection: the first one starts its sessions again, the copy stops.
  const hasRecovered = recovery(atOriginal);
  atOriginal.cut();
  await hasRecovered;
  atCopied.cut();
  await stopped(copy);
  await atBob.send('two');
  await expectShown(atAlice, ['one', 'two']);
  await atAlice.send('three');
  await expectShown(atBob, ['one', 'two', 'three']);

  const hasTakenOver = recovery(atCopied);
  copy.reconnect();
  await hasTakenOver;
  atOriginal.cut();
  await stopped(alice.client);
  await atBob.send('four');
  const atCopy = await dmWith(copy, bob.userId);
  await until(atCopy.messages, ({ messages }) => messages.some(({ seq }) => seq === 4), 'the last at the copy');
});

it('a device that connects again and again, from one tab or another, is no copy of itself', async () => {
  const disk = createDisk();
  const [alice, bob] = await Promise.all([house.enter(null, disk.live()), house.enter(null)]);
  const errors: ErrorCode[] = [];
  let current = alice.client;
  for (let i = 0; i < 3; i++) {
    current.on('error', ({ code }) => errors.push(code));
    await online(current);
    await current.close();
    current = house.open(disk.live());
  }
  await online(current);
  const atBob = await bob.client.openDm(alice.userId);
  await atBob.send('still here');
  await expectShown(await dmWith(current, bob.userId), ['still here']);
  expect(errors).toEqual([]);
});
