import {
  SIZE_LIMITS,
  SealError,
  constantTimeEqual,
  decode,
  deviceListCodec,
  variable,
  type AccountCertificate,
  type Bytes,
  type Device,
  type DeviceId,
  type DeviceList,
  type SignPublicKey,
  type SignedDeviceList,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { checkCertificateContinues, verifyCertificate } from './certificate.ts';
import type { Curves } from './curves/curves.ts';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

/** A device list whose signature and inner rules were checked. Says nothing yet about what came before it. */
export interface VerifiedDeviceList {
  readonly list: DeviceList;
  /** Whose key signed it, as the identity key says. */
  readonly certificate: AccountCertificate;
  /** SHA-256 of `signed.bytes`: what the next version names as its predecessor. */
  readonly hash: Bytes;
  readonly signed: SignedDeviceList;
}

/** A verified list with what is known of its past: what a client keeps of every account it knows. */
export interface DeviceListState extends VerifiedDeviceList {
  /** Ids that were in a version seen earlier and were removed, the last 1,024; they never come back. */
  readonly removed: readonly DeviceId[];
}

/** Whose list it must be. */
export interface ExpectedAccount {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Where it is known beforehand, as after recovery or linking: Ed25519, 32 bytes. */
  readonly identityKey?: SignPublicKey;
  /** A version the chain must lead through, or begin right after, as another device of the account knows it. */
  readonly anchor?: { readonly version: number; readonly hash: Bytes };
}

const listInput = signedInput(LABELS.deviceList, variable(SIZE_LIMITS.deviceList));

/** Returns what the account key signs: the label and the exact bytes of a device list. */
export function deviceListSignatureInput(bytes: Bytes): Bytes {
  return listInput(bytes);
}

/**
 * Decodes a signed device list and checks its certificate, the account key's signature over its exact bytes and the
 * rules within one list: version 1 names no predecessor, no device is from a later version, no key is in it twice. So
 * the newest list is enough for someone who knows nothing of an account.
 *
 * @throws SealError TOO_LARGE, MALFORMED, UNSUPPORTED_VERSION, BAD_SIGNATURE or DEVICE_LIST_REJECTED
 */
export async function verifyDeviceList(
  curves: Pick<Curves, 'verify'>,
  signed: SignedDeviceList,
): Promise<VerifiedDeviceList> {
  if (signed.bytes.length > SIZE_LIMITS.deviceList) {
    throw new SealError('TOO_LARGE', `device list: ${signed.bytes.length} bytes`);
  }
  const list = decode(deviceListCodec, signed.bytes);
  const certificate = await verifyCertificate(curves, list.certificate);
  if (!(await curves.verify(certificate.accountKey, deviceListSignatureInput(signed.bytes), signed.signature))) {
    throw new SealError('BAD_SIGNATURE', 'device list: not signed');
  }
  checkInnerRules(list, certificate);
  return { list, certificate, hash: sha256(signed.bytes), signed };
}

function checkInnerRules(list: DeviceList, certificate: AccountCertificate): void {
  if (certificate.tenantId !== list.tenantId || certificate.userId !== list.userId)
    throw rejected('certificate of another account');
  if (list.devices.length === 0) throw rejected('no devices');
  if ((list.vaultVersion === 0) !== list.vaultHash.every((byte) => byte === 0))
    throw rejected('vault without version or hash');
  if ((list.version === 1) !== list.previousHash.every((byte) => byte === 0))
    throw rejected('version without its predecessor');
  const keys: Bytes[] = [certificate.identityKey, certificate.accountKey];
  if (constantTimeEqual(certificate.identityKey, certificate.accountKey)) throw rejected('one key has two uses');
  for (const device of list.devices) {
    // There is a device, so this leaves no room for a version 0.
    if (device.addedIn < 1 || device.addedIn > list.version) throw rejected('a device of no version');
    for (const key of [device.dhKey, device.signKey]) {
      if (keys.some((other) => constantTimeEqual(other, key))) throw rejected('a key is in it twice');
      keys.push(key);
    }
  }
}

/**
 * Checks that `next` is the version after `previous`: same identity, the same certificate or the next one, number one
 * higher, hash of the previous bytes, the same vault or the next one, devices that stay unchanged to the last bit, devices that are new marked as added
 * now, signed by a device that was there or is added, and not without a change. A caller that knows ids of
 * earlier versions (a server: all it ever stored; a client: `DeviceListState.removed`) passes them as `removed`.
 *
 * @throws SealError IDENTITY_CHANGED when the identity key differs, DEVICE_LIST_REJECTED for any other break
 */
export function checkDeviceListContinues(input: {
  readonly previous: VerifiedDeviceList;
  readonly next: VerifiedDeviceList;
  readonly removed: Iterable<DeviceId>;
}): void {
  const { previous, next } = input;
  const [before, after] = [previous.list, next.list];
  checkAccount(next, { ...before, identityKey: previous.certificate.identityKey });
  if (after.version !== before.version + 1)
    throw rejected(`version ${after.version} does not follow version ${before.version}`);
  if (!constantTimeEqual(after.previousHash, previous.hash)) throw rejected('another predecessor');
  checkCertificateContinues(
    { certificate: previous.certificate, bytes: before.certificate.bytes },
    { certificate: next.certificate, bytes: after.certificate.bytes },
  );
  checkVaultFollows(previous, next);

  const removed = new Set(input.removed);
  for (const device of after.devices) {
    const old = findDevice(before, device.deviceId);
    if (old === null) {
      if (removed.has(device.deviceId)) throw rejected('a removed device id came back');
      if (device.addedIn !== after.version) throw rejected('a new device of another version');
    } else if (!isSameDevice(old, device)) {
      throw rejected('a device that stays was changed');
    }
  }
  if (findDevice(before, after.author) === null && findDevice(after, after.author) === null)
    throw rejected('signed by a device not on it');
  if (!isChange(previous, next)) throw rejected('changes nothing');
}

/** Another vault is the next one, and a vault does not stay behind the account key that it opens. */
function checkVaultFollows(previous: VerifiedDeviceList, next: VerifiedDeviceList): void {
  const [before, after] = [previous.list, next.list];
  const isSame = constantTimeEqual(before.vaultHash, after.vaultHash);
  if (after.vaultVersion !== before.vaultVersion + (isSame ? 0 : 1)) throw rejected('its vault does not follow');
  if (isSame && after.vaultVersion > 0 && previous.certificate.number !== next.certificate.number)
    throw rejected('its vault opens the key before');
}

/** Versions without a change would cost every contact time, and the account nothing. Names of devices do not count. */
function isChange(previous: VerifiedDeviceList, next: VerifiedDeviceList): boolean {
  const [before, after] = [previous.list, next.list];
  return (
    before.username !== after.username ||
    previous.certificate.number !== next.certificate.number ||
    before.vaultVersion !== after.vaultVersion ||
    before.devices.length !== after.devices.length ||
    after.devices.some(({ deviceId }) => findDevice(before, deviceId) === null)
  );
}

/**
 * Follows a chain of signed device lists, oldest first, from what is known of the account to the latest version. Where
 * nothing is known the chain may begin at any version. Versions that are known already may be repeated as long as they lead to the known one. An empty
 * chain leaves `known` as it is.
 *
 * Fetch and verify under one lock per account: an answer that was overtaken by a newer one is a rollback to this
 * function, which cannot tell the two apart.
 *
 * @returns the latest version, with its hash and every id removed on the way
 * @throws SealError IDENTITY_CHANGED when an identity key is not the expected or the known one; DEVICE_LIST_REJECTED
 *   on another account, a gap, a fork or a rollback; TOO_LARGE, MALFORMED, UNSUPPORTED_VERSION or BAD_SIGNATURE as
 *   `verifyDeviceList`
 */
export async function verifyDeviceListChain(input: {
  readonly curves: Pick<Curves, 'verify'>;
  readonly expected: ExpectedAccount;
  readonly known: DeviceListState | null;
  readonly chain: readonly SignedDeviceList[];
}): Promise<DeviceListState> {
  const { curves, expected, known, chain } = input;
  if (known !== null) checkAccount(known, expected);
  let state: DeviceListState | null = null;
  let isAnchored = expected.anchor === undefined;
  for (const signed of chain) {
    const next = await verifyDeviceList(curves, signed);
    checkAccount(next, { ...expected, ...(known !== null && { identityKey: known.certificate.identityKey }) });
    if (next.list.version === expected.anchor?.version) {
      if (!constantTimeEqual(next.hash, expected.anchor.hash)) throw rejected('not the list that another device knows');
      isAnchored = true;
    }
    if (expected.anchor !== undefined && next.list.version === expected.anchor.version + 1)
      isAnchored = constantTimeEqual(next.list.previousHash, expected.anchor.hash);
    state = follow(state, next, known);
  }
  state ??= known;
  if (state === null) throw rejected('the server sent no list');
  if (!isAnchored) throw rejected('not through the list that another device knows');
  if (state.list.version < (known?.list.version ?? 0)) throw rejected('older than the known version');
  return state;
}

/** One step of a chain: from `state`, the link before, or from where the chain meets what is known. */
function follow(
  state: DeviceListState | null,
  next: VerifiedDeviceList,
  known: DeviceListState | null,
): DeviceListState {
  const previous = state ?? startOf(next, known);
  if (previous !== null) checkDeviceListContinues({ previous, next, removed: previous.removed });
  if (next.list.version === known?.list.version) {
    if (!constantTimeEqual(next.hash, known.hash)) throw rejected('not the known list of that version');
    return known;
  }
  return { ...next, removed: previous === null ? [] : removedAfter(previous, next) };
}

/** What the first link of a chain must continue; null when nothing before it is known. */
function startOf(first: VerifiedDeviceList, known: DeviceListState | null): DeviceListState | null {
  return known === null || first.list.version <= known.list.version ? null : known;
}

function checkAccount({ list, certificate }: VerifiedDeviceList, expected: ExpectedAccount): void {
  if (list.tenantId !== expected.tenantId || list.userId !== expected.userId) throw rejected('of another account');
  if (expected.identityKey !== undefined && !constantTimeEqual(certificate.identityKey, expected.identityKey)) {
    throw new SealError('IDENTITY_CHANGED', 'device list: another identity key');
  }
}

/** An account that has had more devices is no person's: its oldest ids are forgotten. */
export const MOST_REMOVED = 1_024;

function removedAfter(previous: DeviceListState, next: VerifiedDeviceList): readonly DeviceId[] {
  const gone = previous.list.devices.filter((device) => findDevice(next.list, device.deviceId) === null);
  return [...previous.removed, ...gone.map((device) => device.deviceId)].slice(-MOST_REMOVED);
}

/** Returns the device of that id, or null when the list does not have it. */
export function findDevice(list: DeviceList, deviceId: DeviceId): Device | null {
  return list.devices.find((device) => device.deviceId === deviceId) ?? null;
}

function isSameDevice(a: Device, b: Device): boolean {
  return (
    constantTimeEqual(a.dhKey, b.dhKey) &&
    constantTimeEqual(a.signKey, b.signKey) &&
    a.registrationId === b.registrationId &&
    a.capabilities === b.capabilities &&
    a.addedIn === b.addedIn
  );
}

function rejected(reason: string): SealError {
  return new SealError('DEVICE_LIST_REJECTED', `device list: ${reason}`);
}
