import {
  SIZE_LIMITS,
  SealError,
  constantTimeEqual,
  decode,
  deviceListCodec,
  variable,
  type Bytes,
  type Device,
  type DeviceId,
  type DeviceList,
  type SignPublicKey,
  type SignedDeviceList,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

/** A device list whose signature and inner rules were checked. Says nothing yet about what came before it. */
export interface VerifiedDeviceList {
  readonly list: DeviceList;
  /** SHA-256 of `signed.bytes`: what the next version names as its predecessor. */
  readonly hash: Bytes;
  readonly signed: SignedDeviceList;
}

/** A verified list with its past: what a client keeps of every account it knows. */
export interface DeviceListState extends VerifiedDeviceList {
  /** Ids that were in an earlier version and were removed; they never come back. */
  readonly removed: readonly DeviceId[];
}

/** Whose list it must be. */
export interface ExpectedAccount {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Where it is known beforehand, as after recovery or linking: Ed25519, 32 bytes. */
  readonly accountKey?: SignPublicKey;
  /** A version the chain must lead through, as another device of the account knows it. */
  readonly anchor?: { readonly version: number; readonly hash: Bytes };
}

const listInput = signedInput(LABELS.deviceList, variable(SIZE_LIMITS.deviceList));

/** Returns what the account key signs: the label and the exact bytes of a device list. */
export function deviceListSignatureInput(bytes: Bytes): Bytes {
  return listInput(bytes);
}

/**
 * Decodes a signed device list and checks the account key's signature over its exact bytes and the rules within
 * one list: version 1 names no predecessor, no device is from a later version, no key is in it twice.
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
  if (!(await curves.verify(list.accountKey, deviceListSignatureInput(signed.bytes), signed.signature))) {
    throw new SealError('BAD_SIGNATURE', 'device list: not signed by its account key');
  }
  checkInnerRules(list);
  return { list, hash: sha256(signed.bytes), signed };
}

function checkInnerRules(list: DeviceList): void {
  if (list.devices.length === 0) throw rejected('it has no devices');
  if (list.version === 1 && list.previousHash.some((byte) => byte !== 0))
    throw rejected('version 1 names a predecessor');
  const keys: Bytes[] = [list.accountKey];
  for (const device of list.devices) {
    // There is a device, so this leaves no room for a version 0.
    if (device.addedIn < 1 || device.addedIn > list.version)
      throw rejected('a device was added in an impossible version');
    for (const key of [device.dhKey, device.signKey]) {
      if (keys.some((other) => constantTimeEqual(other, key))) throw rejected('the same key is in it twice');
      keys.push(key);
    }
  }
}

/**
 * Checks that `next` is the version after `previous`: same account, number one higher, hash of the previous bytes,
 * devices that stay unchanged to the last bit, devices that are new marked as added now. A caller that knows ids of
 * earlier versions (a server: all it ever stored; a client: `DeviceListState.removed`) passes them as `removed`.
 *
 * @throws SealError IDENTITY_CHANGED when the account key differs, DEVICE_LIST_REJECTED for any other break
 */
export function checkDeviceListContinues(input: {
  readonly previous: VerifiedDeviceList;
  readonly next: VerifiedDeviceList;
  readonly removed: Iterable<DeviceId>;
}): void {
  const { previous, next } = input;
  const [before, after] = [previous.list, next.list];
  checkAccount(after, before);
  if (after.version !== before.version + 1)
    throw rejected(`version ${after.version} does not follow version ${before.version}`);
  if (!constantTimeEqual(after.previousHash, previous.hash)) throw rejected('it names another predecessor');

  const removed = new Set(input.removed);
  for (const device of after.devices) {
    const old = findDevice(before, device.deviceId);
    if (old === null) {
      if (removed.has(device.deviceId)) throw rejected('a removed device id came back');
      if (device.addedIn !== after.version) throw rejected('a new device says it was added in another version');
    } else if (!isSameDevice(old, device)) {
      throw rejected('a device that stays was changed');
    }
  }
}

/**
 * Follows a chain of signed device lists, oldest first, from what is known of the account (null: nothing) to the
 * latest version. Versions that are known already may be repeated as long as they lead to the known one. An empty
 * chain leaves `known` as it is.
 *
 * Fetch and verify under one lock per account: an answer that was overtaken by a newer one is a rollback to this
 * function, which cannot tell the two apart.
 *
 * @returns the latest version, with its hash and every id removed on the way
 * @throws SealError IDENTITY_CHANGED when an account key is not the expected or the known one; DEVICE_LIST_REJECTED
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
  if (known !== null) checkAccount(known.list, expected);
  let state: DeviceListState | null = null;
  for (const signed of chain) {
    const next = await verifyDeviceList(curves, signed);
    checkAccount(next.list, { ...expected, ...(known !== null && { accountKey: known.list.accountKey }) });
    if (next.list.version === expected.anchor?.version && !constantTimeEqual(next.hash, expected.anchor.hash)) {
      throw rejected('it differs from the list that another device knows');
    }
    state = follow(state, next, known);
  }
  state ??= known;
  if (state === null) throw rejected('the server sent no list');
  const least = Math.max(known?.list.version ?? 0, expected.anchor?.version ?? 0);
  if (state.list.version < least) throw rejected('it is older than the known version');
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
    if (!constantTimeEqual(next.hash, known.hash)) throw rejected('it differs from the known list of that version');
    return known;
  }
  return { ...next, removed: previous === null ? [] : removedAfter(previous, next) };
}

/** What the first link of a chain must continue; null when nothing before it is known. */
function startOf(first: VerifiedDeviceList, known: DeviceListState | null): DeviceListState | null {
  if (known === null) {
    if (first.list.version !== 1) throw rejected(`the chain begins at version ${first.list.version}`);
    return null;
  }
  return first.list.version <= known.list.version ? null : known;
}

function checkAccount(list: DeviceList, expected: ExpectedAccount): void {
  if (list.tenantId !== expected.tenantId || list.userId !== expected.userId)
    throw rejected('it belongs to another account');
  if (expected.accountKey !== undefined && !constantTimeEqual(list.accountKey, expected.accountKey)) {
    throw new SealError('IDENTITY_CHANGED', 'device list: it has another account key');
  }
}

function removedAfter(previous: DeviceListState, next: VerifiedDeviceList): readonly DeviceId[] {
  const gone = previous.list.devices.filter((device) => findDevice(next.list, device.deviceId) === null);
  return [...previous.removed, ...gone.map((device) => device.deviceId)];
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
    a.addedIn === b.addedIn
  );
}

function rejected(reason: string): SealError {
  return new SealError('DEVICE_LIST_REJECTED', `device list: ${reason}`);
}
