import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealClient } from '../src/index.ts';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { link } from './support/link.ts';
import { createDisk, type Disk } from './support/mortal.ts';
import { online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

function deviceIdOf(client: SealClient) {
  const account = client.account.get();
  if (account.status !== 'signed-in') throw new Error(`expected to be signed in, not ${account.status}`);
  return account.deviceId;
}

/** Waits until nothing of an interrupted replacement is left on a disk. */
async function settled(disk: Disk): Promise<void> {
  const reader = rowReader(await disk.live().store('look'));
  await expect.poll(() => reader.get(ROWS.replacement), { timeout: 30_000 }).toBeNull();
}

describe('crashes around the account key', () => {
  it('a device that dies at any step of removing another one finishes it, and holds the key that signs', async () => {
    const disk = createDisk();
    const first = disk.live();
    const founder = house.open(first);
    await founder.createAccount({ username: null });
    await online(founder);
    const userId = userIdOf(founder);
    first.kill();
    let deaths = 0;
    for (let dieIn = 1; ; dieIn++) {
      const current = disk.live();
      const owner = house.open(current);
      await online(owner);
      // Only with the present account key can it add a device.
      const other = house.open();
      await link(owner, other);
      await online(other);
      const target = deviceIdOf(other);
      current.dieIn(dieIn);
      const done = owner.revokeDevice(target).then(() => 'done');
      const end = await Promise.race([current.death.then(() => 'dead'), done]);
      current.kill();

      const next = disk.live();
      const survivor = house.open(next);
      await online(survivor);
      await settled(disk);
      const listed = await survivor.listDevices();
      if (listed.some(({ deviceId }) => deviceId === target)) await survivor.revokeDevice(target);
      await until(other.account, ({ status }) => status === 'revoked', 'the removal');
      await other.close();
      next.kill();
      if (end === 'done') break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(5);
    const [row] = await house.relay.sql`select count(*) as count from devices
      where user_id = ${userId} and removed_at is null`;
    expect(Number(row!['count'])).toBe(1);
  });

  it('a device that dies at any step of recovering an account is one device of it afterwards', async () => {
    const owner = await house.enter('Mortal');
    await online(owner.client);
    const recovering = { username: 'mortal', recoveryCode: owner.recoveryCode };
    let devices = 1;
    for (let dieAt = 2; ; dieAt += 2) {
      const disk = createDisk();
      const current = disk.live(dieAt);
      const done = house
        .open(current)
        .recover(recovering)
        .then(() => 'done');
      const end = await Promise.race([current.death.then(() => 'dead'), done]);
      current.kill();
      const client = house.open(disk.live());
      await client.ready();
      if (client.account.get().status !== 'signed-in') await client.recover(recovering);
      await online(client);
      const [row] = await house.relay.sql`select count(*) as count from devices where user_id = ${owner.userId}`;
      expect(Number(row!['count'])).toBe(++devices);
      await client.close();
      if (end === 'done') break;
    }
    expect(devices).toBeGreaterThan(4);
  });
});
