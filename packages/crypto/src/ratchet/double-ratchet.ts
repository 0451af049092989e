import {
  RATCHET_LIMITS,
  SealError,
  asKey,
  constantTimeEqual,
  encodeEnvelope,
  encodeEnvelopeHeader,
  malformed,
  wipe,
  type Bytes,
  type DhPublicKey,
  type Envelope,
  type EnvelopeHeader,
} from '@seal-chat/protocol';
import { dh, type Curves } from '../curves/curves.ts';
import type { ChainKey, DhKeyPair, DhOutput, RootKey, SharedSecret } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { advanceChainKey } from './chain-key.ts';
import { openMessage, sealMessage } from './message-key.ts';
import { endChain, limitSkippedKeys, reachMessage, type ReceiverChain } from './receiver-chain.ts';
import { advanceRootKey } from './root-key.ts';

/**
 * The Double Ratchet (signal.org/docs/specifications/doubleratchet, revision 4, §3). A state goes in, a new one comes
 * out; a message that fails leaves the caller with the state it had. Which session a message belongs to, who the peer
 * is and where states are kept are not this layer's concern.
 */
export interface RatchetState {
  /** RK */
  readonly rootKey: RootKey;
  /** DHs */
  readonly ownKeys: DhKeyPair;
  readonly sending: {
    /** CKs */
    readonly chainKey: ChainKey;
    /** Ns: number of the next message. */
    readonly n: number;
  };
  /** PN: messages in the sending chain before this one. */
  readonly previousCount: number;
  /** Newest first; the first one's ratchet key is DHr. Empty until the first answer to an initiator. */
  readonly receiving: readonly ReceiverChain[];
}

/** What a responder has before the first message: its signed prekey serves as the ratchet key, and it cannot send. */
export type ResponderState = Pick<RatchetState, 'rootKey' | 'ownKeys'> & {
  readonly sending: { readonly n: 0 };
  readonly receiving: readonly [];
};

/**
 * Starts the ratchet of the initiator: RatchetInitAlice (§3.3), with DH(DHs, SPKb) as `dhOutput`. `sharedSecret` and
 * `dhOutput` are overwritten.
 */
export function startAsInitiator(params: {
  readonly sharedSecret: SharedSecret;
  /** A new pair. */
  readonly ownKeys: DhKeyPair;
  readonly dhOutput: DhOutput;
}): RatchetState {
  const { sharedSecret, ownKeys, dhOutput } = params;
  const { rootKey, chainKey } = advanceRootKey(firstRootKey(sharedSecret), dhOutput);
  wipe(sharedSecret);
  return { rootKey, ownKeys, sending: { chainKey, n: 0 }, previousCount: 0, receiving: [] };
}

/** Starts the ratchet of the responder: RatchetInitBob (§3.3). */
export function startAsResponder(sharedSecret: SharedSecret, signedPreKey: DhKeyPair): ResponderState {
  return { rootKey: firstRootKey(sharedSecret), ownKeys: signedPreKey, sending: { n: 0 }, receiving: [] };
}

/** Both sides begin with SK as RK (§3.3). */
function firstRootKey(sharedSecret: SharedSecret): RootKey {
  return asKey(sharedSecret);
}

/**
 * Encrypts a message: RatchetEncrypt (§3.4), synchronous: no other code can run between reading the state and making
 * the message.
 * @param header everything but the ratchet's own part
 * @throws SealError NO_SESSION when the chain has used up its numbers
 */
export function ratchetEncrypt(params: {
  readonly state: RatchetState;
  readonly header: Omit<EnvelopeHeader, 'ratchet'>;
  readonly associatedData: Bytes;
  readonly plaintext: Bytes;
  readonly rng: Rng;
}): { readonly state: RatchetState; readonly envelope: Bytes } {
  const { state, associatedData, plaintext, rng } = params;
  const { chainKey, n } = state.sending;
  if (n >= RATCHET_LIMITS.maxMessageNumber) throw new SealError('NO_SESSION', 'ratchet: the sending chain is used up');
  const ratchet = { dhKey: state.ownKeys.publicKey, pn: state.previousCount, n };
  const headerBytes = encodeEnvelopeHeader({ ...params.header, ratchet });
  const next = advanceChainKey(chainKey);
  const sealed = sealMessage({ messageKey: next.messageKey, associatedData, headerBytes, plaintext, rng });
  return {
    state: { ...state, sending: { chainKey: next.chainKey, n: n + 1 } },
    envelope: encodeEnvelope({ headerBytes, ...sealed }),
  };
}

/**
 * Tells whether `state` has a receiving chain for that ratchet key: the message belongs to this session and no other.
 */
export function hasReceivingChain(state: Pick<RatchetState, 'receiving'>, ratchetKey: DhPublicKey): boolean {
  return findChain(state, ratchetKey) !== undefined;
}

/**
 * Decrypts a message: RatchetDecrypt (§3.5). The order differs from the specification's in one way that no honest
 * sender can see: the message is authenticated before keys of the previous chain are derived and before a new ratchet
 * key is made, so that a forged header costs as little as possible.
 * @param now ms
 * @throws SealError DUPLICATE_MESSAGE, UNDECRYPTABLE, TOO_FAR_AHEAD, LOW_ORDER_KEY, MALFORMED
 */
export async function ratchetDecrypt(params: {
  readonly curves: Curves;
  readonly rng: Rng;
  readonly state: RatchetState | ResponderState;
  readonly envelope: Envelope;
  readonly associatedData: Bytes;
  readonly now: number;
}): Promise<{ readonly state: RatchetState; readonly plaintext: Bytes }> {
  const { state, envelope, now } = params;
  const { dhKey, pn, n } = envelope.header.ratchet;
  if (n > RATCHET_LIMITS.maxMessageNumber || pn > RATCHET_LIMITS.maxMessageNumber)
    throw malformed('message number out of range');

  const known = findChain(state, dhKey);
  if (known !== undefined && isStarted(state)) {
    const { chain, plaintext } = openInChain(known, params);
    const receiving = state.receiving.map((other) => (other === known ? chain : other));
    return { state: { ...state, receiving: limitSkippedKeys(receiving, now) }, plaintext };
  }
  return ratchetStep(params, pn);
}

/** DHRatchet (§3.5): the peer has a new ratchet key, so both chains begin again. */
async function ratchetStep(
  params: Parameters<typeof ratchetDecrypt>[0],
  pn: number,
): ReturnType<typeof ratchetDecrypt> {
  const { curves, rng, state, envelope, now } = params;
  const ratchetKey = envelope.header.ratchet.dhKey;
  const [current, ...older] = state.receiving;
  if (current !== undefined && pn - current.n > RATCHET_LIMITS.maxSkipPerMessage)
    throw new SealError('TOO_FAR_AHEAD', `ratchet: ${pn - current.n} messages of the last chain are missing`);

  const received = advanceRootKey(state.rootKey, await dh(curves, state.ownKeys, ratchetKey));
  try {
    const start: ReceiverChain = { ratchetKey, chainKey: received.chainKey, n: 0, skipped: [], forgottenBelow: 0 };
    const { chain, plaintext } = openInChain(start, params);
    const finished = current === undefined ? [] : [endChain(current, pn, now), ...older];
    const receiving = [chain, ...finished].slice(0, RATCHET_LIMITS.maxReceivingChains);

    const ownKeys = await curves.newDhKeyPair(rng);
    const { rootKey, chainKey } = advanceRootKey(received.rootKey, await dh(curves, ownKeys, ratchetKey));
    return {
      state: {
        rootKey,
        ownKeys,
        sending: { chainKey, n: 0 },
        previousCount: state.sending.n,
        receiving: limitSkippedKeys(receiving, now),
      },
      plaintext,
    };
  } finally {
    wipe(received.rootKey, received.chainKey);
  }
}

function openInChain(
  from: ReceiverChain,
  params: { readonly envelope: Envelope; readonly associatedData: Bytes; readonly now: number },
): { readonly chain: ReceiverChain; readonly plaintext: Bytes } {
  const { envelope, associatedData, now } = params;
  const { chain, messageKey } = reachMessage(from, envelope.header.ratchet.n, now);
  try {
    const { headerBytes } = envelope;
    return { chain, plaintext: openMessage({ messageKey, associatedData, headerBytes, sealed: envelope }) };
  } finally {
    wipe(messageKey);
  }
}

function findChain(state: Pick<RatchetState, 'receiving'>, ratchetKey: DhPublicKey): ReceiverChain | undefined {
  return state.receiving.find((chain) => constantTimeEqual(chain.ratchetKey, ratchetKey));
}

/** A responder has no receiving chain before its first message. */
function isStarted(state: RatchetState | ResponderState): state is RatchetState {
  return 'previousCount' in state;
}
