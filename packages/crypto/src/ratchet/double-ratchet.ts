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
import type { Kem } from '../kem/kem.ts';
import type { ChainKey, DhKeyPair, DhOutput, PqMessageKey, PqSharedSecret, RootKey, SharedSecret } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { advanceChainKey } from './chain-key.ts';
import { combineMessageKeys, openMessage, sealMessage } from './message-key.ts';
import { takePqMessage } from './pq-exchange.ts';
import { startPqRatchet, takePqKey, walkTo, type PqState, type PqWalk } from './pq-ratchet.ts';
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
  /** The post-quantum ratchet beside it; null in a session without one. */
  readonly pq: PqState | null;
}

/** What a responder has before the first message: its signed prekey serves as the ratchet key, and it cannot send. */
export type ResponderState = Pick<RatchetState, 'rootKey' | 'ownKeys' | 'pq'> & {
  readonly sending: { readonly n: 0 };
  readonly receiving: readonly [];
};

/** What PQXDH agreed on. Both are overwritten. */
interface FirstSecrets {
  readonly sharedSecret: SharedSecret;
  /** Null for a session without the post-quantum ratchet. */
  readonly pqSecret: PqSharedSecret | null;
  /** ms on the device's own clock */
  readonly localNow: number;
}

/** Starts the ratchet of the initiator: RatchetInitAlice (§3.3), with DH(DHs, SPKb) as `dhOutput`, which is overwritten. */
export function startAsInitiator(
  params: FirstSecrets & {
    /** A new pair. */
    readonly ownKeys: DhKeyPair;
    readonly dhOutput: DhOutput;
  },
): RatchetState {
  const { sharedSecret, ownKeys, dhOutput } = params;
  const { rootKey, chainKey } = advanceRootKey(firstRootKey(sharedSecret), dhOutput);
  wipe(sharedSecret);
  const pq = startPq(params, true);
  return { rootKey, ownKeys, sending: { chainKey, n: 0 }, previousCount: 0, receiving: [], pq };
}

/** Starts the ratchet of the responder: RatchetInitBob (§3.3). */
export function startAsResponder(params: FirstSecrets & { readonly signedPreKey: DhKeyPair }): ResponderState {
  const { sharedSecret, signedPreKey } = params;
  const pq = startPq(params, false);
  return { rootKey: firstRootKey(sharedSecret), ownKeys: signedPreKey, sending: { n: 0 }, receiving: [], pq };
}

function startPq({ pqSecret, localNow }: FirstSecrets, isInitiator: boolean): PqState | null {
  return pqSecret === null ? null : startPqRatchet(pqSecret, isInitiator, localNow);
}

/** Both sides begin with SK as RK (§3.3). */
function firstRootKey(sharedSecret: SharedSecret): RootKey {
  return asKey(sharedSecret);
}

/**
 * Encrypts a message: RatchetEncrypt (§3.4), synchronous: no other code can run between reading the state and making
 * the message.
 * @param header everything but the ratchets' own parts
 * @throws SealError NO_SESSION when a chain has used up its numbers
 */
export function ratchetEncrypt(params: {
  readonly state: RatchetState;
  readonly header: Omit<EnvelopeHeader, 'ratchet' | 'pq'>;
  readonly associatedData: Bytes;
  readonly plaintext: Bytes;
  readonly rng: Rng;
}): { readonly state: RatchetState; readonly envelope: Bytes } {
  const { state, associatedData, plaintext, rng } = params;
  const { chainKey, n } = state.sending;
  if (n >= RATCHET_LIMITS.maxMessageNumber) throw new SealError('NO_SESSION', 'ratchet: chain used up');
  const ratchet = { dhKey: state.ownKeys.publicKey, pn: state.previousCount, n };
  const taken = state.pq === null ? null : takePqKey(state.pq);
  const headerBytes = encodeEnvelopeHeader({ ...params.header, ratchet, pq: taken?.header ?? null });
  const next = advanceChainKey(chainKey);
  const key = combineMessageKeys(next.messageKey, taken?.messageKey ?? null);
  const sealed = sealMessage({ key, associatedData, headerBytes, plaintext, rng });
  return {
    state: { ...state, sending: { chainKey: next.chainKey, n: n + 1 }, pq: taken?.state ?? null },
    envelope: encodeEnvelope({ headerBytes, ...sealed }),
  };
}

/**
 * Tells whether `state` has a receiving chain for that ratchet key: the message belongs to this session and no other.
 */
export function hasReceivingChain(state: Pick<RatchetState, 'receiving'>, ratchetKey: DhPublicKey): boolean {
  return findChain(state, ratchetKey) !== undefined;
}

interface DecryptParams {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
  readonly state: RatchetState | ResponderState;
  readonly envelope: Envelope;
  readonly associatedData: Bytes;
  /** ms */
  readonly now: number;
  /** ms on the device's own clock */
  readonly localNow: number;
}

interface Decrypted {
  readonly state: RatchetState;
  readonly plaintext: Bytes;
}

/**
 * Decrypts a message: RatchetDecrypt (§3.5). The order differs from the specification's in one way that no honest
 * sender can see: the message is authenticated before keys of the previous chain are derived, before a new ratchet
 * key is made and before ML-KEM has a part in anything, so that a forged header costs as little as possible.
 * @throws SealError DUPLICATE_MESSAGE, UNDECRYPTABLE, TOO_FAR_AHEAD, LOW_ORDER_KEY, MALFORMED
 */
export async function ratchetDecrypt(params: DecryptParams): Promise<Decrypted> {
  const { kem, state, envelope, localNow } = params;
  const { ratchet, pq: header } = envelope.header;
  const numbers = [ratchet.n, ratchet.pn, header?.n ?? 0, header?.epoch ?? 0];
  if (Math.max(...numbers) > RATCHET_LIMITS.maxMessageNumber) throw malformed('message number out of range');
  if ((header === null) !== (state.pq === null)) throw new SealError('UNDECRYPTABLE', 'ratchet: another version');

  const known = findChain(state, ratchet.dhKey);
  const opened = known !== undefined && isStarted(state) ? openKnown(params, state, known) : await ratchetStep(params);
  const { pq } = opened.state;
  if (pq === null || header === null || header.message === null) return opened;
  const { epoch, message } = header;
  const taken = await takePqMessage({ kem, state: pq, message, epoch, localNow });
  return { ...opened, state: { ...opened.state, pq: taken } };
}

/** A message of a receiving chain that exists. */
function openKnown(params: DecryptParams, state: RatchetState, known: ReceiverChain): Decrypted {
  const { n } = params.envelope.header.ratchet;
  const walk = n < known.n ? null : startWalk(params, n - known.n);
  const { chain, plaintext } = openInChain(known, params, walk);
  const receiving = state.receiving.map((other) => (other === known ? chain : other));
  const pq = walk === null ? withOpened(state.pq) : walk.arrive(params.localNow);
  return { state: { ...state, receiving: limitSkippedKeys(receiving, params.now), pq }, plaintext };
}

/** DHRatchet (§3.5): the peer has a new ratchet key, so both chains begin again. */
async function ratchetStep(params: DecryptParams): Promise<Decrypted> {
  const { curves, rng, state, envelope, now, localNow } = params;
  const { dhKey: ratchetKey, pn, n } = envelope.header.ratchet;
  const [current, ...older] = state.receiving;
  const missing = current === undefined ? 0 : Math.max(0, pn - current.n);
  if (Math.max(missing, n) > RATCHET_LIMITS.maxSkipPerMessage)
    throw new SealError('TOO_FAR_AHEAD', `ratchet: ${missing} + ${n} messages are missing`);

  const walk = startWalk(params, missing + n);
  const received = advanceRootKey(state.rootKey, await dh(curves, state.ownKeys, ratchetKey));
  const passed: PqMessageKey[] = [];
  try {
    if (walk !== null) for (let i = 0; i < missing; i++) passed.push(walk.next());
    const start: ReceiverChain = { ratchetKey, chainKey: received.chainKey, n: 0, skipped: [], forgottenBelow: 0 };
    const { chain, plaintext } = openInChain(start, params, walk);
    const finished =
      current === undefined ? [] : [endChain(current, pn, now, walk === null ? null : keysOf(passed)), ...older];
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
        pq: walk?.arrive(localNow) ?? null,
      },
      plaintext,
    };
  } finally {
    wipe(received.rootKey, received.chainKey, ...passed);
  }
}

/** The way to the message in the post-quantum ratchet, over `missing` messages; null in a session without one. */
function startWalk({ state, envelope }: DecryptParams, missing: number): PqWalk | null {
  const { pq } = envelope.header;
  return state.pq === null || pq === null ? null : walkTo(state.pq, pq, missing);
}

/** Counts a message whose key was kept. */
function withOpened(pq: PqState | null): PqState | null {
  return pq === null ? null : { ...pq, messages: pq.messages + 1 };
}

/** Keys that were derived on the way already, one after the other. */
function keysOf(keys: readonly PqMessageKey[]): Pick<PqWalk, 'next' | 'pass'> {
  let at = 0;
  return { next: () => keys[at++]!, pass: () => void at++ };
}

function openInChain(
  from: ReceiverChain,
  params: Pick<DecryptParams, 'envelope' | 'associatedData' | 'now'>,
  walk: PqWalk | null,
): { readonly chain: ReceiverChain; readonly plaintext: Bytes } {
  const { envelope, associatedData, now } = params;
  const { chain, key } = reachMessage(from, envelope.header.ratchet.n, now, walk);
  try {
    const { headerBytes } = envelope;
    return { chain, plaintext: openMessage({ key, associatedData, headerBytes, sealed: envelope }) };
  } finally {
    wipe(key);
  }
}

function findChain(state: Pick<RatchetState, 'receiving'>, ratchetKey: DhPublicKey): ReceiverChain | undefined {
  return state.receiving.find((chain) => constantTimeEqual(chain.ratchetKey, ratchetKey));
}

/** A responder has no receiving chain before its first message. */
function isStarted(state: RatchetState | ResponderState): state is RatchetState {
  return 'previousCount' in state;
}
