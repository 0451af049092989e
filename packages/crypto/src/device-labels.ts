import {
  COUNT_LIMITS,
  SIZE_LIMITS,
  SealError,
  asKey,
  decode,
  encode,
  id,
  list,
  struct,
  text,
  u32,
  u53,
  wipe,
  type Bytes,
  type DeviceId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { ArchiveKey } from './account-secrets.ts';
import { hkdf } from './kdf.ts';
import type { BoxKey } from './keys.ts';
import { LABELS } from './labels.ts';
import { pad, unpad } from './padding.ts';
import type { Rng } from './rng.ts';
import { openBox, sealBox } from './secret-box.ts';

/** What an account's own devices call one of them; nobody else can read it. */
export interface DeviceLabel {
  readonly deviceId: DeviceId;
  /** Clock of the device that added it, ms. */
  readonly addedAt: number;
  /** Such as "Firefox on Linux"; at most 64 bytes of UTF-8. */
  readonly name: string;
}

const labelsCodec = list(
  struct<DeviceLabel>({ deviceId: id<DeviceId>(), addedAt: u53, name: text(SIZE_LIMITS.deviceName) }),
  COUNT_LIMITS.devicesPerUser,
);
const infoCodec = struct<{ label: string; tenantId: TenantId; userId: UserId; epoch: number }>({
  label: text(64),
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
  epoch: u32,
});
const NO_SALT: Bytes = new Uint8Array(32);

/** Whose devices they are. */
interface Owner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** Seals names for a device list, padded so that the length says little. */
export function sealDeviceLabels(input: {
  readonly owner: Owner;
  readonly archive: ArchiveKey;
  readonly labels: readonly DeviceLabel[];
  readonly rng: Rng;
}): Bytes {
  const key = labelsKey(input.owner, input.archive);
  const box = sealBox(key, pad(encode(labelsCodec, input.labels)), input.rng);
  wipe(key);
  return box;
}

/** Opens the names of a device list; none where they are not sealed under this archive key, or are damaged. */
export function openDeviceLabels(
  owner: Owner,
  archive: ArchiveKey,
  { archiveEpoch, labels }: { readonly archiveEpoch: number; readonly labels: Bytes },
): readonly DeviceLabel[] {
  if (archiveEpoch !== archive.epoch) return [];
  const key = labelsKey(owner, archive);
  try {
    const padded = openBox(key, labels);
    return padded === null ? [] : decode(labelsCodec, unpad(padded));
  } catch (error) {
    // Names are a help, not a proof: a list without readable ones is as valid.
    if (error instanceof SealError) return [];
    throw error;
  } finally {
    wipe(key);
  }
}

function labelsKey(owner: Owner, { epoch, key }: ArchiveKey): BoxKey {
  const { tenantId, userId } = owner;
  const info = encode(infoCodec, { label: LABELS.deviceLabels, tenantId, userId, epoch });
  return asKey(hkdf({ ikm: key, salt: NO_SALT, info, length: 32 }));
}
