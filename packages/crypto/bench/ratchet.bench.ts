/**
 * Time of one Double Ratchet message and of session setup, in microseconds: `npm run bench -w packages/crypto`.
 * Prints the median of several rounds; nothing asserts on it.
 */
import { decode, decodeEnvelope, encode, newId, wipe, type Bytes, type PreKeyBundle } from '@seal-chat/protocol';
import {
  bufferedRng,
  createPreKey,
  decryptEnvelope,
  encryptEnvelope,
  initiateSession,
  needsNewSession,
  neededPreKeys,
  selectCurves,
  selectKem,
  sessionRecordCodec,
  type OwnDevice,
  type Parties,
  type PrivatePreKey,
  type SessionRecord,
} from '../src/index.ts';

const NOW = 1_700_000_000_000;
const rng = bufferedRng((bytes) => globalThis.crypto.getRandomValues(bytes));
const curves = await selectCurves(globalThis.crypto.subtle);
const kem = await selectKem(globalThis.crypto.subtle, rng);
const tenantId = newId<Parties['tenantId']>(rng(16));
const conversationId = newId<Parameters<typeof encryptEnvelope>[0]['conversationId']>(rng(16));
const plaintext = rng(200);

async function device() {
  const dhKeys = await curves.dhKeyPair(rng(32));
  const signKeys = await curves.signKeyPair(rng(32));
  const own: OwnDevice = { userId: newId(rng(16)), deviceId: newId(rng(16)), registrationId: 1, dhKeys };
  return { own, signKeys, peer: { ...own, dhKey: dhKeys.publicKey, signKey: signKeys.publicKey } };
}

const [alice, bob] = [await device(), await device()];
const aliceParties: Parties = { tenantId, own: alice.own, peer: bob.peer };
const bobParties: Parties = { tenantId, own: bob.own, peer: alice.peer };
const owner = { tenantId, userId: bob.own.userId, deviceId: bob.own.deviceId };
const make = (kind: PrivatePreKey['kind'], keyId: number) =>
  createPreKey({ curves, kem, rng, owner, signKeys: bob.signKeys, kind, keyId, now: NOW });
const [signed, oneTime, kemOneTime] = [await make('signed', 1), await make('oneTime', 2), await make('kemOneTime', 3)];
const bundle: PreKeyBundle = {
  deviceId: bob.own.deviceId,
  registrationId: 1,
  signedPreKey: signed.publicPreKey,
  oneTimePreKey: oneTime.publicPreKey,
  kemPreKey: { ...kemOneTime.publicPreKey, kind: 'kemOneTime' },
};
const preKeys = [signed.privatePreKey, oneTime.privatePreKey, kemOneTime.privatePreKey];

async function measure(name: string, rounds: number, count: number, run: () => unknown): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) await run();
    times.push(((performance.now() - start) / count) * 1000);
  }
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(64)} ${times[rounds >> 1]!.toFixed(1).padStart(8)} us (best ${times[0]!.toFixed(1)})`);
}

const encrypt = (parties: Parties, record: SessionRecord) =>
  encryptEnvelope({
    rng,
    parties,
    record,
    conversationId,
    listVersions: { senderListVersion: 1, recipientListVersion: 1 },
    plaintext,
    now: NOW,
  });
const decrypt = (parties: Parties, record: SessionRecord | null, bytes: Bytes) => {
  const envelope = decodeEnvelope(bytes);
  const keys = neededPreKeys(record, envelope).length === 0 ? [] : preKeys;
  return decryptEnvelope({ curves, kem, rng, parties, record, conversationId, envelope, preKeys: keys, now: NOW });
};

const initiated = () => initiateSession({ curves, kem, rng, parties: aliceParties, record: null, bundle, now: NOW });
let a = (await initiated()).record;
let b = (await decrypt(bobParties, null, encrypt(aliceParties, a).envelope)).record;
a = (await decrypt(aliceParties, a, encrypt(bobParties, b).envelope)).record;
const first = encrypt(aliceParties, (await initiated()).record).envelope;
if (needsNewSession(a, NOW)) throw new Error('no session');

async function inChain(): Promise<void> {
  const sent = encrypt(aliceParties, a);
  a = sent.record;
  b = (await decrypt(bobParties, b, sent.envelope)).record;
}

let aBytes = encode(sessionRecordCodec, a);
let bBytes = encode(sessionRecordCodec, b);
async function inChainStored(): Promise<void> {
  const sent = encrypt(aliceParties, decode(sessionRecordCodec, aBytes));
  aBytes = encode(sessionRecordCodec, sent.record);
  bBytes = encode(
    sessionRecordCodec,
    (await decrypt(bobParties, decode(sessionRecordCodec, bBytes), sent.envelope)).record,
  );
}

async function pingPong(): Promise<void> {
  await inChain();
  const answer = encrypt(bobParties, b);
  b = answer.record;
  a = (await decrypt(aliceParties, a, answer.envelope)).record;
}

await inChain();
aBytes = encode(sessionRecordCodec, a);
bBytes = encode(sessionRecordCodec, b);
for (let i = 0; i < 2000; i++) await inChain();
aBytes = encode(sessionRecordCodec, a);
bBytes = encode(sessionRecordCodec, b);
await measure('encrypt + decrypt in a chain, 200 B', 9, 2000, inChain);
await measure('the same with records decoded from and encoded to bytes', 9, 1000, inChainStored);
await measure('ping-pong with ratchet steps, per two messages', 5, 100, pingPong);
await measure('session setup, initiator (PQXDH, all signatures, ratchet)', 5, 100, initiated);
await measure('session setup, responder (first message)', 5, 50, () => decrypt(bobParties, null, first));
wipe(plaintext);
