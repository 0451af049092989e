import { createAccountKeys, createDeviceKeys, createRecoveryCode, selectCurves, selectKem } from '@seal-chat/crypto';
import { createRecoveryMethod, createVault, type Method, type SealedVault } from '@seal-chat/crypto/vault';
import { toBase64 } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isSealError } from '../src/index.ts';
import { addDevice } from './support/channel.ts';
import type { Json } from './support/hostile.ts';
import { deviceIdOf, openHouse, signedIn, type House, type Resident } from './support/house.ts';
import { createLyingServer, type AnswerHook } from './support/lying-server.ts';
import { online } from './support/wait.ts';

// The same vaults are opened again and again.
vi.mock(import('../../crypto/src/argon2.ts'), async (original) => {
  const { deriveOnce } = await import('./support/derive-once.ts');
  return deriveOnce(original);
});

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const rng = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const isRefused = (error: unknown): boolean => isSealError(error, 'VAULT_REJECTED');

describe('a server that would have the secrets sealed to itself', () => {
  /** A vault of this account's ids, signed by an identity that the server made up, for an unlock way of the server. */
  const madeUp = async (owner: Resident) => {
    const methods = [await methodFor(owner)];
    const { tenantId, userId } = signedIn(owner.client);
    const curves = await selectCurves(crypto.subtle);
    const { identity, account } = await createAccountKeys({ curves, rng, tenantId, userId, username: null });
    const secrets = {
      identitySeed: identity.privateKey,
      account: { accountSeed: account.key.privateKey, archive: account.archive },
    };
    return createVault(await vaultDeps(), {
      owner: { tenantId, userId },
      identity,
      secrets,
      methods,
      previous: null,
      previousArchive: null,
      now: Date.now(),
    });
  };
  const vaultDeps = async () => ({
    curves: await selectCurves(crypto.subtle),
    rng,
    kem: await selectKem(crypto.subtle, rng),
  });
  /** An unlock way whose code the server knows, made for this account. */
  const methodFor = async (owner: Resident): Promise<Method> => {
    const { tenantId, userId } = signedIn(owner.client);
    const identityKey = (await createDeviceKeys({ curves: await selectCurves(crypto.subtle), rng })).sign.publicKey;
    const code = createRecoveryCode(rng);
    return createRecoveryMethod(await vaultDeps(), {
      owner: { tenantId, userId },
      identityKey,
      code,
      now: Date.now(),
    });
  };
  const asAnswer = ({ signed, records }: SealedVault): Json => ({
    vault: toBase64(signed.bytes),
    signature: toBase64(signed.signature),
    records: records.map(toBase64),
  });

  it.each<readonly [name: string, username: string | null, lie: (owner: Resident) => Promise<AnswerHook>]>([
    [
      'with a vault of an identity of its own',
      'one.sealed',
      async (owner) => {
        const told = asAnswer(await madeUp(owner));
        return () => told;
      },
    ],
    [
      'with the true vault and an unlock way of its own',
      'two.sealed',
      async (owner) => {
        const told = asAnswer(await madeUp(owner));
        return (answer) => ({ ...answer, records: told['records'] });
      },
    ],
    [
      'with a further unlock way',
      'three.sealed',
      async (owner) => {
        const told = asAnswer(await madeUp(owner));
        return (answer) => ({
          ...answer,
          records: [...(answer['records'] as string[]), ...(told['records'] as string[])],
        });
      },
    ],
    [
      'with a vault for a guest, who has none',
      null,
      async (owner) => {
        const told = asAnswer(await madeUp(owner));
        return () => told;
      },
    ],
  ])('%s: the account key is not replaced, and nothing leaves the device', async (_name, username, lie) => {
    const server = createLyingServer();
    const owner = await (username === null ? house.enter(null, server) : house.enterWithCode(username, server));
    await online(owner.client);
    // The same request may be made twice, by who asked and by who finishes what was begun.
    const replaced = (): number => {
      const requests = server.calls.filter(({ path }) => path === 'devices.replaceKey');
      return new Set(requests.map(({ input }) => JSON.stringify(input))).size;
    };
    const second = await addDevice(house, owner.client);
    server.lie({ answers: { 'vault.get': await lie(owner) } });
    await expect(owner.client.revokeDevice(deviceIdOf(second))).rejects.toSatisfy(isRefused);
    await server.expectFired();
    expect(replaced()).toBe(0);
    if (username !== null) {
      await expect(owner.client.replaceRecoveryCode()).rejects.toSatisfy(isRefused);
    }
    server.lie({});
    await owner.client.revokeDevice(deviceIdOf(second));
    expect(replaced()).toBe(1);
  });
});
