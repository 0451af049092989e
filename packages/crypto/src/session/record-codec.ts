import {
  KEM_CIPHERTEXT_LENGTH,
  RATCHET_LIMITS,
  WIRE_VERSION,
  fixed,
  id,
  keyCodec,
  list,
  malformed,
  nullable,
  struct,
  times,
  u16,
  u32,
  u53,
  u8,
  versioned,
  wipe,
  type Codec,
  type DeviceId,
  type PreKeyHeader,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { ChainKey, DhKeyPair } from '../keys.ts';
import type { RatchetState } from '../ratchet/double-ratchet.ts';
import type { ReceiverChain, SkippedKey } from '../ratchet/receiver-chain.ts';
import type { SessionEnd } from './parties.ts';
import type { Session, SessionRecord } from './session.ts';

const bool: Codec<boolean> = {
  write: (out, value) => u8.write(out, value ? 1 : 0),
  read(input) {
    const flag = u8.read(input);
    if (flag > 1) throw malformed('flag is neither 0 nor 1');
    return flag === 1;
  },
};

const end = struct<SessionEnd>({ userId: id<UserId>(), deviceId: id<DeviceId>(), dhKey: keyCodec(32) });

const pendingHeader = struct<PreKeyHeader>({
  registrationId: u32,
  ephemeralKey: keyCodec(32),
  signedPreKeyId: u32,
  oneTimePreKeyId: nullable(u32),
  kemPreKeyId: u32,
  kemIsLastResort: u8,
  kemCiphertext: fixed(KEM_CIPHERTEXT_LENGTH),
});

const skippedKey = struct<SkippedKey>({ n: u32, messageKey: keyCodec(32), storedAt: u53 });

/** The protocol's lists stop at 255 items. */
const skippedKeys: Codec<readonly SkippedKey[]> = {
  write(out, keys) {
    if (keys.length > RATCHET_LIMITS.maxSkippedKeys) throw new RangeError('session record: too many skipped keys');
    u16.write(out, keys.length);
    for (const key of keys) skippedKey.write(out, key);
  },
  read(input) {
    const count = u16.read(input);
    if (count > RATCHET_LIMITS.maxSkippedKeys) throw malformed('too many skipped keys');
    return times(count, () => skippedKey.read(input));
  },
};

const receiverChain = struct<ReceiverChain>({
  ratchetKey: keyCodec(32),
  chainKey: nullable(keyCodec<ChainKey>(32)),
  n: u32,
  skipped: skippedKeys,
  forgottenBelow: u32,
});

const ratchet = struct<RatchetState>({
  rootKey: keyCodec(32),
  ownKeys: struct<DhKeyPair>({ publicKey: keyCodec(32), privateKey: keyCodec(32) }),
  sending: struct<RatchetState['sending']>({ chainKey: keyCodec(32), n: u32 }),
  previousCount: u32,
  receiving: list(receiverChain, RATCHET_LIMITS.maxReceivingChains),
});

const session = struct<Session>({
  baseKey: keyCodec(32),
  isInitiator: bool,
  associatedData: fixed(32),
  createdAt: u53,
  lastUsedAt: u53,
  pending: nullable(pendingHeader),
  ratchet,
});

/** Storage form of a session record, version byte first. It holds secrets: seal it before it is stored. */
export const sessionRecordCodec: Codec<SessionRecord> = versioned(
  WIRE_VERSION,
  struct<SessionRecord>({
    tenantId: id<TenantId>(),
    own: end,
    peer: end,
    sessions: list(session, RATCHET_LIMITS.maxSessionsPerDevice),
  }),
);

/**
 * Overwrites every secret of a decoded record: best effort, as an engine may keep copies. Records share unchanged
 * parts with their successors, so wipe one only when its successor was encoded and is not used as an object any more.
 */
export function wipeSessionRecord(record: SessionRecord): void {
  for (const { ratchet: state } of record.sessions) {
    wipe(state.rootKey, state.ownKeys.privateKey, state.sending.chainKey);
    for (const chain of state.receiving) {
      if (chain.chainKey !== null) wipe(chain.chainKey);
      for (const { messageKey } of chain.skipped) wipe(messageKey);
    }
  }
}
