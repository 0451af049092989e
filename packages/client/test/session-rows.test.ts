import {
  bufferedRng,
  createDeviceKeys,
  createPreKey,
  encryptEnvelope,
  newDeviceOf,
  initiateSession,
  selectCurves,
  selectKem,
  type DeviceKeys,
  type Parties,
  type SessionRecord,
} from '@seal-chat/crypto';
import {
  CAPABILITIES,
  newId,
  utf8,
  type Bytes,
  type ConversationId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceStore } from '../src/index.ts';
import { forgetSessions, loadSessions, partiesOf, storeSessions } from '../src/peers/sessions.ts';
import { transact, type Committed } from '../src/store/device-tx.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import type { AccountRow } from '../src/store/rows.ts';

const NOW = 1_700_000_000_000;
const rng = bufferedRng((bytes) => void crypto.getRandomValues(bytes));
const tools = async () => ({
  curves: await selectCurves(crypto.subtle),
  kem: await selectKem(crypto.subtle, rng),
  rng,
});
const [tenantId, own, peer] = [newId<TenantId>(rng(16)), newId<UserId>(rng(16)), newId<UserId>(rng(16))];

let parties: Parties;
let peerKeys: DeviceKeys;
/** Three sessions. */
let record: SessionRecord;

/** A session more in `before`. */
async function withSession(before: SessionRecord | null): Promise<SessionRecord> {
  const given = await tools();
  const owner = { tenantId, userId: peer, deviceId: peerKeys.deviceId };
  const [signed, kem] = await Promise.all(
    (['signed', 'kemOneTime'] as const).map((kind) =>
      createPreKey({ ...given, owner, signKeys: peerKeys.sign, kind, keyId: 1, now: NOW }),
    ),
  );
  const bundle = {
    deviceId: peerKeys.deviceId,
    registrationId: peerKeys.registrationId,
    signedPreKey: signed!.publicPreKey,
    oneTimePreKey: null,
    kemPreKey: { ...kem!.publicPreKey, kind: 'kemOneTime' as const },
  };
  const started = await initiateSession({ ...given, parties, record: before, bundle, now: NOW, localNow: NOW });
  return started.record;
}

beforeAll(async () => {
  const given = await tools();
  const ownKeys = await createDeviceKeys(given);
  peerKeys = await createDeviceKeys(given);
  parties = {
    tenantId,
    own: { userId: own, deviceId: ownKeys.deviceId, registrationId: ownKeys.registrationId, dhKeys: ownKeys.dh },
    peer: {
      userId: peer,
      deviceId: peerKeys.deviceId,
      registrationId: peerKeys.registrationId,
      dhKey: peerKeys.dh.publicKey,
      signKey: peerKeys.sign.publicKey,
      pqRatchet: true,
    },
  };
  record = await withSession(await withSession(await withSession(null)));
});

let store: DeviceStore;
let commits: Committed[];
const run: <T>(task: Parameters<typeof transact<T>>[1]) => Promise<T> = (task) =>
  transact({ store, committed: (change) => void commits.push(change) }, task);
const address = () => ({ userId: peer, deviceId: peerKeys.deviceId });
const load = () => run((tx) => loadSessions(tx, address()));
const send = (from: SessionRecord): SessionRecord => {
  const conversationId = newId<ConversationId>(rng(16));
  const listVersions = { senderListVersion: 1, recipientListVersion: 1 };
  const plaintext: Bytes = utf8('x');
  return encryptEnvelope({ rng, parties, record: from, conversationId, listVersions, plaintext, now: NOW }).record;
};

beforeEach(async () => {
  store = await memoryStore()('s');
  commits = [];
  await run(async (tx) => storeSessions(tx, address(), null, record));
});

describe('the rows of sessions', () => {
  it('give the record back, in its order', async () => {
    expect(await load()).toEqual(record);
  });

  it('a message writes the session it was sent on, and no other row', async () => {
    const before = (await load())!;
    commits = [];
    await run(async (tx) => storeSessions(tx, address(), before, send(before)));
    expect(commits.flatMap(({ keys }) => keys)).toHaveLength(1);
    expect((await load())!.sessions.map(({ ratchet }) => ratchet.sending.n)).toEqual([1, 0, 0]);
  });

  it('a session that moves to the front writes the order, and one that is gone loses its row', async () => {
    const before = (await load())!;
    const [first, second] = before.sessions;
    await run(async (tx) => storeSessions(tx, address(), before, { ...before, sessions: [second!, first!] }));
    expect((await load())!.sessions).toEqual([second, first]);
    expect(await store.list({ prefix: 'session/' })).toHaveLength(2);
  });

  it('a session whose row is lost is not there, and the others are', async () => {
    const [lost] = await store.list({ prefix: 'session/' });
    await store.commit({ expectedRev: await store.revision(), puts: new Map(), deletes: [lost!.key] });
    expect((await load())!.sessions).toHaveLength(2);
  });

  it('are all forgotten at once, of one person or of everyone', async () => {
    await run((tx) => forgetSessions(tx, own));
    expect(await load()).not.toBeNull();
    await run((tx) => forgetSessions(tx, peer));
    expect(await store.list({ prefix: 'session' })).toEqual([]);
    await run(async (tx) => storeSessions(tx, address(), null, record));
    await run((tx) => forgetSessions(tx));
    expect(await store.list({ prefix: 'session/' })).toEqual([]);
    // Nobody takes the device back to what is weaker: that it has the post-quantum ratchet is kept.
    expect(await load()).toEqual({ ...record, sessions: [] });
    await run(async (tx) => storeSessions(tx, address(), record, { ...record, pqRatchet: false }));
    await run((tx) => forgetSessions(tx));
    expect(await store.list({ prefix: 'session' })).toEqual([]);
  });

  it('a session has the post-quantum ratchet exactly where the signed list says so', async () => {
    const device = { ...newDeviceOf(peerKeys), addedIn: 1 };
    const ownKeys = await createDeviceKeys(await tools());
    const account = { tenantId, userId: own, device: ownKeys } as AccountRow;
    const made = async (capabilities: number): Promise<boolean> => {
      parties = partiesOf(account, peer, { ...device, capabilities });
      return (await withSession(null)).sessions[0]!.ratchet.pq !== null;
    };
    const before = parties;
    expect([
      await made(0),
      await made(CAPABILITIES.pqRatchet),
      await made(0xffff_fffe),
      await made(0xffff_ffff),
    ]).toEqual([false, true, false, true]);
    parties = before;
  });
});
