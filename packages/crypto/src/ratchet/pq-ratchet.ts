import {
  RATCHET_LIMITS,
  SealError,
  asKey,
  wipe,
  type Bytes,
  type KemPublicKey,
  type PqHeader,
  type PqMessage,
} from '@seal-chat/protocol';
import type { ChainKey, EpochSecret, KemSeed, PqChainKey, PqMessageKey, PqSharedSecret } from '../keys.ts';
import { advanceChainKey, skipChainKey } from './chain-key.ts';
import { deriveEpoch, type PqChain } from './pq-epoch.ts';

/**
 * The post-quantum ratchet, beside the Double Ratchet (in the place of the SPQR of Double Ratchet revision 4, §5): every
 * message has a key of each, and is sealed with both. Its keys come from chains, and the chains from epochs, each of
 * which begins with a secret by ML-KEM-768. One side offers an encapsulation key, the other answers with the ciphertext,
 * and both use the new epoch as soon as they know that the other side can.
 *
 * A message of a direction in epoch e + 2 is sent only after the peer has opened one in e + 1. So of the messages that
 * are missing before another, those of at most two epochs are, and `n` says where the second began.
 */
export interface PqState {
  /** Whether this side began the session: its offer stands when both make one, and it says whose chain is which. */
  readonly isInitiator: boolean;
  /** Secret of the newest epoch that this side knows. */
  readonly epochSecret: EpochSecret;
  readonly sending: PqChain;
  /** Of the newest epoch that the peer was seen to send in. */
  readonly receiving: PqChain;
  readonly exchange: PqExchange;
  /** Messages sent and opened since this side sends in its present epoch. */
  readonly messages: number;
  /** When that began, ms on the device's own clock. */
  readonly since: number;
}

/** How far the epoch after `receiving`'s has come. */
export type PqExchange =
  /** Both sides are in the same epoch, and this side has offered nothing. */
  | { readonly step: 'idle' }
  /** This side has offered a key, and waits for its ciphertext. */
  | {
      readonly step: 'offered';
      readonly seed: KemSeed;
      readonly encapsulationKey: KemPublicKey;
      /** Messages sent since. */
      readonly sent: number;
    }
  /** This side has answered the peer's key, and sends in the old epoch until a message of the new one opens. */
  | {
      readonly step: 'answered';
      readonly ciphertext: Bytes;
      readonly sent: number;
      readonly sending: PqChain;
      readonly receiving: PqChain;
    }
  /** This side's key was answered and it sends in the new epoch; the peer was not seen to, yet. */
  | { readonly step: 'entered'; readonly receiving: PqChain };

const IDLE: PqExchange = { step: 'idle' };

/** Starts the post-quantum ratchet with what PQXDH gave for it; `secret` is overwritten. */
export function startPqRatchet(secret: PqSharedSecret, isInitiator: boolean, localNow: number): PqState {
  const epoch = deriveEpoch({ epoch: 0, secret, previous: null, isInitiator });
  return { ...epoch, isInitiator, exchange: IDLE, messages: 0, since: localNow };
}

/**
 * Takes the key of the next message to send, and the header that tells the peer which one it is.
 * @throws SealError NO_SESSION when the epoch has used up its numbers
 */
export function takePqKey(state: PqState): {
  readonly header: PqHeader;
  readonly messageKey: PqMessageKey;
  readonly state: PqState;
} {
  const { epoch, chainKey, n } = state.sending;
  if (n >= RATCHET_LIMITS.maxMessageNumber) throw new SealError('NO_SESSION', 'pq ratchet: epoch used up');
  const { messageKey, chainKey: nextKey } = advance(chainKey);
  const { message, exchange } = withCopy(state.exchange);
  return {
    header: { epoch, n, message },
    messageKey,
    state: { ...state, sending: { epoch, chainKey: nextKey, n: n + 1 }, exchange, messages: state.messages + 1 },
  };
}

/** What goes along with the next message. A copy in each would cost more than all the rest. */
function withCopy(exchange: PqExchange): { readonly message: PqMessage | null; readonly exchange: PqExchange } {
  const { pqKeyCopies, pqCiphertextCopies, pqRepeatEvery } = RATCHET_LIMITS;
  if (exchange.step !== 'offered' && exchange.step !== 'answered') return { message: null, exchange };
  const { sent } = exchange;
  const copies = exchange.step === 'offered' ? pqKeyCopies : pqCiphertextCopies;
  const isDue = sent < copies || sent % pqRepeatEvery === 0;
  const message: PqMessage =
    exchange.step === 'offered'
      ? { kind: 'encapsulationKey', encapsulationKey: exchange.encapsulationKey }
      : { kind: 'ciphertext', ciphertext: exchange.ciphertext };
  return { message: isDue ? message : null, exchange: { ...exchange, sent: sent + 1 } };
}

/** Walks along the peer's messages in the order in which they were sent. */
export interface PqWalk {
  /** The key of the next message. */
  next(): PqMessageKey;
  /** Passes over the next message, whose key nobody will keep. */
  pass(): void;
  /** The state once the message that the walk led to is authenticated, with that message counted. */
  arrive(localNow: number): PqState;
}

/**
 * Begins the walk to a message that no key is kept for, over `missing` messages before it. Derives nothing yet.
 * @throws SealError UNDECRYPTABLE when the header fits nothing that the peer can have sent
 */
export function walkTo(state: PqState, { epoch, n }: PqHeader, missing: number): PqWalk {
  const { receiving, exchange } = state;
  const isNew = epoch === receiving.epoch + 1 && (exchange.step === 'answered' || exchange.step === 'entered');
  const ofThisEpoch = isNew ? missing - n : missing;
  const fits = isNew ? ofThisEpoch >= 0 : epoch === receiving.epoch && n === receiving.n + missing;
  if (!fits) throw new SealError('UNDECRYPTABLE', `pq ratchet: no message ${n} of epoch ${epoch} is expected`);
  let chain = receiving;
  let left = ofThisEpoch;
  const step = (next: PqChainKey): void => {
    if (chain !== receiving && chain !== exchangeChain(exchange)) wipe(chain.chainKey);
    chain = { ...chain, chainKey: next, n: chain.n + 1 };
    left--;
  };
  const cross = (): void => {
    if (!isNew || left !== 0) return;
    if (chain !== receiving) wipe(chain.chainKey);
    chain = exchangeChain(exchange)!;
  };
  return {
    next() {
      cross();
      const { messageKey, chainKey } = advance(chain.chainKey);
      step(chainKey);
      return messageKey;
    },
    pass() {
      cross();
      step(asKey(skipChainKey(asKey<ChainKey>(chain.chainKey))));
    },
    arrive: (localNow) => arriveIn(state, chain, localNow),
  };
}

/** The peer's chain of the new epoch, where there is one. */
function exchangeChain(exchange: PqExchange): PqChain | null {
  return exchange.step === 'answered' || exchange.step === 'entered' ? exchange.receiving : null;
}

/** With the first message of a new epoch, this side uses it too, and the one before is gone. */
function arriveIn(state: PqState, receiving: PqChain, localNow: number): PqState {
  const { exchange } = state;
  const messages = state.messages + 1;
  if (receiving.epoch === state.receiving.epoch) return { ...state, receiving, messages };
  if (exchange.step !== 'answered') return { ...state, receiving, exchange: IDLE, messages };
  return { ...state, receiving, sending: exchange.sending, exchange: IDLE, messages: 1, since: localNow };
}

/** `KDF_CK` of the Double Ratchet, for the chains of this one. */
function advance(chainKey: PqChainKey): { readonly messageKey: PqMessageKey; readonly chainKey: PqChainKey } {
  const next = advanceChainKey(asKey<ChainKey>(chainKey));
  return { messageKey: asKey(next.messageKey), chainKey: asKey(next.chainKey) };
}
