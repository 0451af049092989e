import {
  KEM_CIPHERTEXT_LENGTH,
  RATCHET_LIMITS,
  WIRE_VERSION,
  fixed,
  flag,
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
import { pqCodec, wipePqState } from './pq-codec.ts';
import type { Session, SessionName, SessionRecord, SessionRecordHead } from './session.ts';

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

const skippedKey = struct<SkippedKey>({ n: u32, key: keyCodec(32), storedAt: u53 });

/** The protocol's lists stop at 255 items. */
const skippedKeys: Codec<readonly SkippedKey[]> = {
  write(out, keys) {
    if (keys.length > RATCHET_LIMITS.maxSkippedKeys) throw new RangeError('session: too many skipped keys');
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
  pq: nullable(pqCodec),
});

const session = struct<Session>({
  baseKey: keyCodec(32),
  isInitiator: flag,
  associatedData: fixed(32),
  createdAt: u53,
  lastUsedAt: u53,
  pending: nullable(pendingHeader),
  ratchet,
});

/** Storage form of one session, version byte first. It holds secrets: seal it before it is stored. */
export const sessionCodec: Codec<Session> = versioned(WIRE_VERSION, session);

/** Storage form of what a record has besides: which sessions there are, and between whom. */
export const sessionRecordHeadCodec: Codec<SessionRecordHead> = versioned(
  WIRE_VERSION,
  struct<SessionRecordHead>({
    tenantId: id<TenantId>(),
    own: end,
    peer: end,
    pqRatchet: flag,
    sessions: list(
      struct<SessionName>({ baseKey: keyCodec(32), isInitiator: flag }),
      RATCHET_LIMITS.maxSessionsPerDevice,
    ),
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
      for (const { key } of chain.skipped) wipe(key);
    }
    if (state.pq !== null) wipePqState(state.pq);
  }
}
