import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isSealError, type SealClient } from '../src/index.ts';
import { addDevice } from './support/channel.ts';
import type { Json } from './support/hostile.ts';
import { deviceIdOf, openHouse, userIdOf, type House, type ResidentWithCode } from './support/house.ts';
import { createLyingServer, type LyingServer } from './support/lying-server.ts';
import { online } from './support/wait.ts';

// The same vaults are opened again and again.
vi.mock(import('../../crypto/src/argon2.ts'), async (original) => {
  const { deriveOnce } = await import('./support/derive-once.ts');
  return deriveOnce(original);
});

let house: House;
beforeAll(async () => void (house = await openHouse({ limits: { deviceListsPerDayPerAccount: 1_000 } })));
afterAll(() => house.close());

const isRejected = (error: unknown): boolean => isSealError(error, 'VAULT_REJECTED');
const isWrongCode = (error: unknown): boolean => isSealError(error, 'WRONG_CODE');

/** What left a device that could carry a vault: lists with one, and new account keys. */
function vaultsSent({ calls }: LyingServer): number {
  return calls.filter(({ path, input }) => /^devices\.(update|replaceKey)$/.test(path) && input['vault'] !== null)
    .length;
}

interface Replaced {
  readonly owner: ResidentWithCode;
  readonly server: LyingServer;
  readonly oldCode: string;
  readonly newCode: string;
  /** What the server answered about the vault before the code was replaced. */
  readonly old: Json;
}

let names = 0;
/** A person whose recovery code was replaced, because another person may have seen it; the server has kept the vault. */
async function withReplacedCode(): Promise<Replaced> {
  const server = createLyingServer();
  const owner = await house.enterWithCode(`replayed-${names++}`, server);
  await online(owner.client);
  const old = (await owner.client.api.vault.get.query()) as unknown as Json;
  const { recoveryCode: newCode } = await owner.client.replaceRecoveryCode();
  return { owner, server, oldCode: owner.recoveryCode, newCode, old };
}

/** Only the newer code opens the account. */
async function expectNewCodeAlone({ owner, oldCode, newCode }: Replaced, username: string): Promise<void> {
  const recover = async (recoveryCode: string): Promise<SealClient> => {
    const client = house.open();
    await client.recover({ username, recoveryCode });
    return client;
  };
  await expect(recover(oldCode)).rejects.toSatisfy(isWrongCode);
  expect(userIdOf(await recover(newCode))).toBe(owner.userId);
}

/** Forgets the identity key on the device that made the account: from now on it takes the code to act. */
async function confirmCode({ owner, newCode }: Replaced): Promise<void> {
  await owner.client.confirmRecoveryCode(newCode.slice(-4));
}

const usernameOf = ({ owner }: Replaced): string => {
  const account = owner.client.account.get();
  return (account.status === 'signed-in' && account.username) || '';
};

describe('a server that shows the vault of before the recovery code was replaced', () => {
  it('when a device is removed: nothing is sealed to the old code, and the new one goes on working', async () => {
    const replaced = await withReplacedCode();
    const { owner, server, old } = replaced;
    const second = await addDevice(house, owner.client);
    const before = vaultsSent(server);
    server.lie({ answers: { 'vault.get': () => old } });
    await expect(owner.client.revokeDevice(deviceIdOf(second))).rejects.toSatisfy(isRejected);
    await server.expectFired();
    expect(vaultsSent(server)).toBe(before);
    server.lie({});
    await owner.client.revokeDevice(deviceIdOf(second));
    await expectNewCodeAlone(replaced, usernameOf(replaced));
  });

  it('when a device is removed: the vault is not said to be gone either', async () => {
    const replaced = await withReplacedCode();
    const { owner, server } = replaced;
    const second = await addDevice(house, owner.client);
    const calls = (): number => server.calls.filter(({ path }) => path === 'devices.replaceKey').length;
    server.lie({ answers: { 'vault.get': () => null as unknown as Json } });
    await expect(owner.client.revokeDevice(deviceIdOf(second))).rejects.toSatisfy(isRejected);
    await server.expectFired();
    expect(calls()).toBe(0);
  });

  it('when the code is typed to unlock or to remove: the old code does nothing, and neither does the new one', async () => {
    const replaced = await withReplacedCode();
    const { owner, server, old, oldCode, newCode } = replaced;
    await confirmCode(replaced);
    const second = await addDevice(house, owner.client);
    const before = vaultsSent(server);
    server.lie({ answers: { 'vault.get': () => old } });
    for (const recoveryCode of [oldCode, newCode]) {
      await expect(owner.client.unlock({ recoveryCode })).rejects.toSatisfy(isRejected);
      await expect(owner.client.revokeDevice(deviceIdOf(second), { recoveryCode })).rejects.toSatisfy(isRejected);
    }
    await server.expectFired();
    expect(vaultsSent(server)).toBe(before);
    server.lie({});
    await expect(owner.client.unlock({ recoveryCode: oldCode })).rejects.toSatisfy(isWrongCode);
    await owner.client.revokeDevice(deviceIdOf(second), { recoveryCode: newCode });
    await expectNewCodeAlone(replaced, usernameOf(replaced));
  });

  it('when another code is made: it is not made on top of the old vault', async () => {
    const replaced = await withReplacedCode();
    const { owner, server, old, oldCode } = replaced;
    const before = vaultsSent(server);
    server.lie({ answers: { 'vault.get': () => old } });
    await expect(owner.client.replaceRecoveryCode()).rejects.toSatisfy(isRejected);
    await confirmCodeLater();
    await expect(owner.client.replaceRecoveryCode({ recoveryCode: oldCode })).rejects.toSatisfy(isRejected);
    await server.expectFired();
    expect(vaultsSent(server)).toBe(before);

    /** The confirmation opens the vault, too: it is refused, and the identity key stays where it is. */
    async function confirmCodeLater(): Promise<void> {
      await expect(confirmCode(replaced)).rejects.toSatisfy(isRejected);
    }
  });

  it('to a device that was linked since: it knows the present vault from the list it was let in with', async () => {
    const replaced = await withReplacedCode();
    const { owner, old, oldCode, newCode } = replaced;
    const server = createLyingServer();
    const linked = await addDevice(house, owner.client, server);
    const third = await addDevice(house, owner.client);
    const before = vaultsSent(server);
    server.lie({ answers: { 'vault.get': () => old } });
    const remove = (recoveryCode: string) => linked.revokeDevice(deviceIdOf(third), { recoveryCode });
    await expect(remove(oldCode)).rejects.toSatisfy(isRejected);
    await expect(linked.replaceRecoveryCode({ recoveryCode: oldCode })).rejects.toSatisfy(isRejected);
    await server.expectFired();
    expect(vaultsSent(server)).toBe(before);
    server.lie({});
    await remove(newCode);
    await expectNewCodeAlone(replaced, usernameOf(replaced));
  });

  it('to a device that recovers with the old code: it does not join, as the list names another vault', async () => {
    const { relay } = house;
    const owner = await house.enterWithCode('put-back');
    await online(owner.client);
    const rows = {
      vaults: await relay.sql`select * from vaults where user_id = ${owner.userId}`,
      vault_methods: await relay.sql`select * from vault_methods where user_id = ${owner.userId}`,
    };
    await owner.client.replaceRecoveryCode();
    for (const [table, kept] of Object.entries(rows)) {
      await relay.sql`delete from ${relay.sql(table)} where user_id = ${owner.userId}`;
      for (const row of kept) await relay.sql`insert into ${relay.sql(table)} ${relay.sql(row)}`;
    }
    const thief = house.open();
    await expect(thief.recover({ username: 'put-back', recoveryCode: owner.recoveryCode })).rejects.toSatisfy(
      isRejected,
    );
    expect(thief.account.get().status).toBe('signed-out');
    expect(await owner.client.listDevices()).toHaveLength(1);
  });
});

describe('two devices of an account that change the recovery code', () => {
  it('one after the other, each knows the vault of the other, and the last code counts', async () => {
    const replaced = await withReplacedCode();
    const { owner, newCode } = replaced;
    const second = await addDevice(house, owner.client);
    const { recoveryCode: third } = await second.replaceRecoveryCode({ recoveryCode: newCode });
    const { recoveryCode: last } = await owner.client.replaceRecoveryCode();
    await expect(second.unlock({ recoveryCode: third })).rejects.toSatisfy(isWrongCode);
    await second.unlock({ recoveryCode: last });
  });

  it('at once, while a device joins: one code counts, and the other is not said to', async () => {
    const { owner, newCode } = await withReplacedCode();
    const second = await addDevice(house, owner.client);
    const results = await Promise.allSettled([
      owner.client.replaceRecoveryCode(),
      second.replaceRecoveryCode({ recoveryCode: newCode }),
      addDevice(house, owner.client),
    ]);
    const codes = results.slice(0, 2).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const outcomes = [];
    for (const { recoveryCode } of codes as { recoveryCode: string }[]) {
      const unlocking = second.unlock({ recoveryCode });
      outcomes.push(
        await unlocking.then(
          () => 'works',
          (error: unknown) => (error as { code: string }).code,
        ),
      );
    }
    expect(results[2].status).toBe('fulfilled');
    expect(outcomes.filter((outcome) => outcome === 'works')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome !== 'works')).toEqual(outcomes.length === 2 ? ['WRONG_CODE'] : []);
  });
});
