import { constantTimeEqual, isSealError } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SealClient } from '../src/index.ts';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { deviceIdOf, openHouse, signedIn, userIdOf, type House, type ResidentWithCode } from './support/house.ts';
import { createDisk, type Disk } from './support/mortal.ts';
import { online, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Every life opens the same vault with the same code.
vi.mock(import('../../crypto/src/argon2.ts'), async (original) => {
  const { deriveOnce } = await import('./support/derive-once.ts');
  return deriveOnce(original);
});

let house: House;
let resident: ResidentWithCode;
const disk = createDisk();
const first = disk.live();
beforeAll(async () => {
  house = await openHouse();
  resident = await house.enterWithCode('Mortal', first);
});
afterAll(() => house.close());

async function isListed(client: SealClient, deviceId: string): Promise<boolean> {
  return (await client.listDevices()).some((device) => device.deviceId === deviceId);
}

async function readerOf(each: Disk) {
  return rowReader(await each.live().store('look'));
}

async function holdsSigningKey(each: Disk): Promise<boolean> {
  const reader = await readerOf(each);
  const { userId, accountKey } = (await reader.get(ROWS.account))!;
  const { known } = (await reader.get(ROWS.peer(userId)))!;
  return constantTimeEqual(known.certificate.accountKey, accountKey.publicKey);
}

/** Waits until nothing of an interrupted replacement is left. */
async function settled(): Promise<void> {
  const reader = await readerOf(disk);
  await expect.poll(() => reader.get(ROWS.replacement)).toBeNull();
}

async function isRemoved(deviceId: string): Promise<boolean> {
  const [row] = await house.relay.sql`select removed_at is not null as gone from devices where id = ${deviceId}`;
  return row!['gone'] === true;
}

async function countDevices(userId: string): Promise<number> {
  const [row] = await house.relay.sql`select count(*) as count from devices
    where user_id = ${userId} and removed_at is null`;
  return Number(row!['count']);
}

async function hasVault(userId: string): Promise<boolean> {
  return (await house.relay.sql`select 1 from vaults where user_id = ${userId}`).length > 0;
}

describe('crashes around the account key', () => {
  it('a device that dies at any step of removing another one finishes it, and holds the key that signs', async () => {
    const { client: founder, userId, recoveryCode } = resident;
    await online(founder);
    const witnessDisk = createDisk();
    /** Another device of the account. The vault lets it in only with the account key that the list is signed with. */
    const recovered = async (options = {}): Promise<SealClient> => {
      const client = house.open(options);
      await client.recover({ username: 'mortal', recoveryCode });
      await online(client);
      return client;
    };
    await recovered(witnessDisk.live());
    let other = await recovered();
    let target = deviceIdOf(other);
    await expect.poll(() => isListed(founder, target)).toBe(true);
    first.kill();
    let deaths = 0;
    for (let dieIn = 1; ; dieIn++) {
      const life = disk.live();
      const owner = house.open(life);
      await online(owner);
      await settled();
      expect(await holdsSigningKey(disk)).toBe(true);
      // What was not begun for good is begun again, on what the last death left behind.
      if (!(await isListed(owner, target))) {
        await until(other.account, ({ status }) => status === 'revoked', 'the removal');
        await other.close();
        other = await recovered();
        target = deviceIdOf(other);
      }
      await expect.poll(() => isListed(owner, target)).toBe(true);
      life.dieIn(dieIn);
      const end = await Promise.race([life.death.then(() => 'dead'), owner.revokeDevice(target).then(() => 'done')]);
      life.kill();
      if (end === 'done') break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(10);
    await until(other.account, ({ status }) => status === 'revoked', 'the removal');
    expect(await countDevices(userId)).toBe(2);

    // The device that stays was handed each key: it holds the last one.
    const keyOn = async (each: Disk) => (await (await readerOf(each)).get(ROWS.account))!.accountKey.publicKey;
    expect(await holdsSigningKey(disk)).toBe(true);
    const lastKey = await keyOn(disk);
    await expect.poll(() => keyOn(witnessDisk)).toEqual(lastKey);
  });

  it('a device that dies at any step of recovering an account is one device of it afterwards', async () => {
    const { recoveryCode, userId } = resident;
    const recovering = { username: 'mortal', recoveryCode };
    let devices = await countDevices(userId);
    let deaths = 0;
    // A step out and a step back for each request and each commit: at the odd steps nothing more has happened.
    for (let isOver = false; !isOver; deaths++) {
      const blank = createDisk();
      const life = blank.live(2 * deaths + 2);
      void house.open(life).recover(recovering);
      await life.death;
      // From then on it dies as any device that is signed in.
      isOver = (await (await readerOf(blank)).get(ROWS.account))?.status === 'active';
      const next = blank.live();
      const client = house.open(next);
      await client.ready();
      if (client.account.get().status !== 'signed-in') await client.recover(recovering);
      await online(client);
      expect(await countDevices(userId)).toBe(++devices);
      expect(await holdsSigningKey(blank)).toBe(true);
      next.kill();
    }
    expect(deaths).toBeGreaterThan(5);
  });

  it(
    'a device without the identity key that dies at any step of a removal, or of finishing it, is asked for the code',
    { timeout: patient(120_000) },
    async () => {
      const { client: founder, userId, recoveryCode } = await house.enterWithCode('Unfinished');
      // From now on nothing but the code has the identity key.
      await founder.confirmRecoveryCode(recoveryCode.slice(-4));
      await online(founder);
      const recovered = async (options = {}): Promise<SealClient> => {
        const client = house.open(options);
        await client.recover({ username: 'unfinished', recoveryCode });
        await online(client);
        return client;
      };
      const mine = createDisk();
      const begun = mine.live();
      await recovered(begun);
      begun.kill();
      let other = await recovered();
      let target = deviceIdOf(other);
      const certificateNumber = async () =>
        (await (await readerOf(mine)).get(ROWS.peer(userId)))!.known.certificate.number;
      let number = await certificateNumber();
      const stages = new Set<string>();
      // A step out and a step back for each request and each commit: at the odd steps nothing more has happened.
      for (let dieIn = 2; ; dieIn += 2) {
        const life = mine.live();
        const client = house.open(life);
        await online(client);
        await expect.poll(async () => (await readerOf(mine)).get(ROWS.replacement)).toBeNull();
        // What the last death left open is said, and the code closes it.
        if (!(await isRemoved(target))) stages.add('not begun');
        else {
          const isOpen = (): boolean => {
            const account = client.account.get();
            return account.status === 'signed-in' && account.unlockFor !== null;
          };
          await expect.poll(async () => isOpen() || (await certificateNumber()) > number).toBe(true);
          stages.add(isOpen() ? 'open' : 'closed');
          if (isOpen()) await client.unlock({ recoveryCode });
          expect(isOpen()).toBe(false);
          await until(other.account, ({ status }) => status === 'revoked', 'the removal');
          await other.close();
          expect(await certificateNumber()).toBe(number + 1);
          number++;
          other = await recovered();
          target = deviceIdOf(other);
        }
        expect(await holdsSigningKey(mine)).toBe(true);
        await expect.poll(() => isListed(client, target)).toBe(true);
        life.dieIn(dieIn);
        const act = async (): Promise<string> => {
          expect(await client.revokeDevice(target)).toEqual({ isFinished: false });
          await client.unlock({ recoveryCode });
          return 'done';
        };
        const end = await Promise.race([
          life.death.then(() => 'dead'),
          act().catch((error: unknown) => {
            if (!isSealError(error, 'NOT_FOUND')) throw error;
            return 'late';
          }),
        ]);
        life.kill();
        if (end === 'done') break;
        // What the last death had sent came to the server only now: that was its removal, and this death is still to come.
        if (end === 'late') {
          expect(await isRemoved(target)).toBe(true);
          dieIn -= 2;
        }
      }
      expect([...stages].toSorted()).toEqual(['closed', 'not begun', 'open']);
      await until(other.account, ({ status }) => status === 'revoked', 'the removal');
      expect(await countDevices(userId)).toBe(2);
      expect(await holdsSigningKey(mine)).toBe(true);
      await expect.poll(() => isListed(founder, target)).toBe(false);
    },
  );

  it(
    'a device of an account without a code that dies at any step of making one has none, or one that opens',
    { timeout: patient(120_000) },
    async () => {
      const stages = new Set<string>();
      // A step out and a step back for each request and each commit: at the odd steps nothing more has happened, and
      // before the eighth nothing at all.
      for (let dieIn = 8; ; dieIn += 2) {
        const username = `codeless-${dieIn}`;
        const mine = createDisk();
        const life = mine.live();
        const { client, userId } = await house.enter(username, life);
        await online(client);
        life.dieIn(dieIn);
        const end = await Promise.race([
          life.death.then(() => 'dead'),
          client.replaceRecoveryCode().then(() => 'done'),
        ]);
        life.kill();
        const hasBegun = (await (await readerOf(mine)).get(ROWS.vaultUpload)) !== null;
        const isPublished = await hasVault(userId);
        stages.add(`${hasBegun ? 'begun' : 'nothing here'}, ${isPublished ? 'published' : 'nothing published'}`);

        const next = house.open(mine.live());
        await online(next);
        await expect.poll(async () => (await readerOf(mine)).get(ROWS.vaultUpload)).toBeNull();
        expect(await hasVault(userId)).toBe(hasBegun || isPublished);
        const account = signedIn(next);
        // A code that was shown to nobody yet is here to be shown, and one that opens nothing is not.
        expect(account.recoveryCode !== null).toBe(hasBegun || isPublished);
        const recoveryCode = account.recoveryCode ?? (await next.replaceRecoveryCode()).recoveryCode;
        const recovered = house.open();
        await recovered.recover({ username, recoveryCode });
        expect(userIdOf(recovered)).toBe(userId);
        expect(await next.revokeDevice(deviceIdOf(recovered))).toEqual({ isFinished: true });
        if (end === 'done') break;
      }
      expect([...stages].toSorted()).toEqual([
        'begun, nothing published',
        'begun, published',
        'nothing here, nothing published',
        'nothing here, published',
      ]);
    },
  );
});
