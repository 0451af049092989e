import {
  bufferedRng,
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  extendDeviceList,
  selectCurves,
  selectKem,
  verifyDeviceList,
  type Account,
  type Curves,
  type DeviceKeys,
  type DeviceListState,
  type Kem,
  type SignKeyPair,
} from '@seal-chat/crypto';
import {
  SealError,
  fromBase64,
  isSealError,
  newId,
  toBase64,
  type DeviceId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../src/context/deps.ts';
import { takeKeyShare } from '../src/identity/key-shares.ts';
import { replaceAccountKey, resumeReplacement } from '../src/identity/replace-account-key.ts';
import type { SealApi } from '../src/index.ts';
import { learnDeviceLists } from '../src/peers/device-lists.ts';
import { newPeer } from '../src/peers/new-peer.ts';
import { maintainPreKeys } from '../src/prekeys/maintain.ts';
import { rowReader, transact } from '../src/store/device-tx.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { ROWS } from '../src/store/rows.ts';

/** Two devices of an account, and a server made up here that can fail and lie. */

const rng = bufferedRng((bytes) => crypto.getRandomValues(bytes));
const tenantId: TenantId = newId(rng(16));
const userId: UserId = newId(rng(16));
const NOW = 1_800_000_000_000;
let curves: Curves;
let kem: Kem;
beforeAll(async () => {
  curves = await selectCurves(crypto.subtle);
  kem = await selectKem(undefined, rng);
});

interface Signed {
  readonly bytes: string;
  readonly signature: string;
}
interface Share {
  readonly senderDeviceId: DeviceId;
  readonly envelope: string;
}

let identity: SignKeyPair;
let account: Account;
let lists: Signed[];
let shares: Map<DeviceId, Share>;
let published: Map<DeviceId, unknown>;
/** What `devices.replaceKey` does instead of its work; null for its work. */
let fault: 'lost request' | 'lost answer' | 'refused afterwards' | null;

/** The server as the device `by` meets it. */
function apiOf(by: DeviceKeys): SealApi {
  const api = {
    devices: {
      lists: {
        query: async ({ users }: { users: readonly { since: number }[] }) => ({
          lists: users.map(({ since }) => ({ userId, chain: since === 0 ? lists.slice(-1) : lists.slice(since) })),
        }),
      },
      replaceKey: {
        mutate: async (input: {
          deviceList: string;
          signature: string;
          shares: { deviceId: DeviceId; envelope: string }[];
        }) => {
          if (fault === 'lost request') throw new SealError('OFFLINE');
          const { list } = await verifyDeviceList(curves, {
            bytes: fromBase64(input.deviceList)!,
            signature: fromBase64(input.signature)!,
          });
          if (lists.at(-1)!.bytes !== input.deviceList) {
            if (list.version !== lists.length + 1) throw new SealError('DEVICE_LIST_REJECTED');
            lists.push({ bytes: input.deviceList, signature: input.signature });
            for (const { deviceId, envelope } of input.shares)
              shares.set(deviceId, { senderDeviceId: by.deviceId, envelope });
          }
          if (fault === 'lost answer') throw new SealError('OFFLINE');
          if (fault === 'refused afterwards') throw new SealError('DEVICE_LIST_REJECTED');
        },
      },
      keyShare: { query: async () => shares.get(by.deviceId) ?? null },
    },
    vault: { get: { query: async () => null } },
    preKeys: {
      status: {
        query: async () => ({
          signedPreKeyId: null,
          lastResortKemPreKeyId: null,
          oneTimePreKeyIds: [],
          oneTimeKemPreKeyIds: [],
        }),
      },
      publish: {
        async mutate(keys: { signedPreKey: object; oneTimePreKeys: object[]; oneTimeKemPreKeys: object[] }) {
          published.set(by.deviceId, {
            deviceId: by.deviceId,
            registrationId: by.registrationId,
            signedPreKey: keys.signedPreKey,
            oneTimePreKey: keys.oneTimePreKeys[0],
            kemPreKey: { ...keys.oneTimeKemPreKeys[0], kind: 'kemOneTime' },
          });
        },
      },
      claim: {
        mutate: async ({ deviceIds }: { deviceIds: DeviceId[] }) => ({
          bundles: deviceIds.flatMap((id) => (published.has(id) ? [published.get(id)] : [])),
        }),
      },
    },
  };
  return api as unknown as SealApi;
}

async function open(device: DeviceKeys, known: DeviceListState, identitySeed: SignKeyPair['privateKey'] | null) {
  const store = await memoryStore()('s');
  const deps = {
    store,
    reader: rowReader(store),
    transact: (task: Parameters<Deps['transact']>[0]) => transact({ store, committed: () => {} }, task),
    api: apiOf(device),
    curves,
    kem: async () => kem,
    rng,
    now: () => NOW,
    localNow: () => NOW,
    report: () => {},
  } as unknown as Deps;
  const { key: accountKey, archive } = account;
  await deps.transact(async (tx) => {
    tx.put(ROWS.account, {
      status: 'active',
      tenantId,
      userId,
      username: null,
      identityKey: identity.publicKey,
      identitySeed,
      accountKey,
      archive,
      device,
      recoveryCode: null,
      unpublished: null,
      unlockFor: null,
      newDevices: [],
    });
    tx.put(ROWS.peer(userId), newPeer(known, NOW));
  });
  return deps;
}

const row = async ({ reader }: Deps) => (await reader.get(ROWS.account))!;
const refused = (code: 'OFFLINE') => (error: unknown) => isSealError(error, code);

let first: Deps;
let second: Deps;
let lost: DeviceKeys;
let other: DeviceKeys;

beforeEach(async () => {
  ({ identity, account } = await createAccountKeys({ curves, rng, tenantId, userId, username: null }));
  const [one, two, three] = await Promise.all([0, 1, 2].map(() => createDeviceKeys({ curves, rng })));
  const named = (keys: DeviceKeys) => ({ keys, name: 'device' });
  let state = await createDeviceList({ curves, rng, account, device: named(one!), now: NOW });
  const states = [state];
  for (const keys of [two!, three!]) {
    const author = keys.deviceId;
    state = await extendDeviceList({ curves, rng, account, previous: state, author, add: [named(keys)], now: NOW });
    states.push(state);
  }
  [lists, shares, published, fault] = [[], new Map(), new Map(), null];
  for (const { signed } of states) lists.push({ bytes: toBase64(signed.bytes), signature: toBase64(signed.signature) });
  [other, lost] = [two!, three!];
  first = await open(one!, state, identity.privateKey);
  second = await open(two!, state, null);
  await maintainPreKeys(second, { renewAll: false });
});

const replace = () => replaceAccountKey(first, { identitySeed: identity.privateKey, remove: [lost.deviceId] });

describe('replacing the account key', () => {
  it('the other devices get the new keys on their sessions, and nobody else has a share', async () => {
    await replace();
    expect([...shares.keys()]).toEqual([other.deviceId]);
    await learnDeviceLists(second, [userId]);
    await takeKeyShare(second);
    const [mine, theirs] = [await row(first), await row(second)];
    expect(theirs.accountKey).toEqual(mine.accountKey);
    expect(theirs.archive).toEqual(mine.archive);
    expect(mine.archive.epoch).toBe(2);
    expect(mine.accountKey.publicKey).not.toEqual(account.key.publicKey);
    expect(theirs.unlockFor).toBeNull();
  });

  it('a request or an answer that is lost is made good, and once is once', async () => {
    for (const kind of ['lost request', 'lost answer'] as const) {
      fault = kind;
      await expect(kind === 'lost request' ? replace() : resumeReplacement(first)).rejects.toSatisfy(
        refused('OFFLINE'),
      );
      expect(await first.reader.get(ROWS.replacement)).not.toBeNull();
    }
    fault = null;
    expect(await resumeReplacement(first)).toBe(true);
    expect(await first.reader.get(ROWS.replacement)).toBeNull();
    expect(lists).toHaveLength(4);
    const own = (await first.reader.get(ROWS.peer(userId)))!;
    expect((await row(first)).accountKey.publicKey).toEqual(own.known.certificate.accountKey);
  });

  it('a key that the list is signed with is kept, whatever the server answered to its publication', async () => {
    fault = 'refused afterwards';
    await replace();
    expect(await first.reader.get(ROWS.replacement)).toBeNull();
    expect(lists).toHaveLength(4);
    const own = (await first.reader.get(ROWS.peer(userId)))!;
    expect((await row(first)).accountKey.publicKey).toEqual(own.known.certificate.accountKey);
  });

  it('a share that is not the key of the list is not taken, and the account waits for the code', async () => {
    await replace();
    // A server that shows what a device sealed for an earlier key.
    const earlier = shares.get(other.deviceId)!;
    await replaceAccountKey(first, { identitySeed: identity.privateKey, remove: [] });
    const newest = shares.get(other.deviceId)!;
    shares.set(other.deviceId, earlier);
    await learnDeviceLists(second, [userId]);
    await takeKeyShare(second);
    expect((await row(second)).unlockFor).toBe('key');
    expect((await row(second)).accountKey).toEqual(account.key);
    shares.delete(other.deviceId);
    await takeKeyShare(second);
    expect((await row(second)).unlockFor).toBe('key');
    shares.set(other.deviceId, newest);
    await takeKeyShare(second);
    expect((await row(second)).unlockFor).toBeNull();
    expect((await row(second)).accountKey).toEqual((await row(first)).accountKey);
  });
});
