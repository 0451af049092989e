import { privatePreKeyCodec } from '@seal-chat/crypto';
import { decode, toHex, type UserId } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { openHouse, userIdOf, type House, type Resident } from './support/house.ts';
import { createDisk, type Disk } from './support/mortal.ts';
import { dmWith, expectShown, online } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
let stranger: Resident;
beforeAll(async () => {
  house = await openHouse({ limits: { authPerMinutePerAddress: 10_000 } });
  stranger = await house.enter(null);
  await online(stranger.client);
});
afterAll(() => house.close());

const readerOf = async (disk: Disk) => rowReader(await disk.live().store('look'));

/** The published prekeys of a device whose private halves are not on its disk: none may be left. */
async function lostPreKeys(disk: Disk): Promise<readonly string[]> {
  const reader = await readerOf(disk);
  const { deviceId } = (await reader.get(ROWS.account))!.device;
  const published = await house.relay.sql<{ kind: 'signed'; key_id: string; public_key: Uint8Array }[]>`
    select kind, key_id, public_key from current_prekeys where device_id = ${deviceId}
    union all select kind, key_id, public_key from one_time_prekeys where device_id = ${deviceId}`;
  if (published.length === 0) return ['all'];
  const lost: string[] = [];
  for (const { kind, key_id: keyId, public_key: publicKey } of published) {
    const row = await reader.get(ROWS.preKey(kind, Number(keyId)));
    const isHeld = row !== null && toHex(decode(privatePreKeyCodec, row).publicKey) === toHex(publicKey);
    if (!isHeld) lost.push(`${kind} ${keyId}`);
  }
  return lost;
}

/** The account that a dead device has told the server of, or null. */
async function accountOn(disk: Disk): Promise<UserId | null> {
  const account = await (await readerOf(disk)).get(ROWS.account);
  if (account === null) return null;
  const [row] = await house.relay.sql`select count(*) as count from users where id = ${account.userId}`;
  return Number(row!['count']) === 1 ? account.userId : null;
}

describe('a device that is killed while it makes its first prekeys', () => {
  it(
    'killed at any step up to its first published prekeys, it is reached by the first message of a stranger',
    { timeout: patient(120_000) },
    async () => {
      const stages = new Set<string>();
      for (let dieAt = 1; ; dieAt++) {
        const disk = createDisk();
        const life = disk.live(dieAt);
        const creating = house.open(life).createAccount({ username: null });
        const end = await Promise.race([life.death.then(() => 'dead'), creating.then(() => 'done')]);
        life.kill();

        const known = await accountOn(disk);
        // A stranger who has found the device before it could be reached.
        const early = known === null ? null : await stranger.client.openDm(known);
        await early?.send('while it was dead');
        const row = await (await readerOf(disk)).get(ROWS.preKeys);
        stages.add(known === null ? 'no account' : row === null ? 'no prekeys' : row.signed ? 'stored' : 'numbered');

        const client = house.open(disk.live());
        await client.ready();
        if (client.account.get().status !== 'signed-in') await client.createAccount({ username: null });
        await online(client);
        await expect.poll(() => lostPreKeys(disk)).toEqual([]);
        const toDevice = early ?? (await stranger.client.openDm(userIdOf(client)));
        await toDevice.send('after it came back');
        const expected = [...(early ? ['while it was dead'] : []), 'after it came back'];
        await expectShown(await dmWith(client, stranger.userId), expected);
        expect(await lostPreKeys(disk)).toEqual([]);
        await client.close();
        if (end === 'done') break;
      }
      expect([...stages].toSorted()).toEqual(['no account', 'no prekeys', 'numbered', 'stored']);
    },
  );
});
