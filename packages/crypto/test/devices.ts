import {
  decode,
  decodeEnvelope,
  encode,
  newId,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type PreKeyBundle,
  type PreKeyKind,
  type PublicPreKey,
  type UserId,
  asKey,
} from '@seal-chat/protocol';
import type { SignKeyPair } from '../src/keys.ts';
import type { Kem } from '../src/kem/kem.ts';
import { nobleKem } from '../src/kem/noble.ts';
import { createPreKey } from '../src/create-prekey.ts';
import type { PrivatePreKey } from '../src/prekeys.ts';
import type { Rng } from '../src/rng.ts';
import { decryptEnvelope, neededPreKeys, type DecryptedEnvelope } from '../src/session/decrypt-envelope.ts';
import { encryptEnvelope } from '../src/session/encrypt-envelope.ts';
import { initiateSession } from '../src/session/initiate-session.ts';
import { offerEpoch } from '../src/session/offer-epoch.ts';
import type { OwnDevice, Parties, PeerDevice } from '../src/session/parties.ts';
import { sessionCodec, sessionRecordHeadCodec } from '../src/session/record-codec.ts';
import type { SessionRecord } from '../src/session/session.ts';
import { CONVERSATION, TENANT, curves } from './accounts.ts';
import { deepFreeze } from './deep-freeze.ts';
import { seededRng } from './rng.ts';

export const NOW = 1_700_000_000_000;
export const LIST_VERSIONS = { senderListVersion: 3, recipientListVersion: 7 };

/** A device with its storage, and a server that holds its public prekeys. Everything stored is frozen. */
export interface TestDevice {
  readonly name: string;
  readonly rng: Rng;
  readonly kem: Kem;
  readonly own: OwnDevice;
  readonly signKeys: SignKeyPair;
  /** How other devices see it. */
  readonly asPeer: PeerDevice;
  readonly privatePreKeys: Map<string, PrivatePreKey>;
  readonly records: Map<DeviceId, SessionRecord>;
  readonly published: Record<PreKeyKind, PublicPreKey[]>;
}

export async function testDevice(name: string): Promise<TestDevice> {
  const rng = seededRng(`device ${name}`);
  const [dhKeys, signKeys] = [await curves.dhKeyPair(asKey(rng(32))), await curves.signKeyPair(asKey(rng(32)))];
  const own = { userId: newId<UserId>(rng(16)), deviceId: newId<DeviceId>(rng(16)), registrationId: 77, dhKeys };
  const asPeer = { ...own, dhKey: dhKeys.publicKey, signKey: signKeys.publicKey, pqRatchet: true };
  const published = { signed: [], oneTime: [], kemOneTime: [], kemLastResort: [] };
  const kem = nobleKem(rng);
  const device = { name, rng, kem, own, signKeys, asPeer, privatePreKeys: new Map(), records: new Map(), published };
  await addPreKey(device, 'signed');
  await addPreKey(device, 'kemLastResort');
  return device;
}

/** A device as it is now: what happens to the copy does not happen to `device`. */
export function copyOf(device: TestDevice): TestDevice {
  const { signed, oneTime, kemOneTime, kemLastResort } = device.published;
  return {
    ...device,
    privatePreKeys: new Map(device.privatePreKeys),
    records: new Map(device.records),
    published: {
      signed: [...signed],
      oneTime: [...oneTime],
      kemOneTime: [...kemOneTime],
      kemLastResort: [...kemLastResort],
    },
  };
}

export async function addPreKey(device: TestDevice, kind: PreKeyKind): Promise<PublicPreKey> {
  const { kem, rng, own, signKeys } = device;
  const keyId = 100 + device.privatePreKeys.size;
  const owner = { tenantId: TENANT, userId: own.userId, deviceId: own.deviceId };
  const made = await createPreKey({ curves, kem, rng, owner, signKeys, kind, keyId, now: NOW });
  device.privatePreKeys.set(`${kind} ${keyId}`, deepFreeze(made.privatePreKey));
  device.published[kind].push(made.publicPreKey);
  return made.publicPreKey;
}

/** Hands out a bundle as the server does: one-time keys once, the last-resort key when there is none. */
export function claimBundle(device: TestDevice): PreKeyBundle {
  const { published, own } = device;
  const kemOneTime = published.kemOneTime.shift();
  return {
    deviceId: own.deviceId,
    registrationId: own.registrationId,
    signedPreKey: published.signed.at(-1)!,
    oneTimePreKey: published.oneTime.shift() ?? null,
    kemPreKey:
      kemOneTime === undefined
        ? { ...published.kemLastResort.at(-1)!, kind: 'kemLastResort' }
        : { ...kemOneTime, kind: 'kemOneTime' },
  };
}

export function parties(own: TestDevice, peer: TestDevice): Parties {
  return { tenantId: TENANT, own: own.own, peer: peer.asPeer };
}

export function recordOf(own: TestDevice, peer: TestDevice): SessionRecord | null {
  return own.records.get(peer.own.deviceId) ?? null;
}

/** Stores a record as a product does, as bytes, so that every test is one of the codecs too. */
function store(own: TestDevice, peer: TestDevice, record: SessionRecord): void {
  own.records.set(peer.own.deviceId, deepFreeze(throughBytes(record)));
}

/** The record, written and read again. */
export function throughBytes(record: SessionRecord): SessionRecord {
  const head = decode(sessionRecordHeadCodec, encode(sessionRecordHeadCodec, record));
  return { ...head, sessions: record.sessions.map((each) => decode(sessionCodec, encode(sessionCodec, each))) };
}

export async function startSession(
  from: TestDevice,
  to: TestDevice,
  now: number = NOW,
  localNow: number = now,
): Promise<void> {
  const { rng, kem } = from;
  const { record } = await initiateSession({
    curves,
    kem,
    rng,
    parties: parties(from, to),
    record: recordOf(from, to),
    bundle: claimBundle(to),
    now,
    localNow,
  });
  store(from, to, record);
}

/** An envelope from one device to the other on their active session. */
export function send(from: TestDevice, to: TestDevice, plaintext: Bytes, now: number = NOW): Bytes {
  const { record, envelope } = encryptEnvelope({
    rng: from.rng,
    parties: parties(from, to),
    record: recordOf(from, to)!,
    conversationId: CONVERSATION,
    listVersions: LIST_VERSIONS,
    plaintext,
    now,
  });
  store(from, to, record);
  return envelope;
}

/** Offers a new epoch where one is due, as it is done before a message is sent. */
export async function offer(from: TestDevice, to: TestDevice, localNow: number = NOW): Promise<void> {
  const { rng, kem } = from;
  const record = recordOf(from, to)!;
  store(from, to, await offerEpoch({ kem, rng, record, peer: to.asPeer, now: NOW, localNow }));
}

type DecryptParams = Parameters<typeof decryptEnvelope>[0];

/** What `to` would hand to `decryptEnvelope` for bytes that came from `from`. */
export function receiving(
  to: TestDevice,
  from: TestDevice,
  bytes: Bytes,
  now: number = NOW,
  localNow: number = now,
): DecryptParams {
  const envelope = decodeEnvelope(bytes);
  const record = recordOf(to, from);
  const preKeys = neededPreKeys(record, envelope).flatMap(({ kind, keyId }) => {
    const found = to.privatePreKeys.get(`${kind} ${keyId}`);
    return found === undefined ? [] : [found];
  });
  const conversationId: ConversationId = CONVERSATION;
  return {
    curves,
    kem: to.kem,
    rng: to.rng,
    parties: parties(to, from),
    record,
    conversationId,
    envelope,
    preKeys,
    now,
    localNow,
  };
}

/** Decrypts and stores what must be stored, all of it or nothing. */
export async function receive(
  to: TestDevice,
  from: TestDevice,
  bytes: Bytes,
  now: number = NOW,
  localNow: number = now,
): Promise<Bytes> {
  return commit(to, from, await decryptEnvelope(receiving(to, from, bytes, now, localNow)));
}

function commit(to: TestDevice, from: TestDevice, { record, consumed, plaintext }: DecryptedEnvelope): Bytes {
  store(to, from, record);
  for (const { kind, keyId } of consumed.deleted) to.privatePreKeys.delete(`${kind} ${keyId}`);
  if (consumed.updated !== null) {
    const { kind, keyId } = consumed.updated;
    to.privatePreKeys.set(`${kind} ${keyId}`, deepFreeze(consumed.updated));
  }
  return plaintext;
}
