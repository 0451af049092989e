import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  bufferedRng,
  createDeviceKeys,
  createPreKey,
  decryptEnvelope,
  encryptEnvelope,
  initiateSession,
  needsEpoch,
  neededPreKeys,
  offerEpoch,
  selectCurves,
  selectKem,
  type Curves,
  type DeviceKeys,
  type Kem,
  type OwnDevice,
  type Parties,
  type PeerDevice,
  type PrivatePreKey,
  type Rng,
  type SessionRecord,
} from '@seal-chat/crypto';
import {
  decodeEnvelope,
  newId,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type PreKeyBundle,
  type PreKeyKind,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Beginnings, Contender, Conversation, Side } from './contender.ts';

/** What a device needs from its surroundings. */
export interface Tools {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
  /** Whether sessions have the post-quantum ratchet. */
  readonly pqRatchet: boolean;
}

/** A device with its storage, which is memory. */
export interface SealDevice {
  readonly own: OwnDevice;
  readonly asPeer: PeerDevice;
  readonly bundle: PreKeyBundle;
  readonly preKeys: Map<string, PrivatePreKey>;
  readonly records: Map<DeviceId, SessionRecord>;
}

const rng: Rng = bufferedRng((bytes) => void webcrypto.getRandomValues(bytes));
const TENANT = newId<TenantId>(rng(16));
const CONVERSATION = newId<ConversationId>(rng(16));
const LIST_VERSIONS = { senderListVersion: 1, recipientListVersion: 1 };
const KEY_ID = 1;

/** A device with one prekey of each kind that a bundle has, and the bundle that offers them. */
export async function createDevice(tools: Tools): Promise<SealDevice> {
  const keys: DeviceKeys = await createDeviceKeys(tools);
  const userId = newId<UserId>(rng(16));
  const { deviceId, registrationId, dh, sign } = keys;
  const preKeys = new Map<string, PrivatePreKey>();
  const addPreKey = async (kind: PreKeyKind): Promise<PreKeyBundle['signedPreKey']> => {
    const owner = { tenantId: TENANT, userId, deviceId };
    const made = await createPreKey({ ...tools, owner, signKeys: sign, kind, keyId: KEY_ID, now: Date.now() });
    preKeys.set(`${kind} ${KEY_ID}`, made.privatePreKey);
    return made.publicPreKey;
  };
  return {
    own: { userId, deviceId, registrationId, dhKeys: dh },
    asPeer: {
      userId,
      deviceId,
      registrationId,
      dhKey: dh.publicKey,
      signKey: sign.publicKey,
      pqRatchet: tools.pqRatchet,
    },
    bundle: {
      deviceId,
      registrationId,
      signedPreKey: await addPreKey('signed'),
      oneTimePreKey: await addPreKey('oneTime'),
      kemPreKey: { ...(await addPreKey('kemOneTime')), kind: 'kemOneTime' },
    },
    preKeys,
    records: new Map(),
  };
}

const parties = (own: SealDevice, peer: SealDevice): Parties => ({ tenantId: TENANT, own: own.own, peer: peer.asPeer });

export async function openSession(tools: Tools, from: SealDevice, to: SealDevice): Promise<void> {
  const { record } = await initiateSession({
    ...tools,
    parties: parties(from, to),
    record: from.records.get(to.own.deviceId) ?? null,
    bundle: to.bundle,
    ...clocks(),
  });
  from.records.set(to.own.deviceId, record);
}

function clocks(): { readonly now: number; readonly localNow: number } {
  const now = Date.now();
  return { now, localNow: now };
}

/** As a client does it: a new epoch is offered first where one is due, and that alone takes a promise. */
export function encrypt(tools: Tools, from: SealDevice, to: SealDevice, plaintext: Bytes): Bytes | Promise<Bytes> {
  const sending = { record: from.records.get(to.own.deviceId)!, peer: to.asPeer, ...clocks() };
  if (!needsEpoch(sending)) return encryptOn(sending.record, from, to, plaintext);
  return offerEpoch({ ...tools, ...sending }).then((record) => encryptOn(record, from, to, plaintext));
}

function encryptOn(before: SessionRecord, from: SealDevice, to: SealDevice, plaintext: Bytes): Bytes {
  const { record, envelope } = encryptEnvelope({
    rng,
    parties: parties(from, to),
    record: before,
    conversationId: CONVERSATION,
    listVersions: LIST_VERSIONS,
    plaintext,
    now: Date.now(),
  });
  from.records.set(to.own.deviceId, record);
  return envelope;
}

export async function decrypt(tools: Tools, to: SealDevice, from: SealDevice, bytes: Bytes): Promise<Bytes> {
  const envelope = decodeEnvelope(bytes);
  const known = to.records.get(from.own.deviceId) ?? null;
  const preKeys = neededPreKeys(known, envelope).map(({ kind, keyId }) => to.preKeys.get(`${kind} ${keyId}`)!);
  const { record, plaintext, consumed } = await decryptEnvelope({
    ...tools,
    parties: parties(to, from),
    record: known,
    conversationId: CONVERSATION,
    envelope,
    preKeys,
    ...clocks(),
  });
  to.records.set(from.own.deviceId, record);
  for (const { kind, keyId } of consumed.deleted) to.preKeys.delete(`${kind} ${keyId}`);
  return plaintext;
}

async function converse(tools: Tools): Promise<Conversation<Bytes, Bytes>> {
  const devices = [await createDevice(tools), await createDevice(tools)] as const;
  const other = (side: Side): SealDevice => devices[side === 0 ? 1 : 0];
  await openSession(tools, devices[0], devices[1]);
  await decrypt(tools, devices[1], devices[0], await encrypt(tools, devices[0], devices[1], rng(1)));
  await decrypt(tools, devices[0], devices[1], await encrypt(tools, devices[1], devices[0], rng(1)));
  return {
    encrypt: (from, plain) => encrypt(tools, devices[from], other(from), plain),
    decrypt: (to, sealed) => decrypt(tools, devices[to], other(to), sealed),
  };
}

async function begin(tools: Tools, count: number): Promise<Beginnings<Bytes, Bytes>> {
  const sender = await createDevice(tools);
  const receivers: SealDevice[] = [];
  for (let i = 0; i < count; i++) receivers.push(await createDevice(tools));
  return {
    async start(index, plain) {
      await openSession(tools, sender, receivers[index]!);
      return encrypt(tools, sender, receivers[index]!, plain);
    },
    accept: (index, sealed) => decrypt(tools, receivers[index]!, sender, sealed),
  };
}

function ownVersion(): string {
  const path = new URL('../../../packages/crypto/package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** WebCrypto where it has an algorithm, JavaScript for the rest. */
export async function createTools(pqRatchet: boolean): Promise<Tools> {
  const { subtle } = webcrypto;
  return { curves: await selectCurves(subtle), kem: await selectKem(subtle, rng), rng, pqRatchet };
}

/**
 * `packages/crypto` as a client uses it. With the post-quantum ratchet, or without it to see what it costs.
 */
export async function createSeal(pqRatchet = true): Promise<Contender<Bytes, Bytes>> {
  const tools = await createTools(pqRatchet);
  return {
    name: pqRatchet ? 'Seal' : 'without',
    version: ownVersion(),
    plaintext: rng,
    converse: () => converse(tools),
    begin: (count) => begin(tools, count),
  };
}
