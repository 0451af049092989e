import { asKey, concatBytes, encode, u32, utf8, wipe } from '@seal-chat/protocol';
import { hkdf } from '../kdf.ts';
import type { EpochSecret, KemSecret, PqChainKey, PqSharedSecret } from '../keys.ts';

const LABEL = utf8('SealChat_v2_PqRoot');
const NO_SALT = asKey<EpochSecret>(new Uint8Array(32));

/** One direction of one epoch: what one side sends under it. */
export interface PqChain {
  /** Number of the epoch; 0 is the one a session begins with. */
  readonly epoch: number;
  /** Of message `n`. */
  readonly chainKey: PqChainKey;
  /** Number of the next message in this direction of the epoch. */
  readonly n: number;
}

/** What both sides have of a new epoch. */
export interface PqEpoch {
  /** Salt of the next one. */
  readonly epochSecret: EpochSecret;
  readonly sending: PqChain;
  readonly receiving: PqChain;
}

/**
 * Derives an epoch: `epoch secret || chain of the initiator || chain of the responder = HKDF(ikm = secret, salt = epoch
 * secret before, info = label || u32 epoch, 96)`. `secret`, that of ML-KEM or what PQXDH gave for epoch 0, is
 * overwritten.
 */
export function deriveEpoch(params: {
  readonly epoch: number;
  readonly secret: KemSecret | PqSharedSecret;
  /** Null for epoch 0. */
  readonly previous: EpochSecret | null;
  readonly isInitiator: boolean;
}): PqEpoch {
  const { epoch, secret, previous, isInitiator } = params;
  const info = concatBytes(LABEL, encode(u32, epoch));
  const output = hkdf({ ikm: secret, salt: previous ?? NO_SALT, info, length: 96 });
  const ofInitiator: PqChain = { epoch, chainKey: asKey(output.slice(32, 64)), n: 0 };
  const ofResponder: PqChain = { epoch, chainKey: asKey(output.slice(64)), n: 0 };
  const epochSecret = asKey<EpochSecret>(output.slice(0, 32));
  wipe(output, secret);
  return isInitiator
    ? { epochSecret, sending: ofInitiator, receiving: ofResponder }
    : { epochSecret, sending: ofResponder, receiving: ofInitiator };
}
