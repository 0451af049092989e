import { ByteReader, ByteWriter, SealError, constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import type { ClientConfig } from 'ts-mls/clientConfig.js';
import type { ClientState } from 'ts-mls/clientState.js';
import { mapDecoders } from 'ts-mls/codec/tlsDecoder.js';
import { contramapBufferEncoders, encode } from 'ts-mls/codec/tlsEncoder.js';
import { decodeVarLenData, varLenDataEncoder } from 'ts-mls/codec/variableLength.js';
import { decodeGroupContext, groupContextEncoder, type GroupContext } from 'ts-mls/groupContext.js';
import { decodeKeySchedule, keyScheduleEncoder, type KeySchedule } from 'ts-mls/keySchedule.js';
import { decodePrivateKeyPath, privateKeyPathEncoder, type PrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { decodeRatchetTree, ratchetTreeEncoder, type RatchetTree } from 'ts-mls/ratchetTree.js';
import { groupNameOf } from './names.ts';
import { suiteNamed, type Suite } from './provider/suites.ts';
import { STAMP_LENGTH } from './ratchets.ts';
import type { GroupName } from './types.ts';
import { decodeAll } from './wire.ts';

/** The part of a group's state that changes with Commits only, decoded. Secret. */
export interface Epoch {
  /** Random; ties the ratchets to the epoch. */
  readonly stamp: Bytes;
  readonly suite: Suite;
  readonly name: GroupName;
  readonly groupContext: GroupContext;
  readonly keySchedule: KeySchedule;
  readonly ratchetTree: RatchetTree;
  readonly privatePath: PrivateKeyPath;
  readonly confirmationTag: Uint8Array;
}

/** What of the library's state is kept. */
export type LibraryParts = Pick<
  ClientState,
  'groupContext' | 'keySchedule' | 'ratchetTree' | 'privatePath' | 'confirmationTag'
>;

const VERSION = 1;
const NO_BYTES: Bytes = new Uint8Array(0);

const partsEncoder = contramapBufferEncoders(
  [groupContextEncoder, keyScheduleEncoder, ratchetTreeEncoder, privateKeyPathEncoder, varLenDataEncoder],
  (state: LibraryParts): [GroupContext, KeySchedule, RatchetTree, PrivateKeyPath, Uint8Array] => [
    state.groupContext,
    // There are no resumption PSKs: a secret without a use is not kept.
    { ...state.keySchedule, resumptionPsk: NO_BYTES },
    state.ratchetTree,
    withoutStaleKeys(state),
    state.confirmationTag,
  ],
);

const decodeParts = mapDecoders(
  [decodeGroupContext, decodeKeySchedule, decodeRatchetTree, decodePrivateKeyPath, decodeVarLenData],
  (groupContext, keySchedule, ratchetTree, privatePath, confirmationTag): LibraryParts => ({
    groupContext,
    keySchedule,
    ratchetTree,
    privatePath,
    confirmationTag,
  }),
);

/** Private keys of nodes that are blank by now are of no use to anybody but a thief. */
function withoutStaleKeys({ privatePath, ratchetTree }: LibraryParts): PrivateKeyPath {
  const present = Object.entries(privatePath.privateKeys).filter(([node]) => ratchetTree[Number(node)] !== undefined);
  return { ...privatePath, privateKeys: Object.fromEntries(present) };
}

export function encodeEpoch(stamp: Bytes, state: LibraryParts): Bytes {
  const parts = encode(partsEncoder)(state);
  const out = new ByteWriter();
  out.uint(VERSION, 1);
  out.bytes(stamp);
  out.bytes(parts);
  parts.fill(0);
  return out.finish();
}

/**
 * Decodes a copy: what the library keeps, shares or wipes is never the caller's.
 * @throws SealError MALFORMED, UNSUPPORTED_VERSION
 */
export function decodeEpoch(bytes: Bytes): Epoch {
  const input = new ByteReader(bytes);
  const version = input.uint(1);
  if (version !== VERSION) throw new SealError('UNSUPPORTED_VERSION', `mls: group state has version ${version}`);
  const stamp = input.bytes(STAMP_LENGTH);
  const parts = decodeAll(decodeParts, input.bytes(bytes.length - input.position));
  return {
    stamp,
    suite: suiteNamed(parts.groupContext.cipherSuite),
    name: groupNameOf(parts.groupContext.groupId),
    ...parts,
  };
}

/** Decoded epochs by the array they came from. Decoding takes longer than a message. */
const decoded = new WeakMap<Bytes, Epoch>();

/**
 * Decodes as `decodeEpoch` does, once for an array that is handed in again and again. The result is shared: it must not
 * be changed. An array that holds something else by now, which its stamp tells, is decoded again.
 */
export function cachedEpoch(bytes: Bytes): Epoch {
  const known = decoded.get(bytes);
  if (known !== undefined && constantTimeEqual(known.stamp, bytes.subarray(1, 1 + STAMP_LENGTH))) return known;
  const epoch = decodeEpoch(bytes);
  decoded.set(bytes, epoch);
  return epoch;
}

/** Returns the state as the library wants it. It gets no signing key and no secret tree. */
export function toLibrary(epoch: Epoch, clientConfig: ClientConfig): ClientState {
  const { groupContext, keySchedule, ratchetTree, privatePath, confirmationTag } = epoch;
  return {
    groupContext,
    keySchedule,
    ratchetTree,
    privatePath,
    confirmationTag,
    clientConfig,
    signaturePrivateKey: NO_BYTES,
    secretTree: [],
    unappliedProposals: {},
    historicalReceiverData: new Map(),
    groupActiveState: { kind: 'active' },
  };
}

/** Overwrites the secrets of an epoch that was decoded for one use. */
export function wipeEpoch({ keySchedule, privatePath }: LibraryParts): void {
  for (const secret of Object.values(keySchedule)) (secret as Uint8Array).fill(0);
  for (const key of Object.values(privatePath.privateKeys)) key.fill(0);
}
