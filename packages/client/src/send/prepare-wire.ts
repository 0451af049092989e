import { encryptEnvelope, initiateSession, needsEpoch, needsNewSession, offerEpoch, sealBody } from '@seal-chat/crypto';
import {
  SealError,
  WIRE_VERSION,
  constantTimeEqual,
  encode,
  keyMessageCodec,
  type Bytes,
  type ConversationId,
  type Device,
  type DeviceId,
  type KeyMessage,
  type PreKeyBundle,
  type UserId,
} from '@seal-chat/protocol';
import type { CryptoDeps } from '../context/deps.ts';
import { expectPromisesKept } from '../peers/promised-lists.ts';
import { loadSessions, partiesOf, storeSessions, type DeviceAddress } from '../peers/sessions.ts';
import { isTrusted } from '../peers/verified-key.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import {
  ROWS,
  placeOf,
  type AccountRow,
  type ConversationRow,
  type OutboxRow,
  type PeerRow,
  type RowKey,
  type WireEnvelope,
  type WireMessage,
} from '../store/rows.ts';
import { nextCount } from '../transcript/own-counter.ts';

/** Bundles fetched for this message, by device; null where the device has published none, and is to wait no longer. */
export type Bundles = ReadonlyMap<DeviceId, PreKeyBundle | null>;

/**
 * What a device gets that published no prekeys: no session can be made with it. It knows from this that there is
 * a message, and asks for its key once it has published some. One byte, so that it cannot be an envelope.
 */
const NO_KEY_YET: Bytes = Uint8Array.of(WIRE_VERSION);
const NO_SESSION_ID: Bytes = new Uint8Array(32);

/** What came of preparing a message. */
export type Preparation =
  | { readonly outcome: 'ready'; readonly row: OutboxRow; readonly wire: WireMessage }
  /** Has to be fetched first; nothing was written. */
  | {
      readonly outcome: 'missing';
      readonly conversations: readonly ConversationId[];
      readonly users: readonly UserId[];
      readonly sessions: readonly DeviceAddress[];
    }
  /** Another tab sent or discarded it. */
  | { readonly outcome: 'gone' };

/** A device that gets an envelope, with what its own list is known as. */
interface Target {
  readonly userId: UserId;
  readonly device: Device;
  readonly listVersion: number;
}

/**
 * Makes the bytes of a queued message for exactly the devices of its conversation, or brings them up to date: the body
 * is sealed once and stays, envelopes stay while the device lists they name do, devices that are new get one, devices that
 * are gone lose theirs.
 * Ratchets and bytes are committed together, by the caller's transaction, before anything is sent.
 *
 * @throws SealError IDENTITY_CHANGED, DEVICE_REVOKED; BAD_SIGNATURE, UNVERIFIED_DEVICE or LOW_ORDER_KEY on a bad bundle
 */
export async function prepareWire(
  deps: CryptoDeps,
  tx: DeviceTx,
  key: RowKey<OutboxRow>,
  bundles: Bundles,
): Promise<Preparation> {
  const row = await tx.get(key);
  if (row === null || row.failure !== null) return { outcome: 'gone' };
  const { conversationId } = placeOf(key);
  const account = await activeAccount(tx);
  const conversation = await tx.get(ROWS.conversation(conversationId));
  if (conversation === null) return { outcome: 'missing', users: [], sessions: [], conversations: [conversationId] };
  await expectPromisesKept(tx, conversationId);
  const { peers, unknown } = await membersOf(tx, conversation);
  if (unknown.length > 0) return { outcome: 'missing', users: unknown, sessions: [], conversations: [] };
  const targets = targetsOf(account, peers);

  const sealed = row.wire ?? (await sealWire(deps, tx, row, conversationId));
  const envelopes: WireEnvelope[] = [];
  const sessions: DeviceAddress[] = [];
  for (const target of targets) {
    const { deviceId, dhKey } = target.device;
    const existing = sealed.envelopes.find((envelope) => envelope.deviceId === deviceId);
    if (existing !== undefined && isCurrent(existing, target, versionOf(peers, account.userId))) {
      envelopes.push(existing);
      continue;
    }
    const bundle = bundles.get(deviceId);
    const made = await sealEnvelope(deps, tx, {
      account,
      target,
      conversationId,
      ownListVersion: versionOf(peers, account.userId),
      keyMessage: sealed,
      bundle: bundle ?? null,
    });
    const { userId } = target;
    if (made !== null) envelopes.push(made);
    else if (bundle === undefined) sessions.push({ userId, deviceId });
    else {
      const listVersions = { own: versionOf(peers, account.userId), recipient: target.listVersion };
      envelopes.push({ userId, deviceId, envelope: NO_KEY_YET, sessionId: NO_SESSION_ID, listVersions, dhKey });
    }
  }
  if (sessions.length > 0) return { outcome: 'missing', users: [], sessions, conversations: [] };

  const deviceLists = [...peers].map(([userId, { known }]) => ({ userId, version: known.list.version }));
  const wire: WireMessage = { ...sealed, deviceLists, envelopes };
  if (!isSameWire(row.wire, wire)) tx.put(key, { ...row, wire });
  tx.put(ROWS.underWay(conversationId), placeOf(key).seq);
  return { outcome: 'ready', row, wire };
}

async function membersOf(
  tx: DeviceTx,
  conversation: ConversationRow,
): Promise<{ readonly peers: ReadonlyMap<UserId, PeerRow>; readonly unknown: readonly UserId[] }> {
  const peers = new Map<UserId, PeerRow>();
  const unknown: UserId[] = [];
  for (const { userId } of conversation.members) {
    const peer = await tx.get(ROWS.peer(userId));
    if (peer === null) unknown.push(userId);
    else if (!(await isTrusted(tx, userId))) throw new SealError('IDENTITY_CHANGED');
    else peers.set(userId, peer);
  }
  return { peers, unknown };
}

/**
 * All devices of all members except this one.
 *
 * @throws SealError NOT_A_MEMBER, or DEVICE_REVOKED when it is on no list
 */
function targetsOf(account: AccountRow, peers: ReadonlyMap<UserId, PeerRow>): readonly Target[] {
  if (!peers.has(account.userId)) throw new SealError('NOT_A_MEMBER');
  const all = [...peers].flatMap(([userId, { known }]) =>
    known.list.devices.map((device): Target => ({ userId, device, listVersion: known.list.version })),
  );
  const others = all.filter(({ device }) => device.deviceId !== account.device.deviceId);
  if (others.length === all.length) throw new SealError('DEVICE_REVOKED');
  return others;
}

function versionOf(peers: ReadonlyMap<UserId, PeerRow>, userId: UserId): number {
  return peers.get(userId)!.known.list.version;
}

async function sealWire(
  { rng }: CryptoDeps,
  tx: DeviceTx,
  { messageId, sentAt, content }: OutboxRow,
  conversationId: ConversationId,
): Promise<WireMessage> {
  const count = await nextCount(tx, conversationId);
  const { sealed, keyMessage } = sealBody({ messageId, conversationId, sentAt, content, ...count }, rng);
  return { body: sealed, counter: count.counter, ...keyMessage, deviceLists: [], envelopes: [] };
}

/** What goes into one envelope, and for whom. */
interface SealInput {
  readonly account: AccountRow;
  readonly target: Target;
  readonly conversationId: ConversationId;
  readonly ownListVersion: number;
  readonly plaintext: Bytes;
  readonly bundle: PreKeyBundle | null;
  /** Makes a new session although there is one. */
  readonly resetSession?: boolean;
}

/** As `sealForDevice`, with a message's key inside. */
export function sealEnvelope(
  deps: CryptoDeps,
  tx: DeviceTx,
  { keyMessage, ...input }: Omit<SealInput, 'plaintext'> & { readonly keyMessage: KeyMessage },
): Promise<WireEnvelope | null> {
  const { contentKey, bodyHash } = keyMessage;
  return sealForDevice(deps, tx, { ...input, plaintext: encode(keyMessageCodec, { contentKey, bodyHash }) });
}

/**
 * One envelope on the session with `target`, which is made from `bundle` where there is none; null when that is needed
 * and missing. Puts the session's new state into the transaction.
 */
export async function sealForDevice(deps: CryptoDeps, tx: DeviceTx, input: SealInput): Promise<WireEnvelope | null> {
  const { curves, rng, now, localNow } = deps;
  const { account, target, conversationId, ownListVersion, plaintext, bundle, resetSession = false } = input;
  const { userId, device, listVersion } = target;
  const parties = partiesOf(account, userId, device);
  const address: DeviceAddress = { userId, deviceId: device.deviceId };
  const before = await loadSessions(tx, address);
  const clocks = { now: now(), localNow: localNow() };
  let record = before;
  if (resetSession || record === null || needsNewSession(record, parties.peer, clocks.now)) {
    if (bundle === null) return null;
    const kem = await deps.kem();
    ({ record } = await initiateSession({ curves, kem, rng, parties, record, bundle, ...clocks }));
  }
  const sending = { record, peer: parties.peer, ...clocks };
  if (needsEpoch(sending)) record = await offerEpoch({ ...sending, kem: await deps.kem(), rng });
  const sent = encryptEnvelope({
    rng,
    parties,
    record,
    conversationId,
    listVersions: { senderListVersion: ownListVersion, recipientListVersion: listVersion },
    plaintext,
    now: clocks.now,
  });
  storeSessions(tx, address, before, sent.record);
  const { deviceId, dhKey } = device;
  const listVersions = { own: ownListVersion, recipient: listVersion };
  return { userId, deviceId, envelope: sent.envelope, sessionId: sent.sessionId, listVersions, dhKey };
}

/** An envelope is for a key, and under the device lists that it names: a reader takes older ones for withheld. */
function isCurrent({ dhKey, listVersions }: WireEnvelope, { device, listVersion }: Target, own: number): boolean {
  return constantTimeEqual(dhKey, device.dhKey) && listVersions.recipient === listVersion && listVersions.own === own;
}

function isSameWire(before: WireMessage | null, after: WireMessage): boolean {
  return (
    before !== null &&
    before.envelopes.length === after.envelopes.length &&
    before.envelopes.every((envelope, i) => envelope === after.envelopes[i]) &&
    before.deviceLists.length === after.deviceLists.length &&
    before.deviceLists.every(({ version }, i) => version === after.deviceLists[i]!.version)
  );
}
