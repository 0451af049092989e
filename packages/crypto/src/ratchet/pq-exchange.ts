import { RATCHET_LIMITS, asKey, type KemPublicKey, type PqMessage } from '@seal-chat/protocol';
import { KEM_SEED_LENGTH, type Kem } from '../kem/kem.ts';
import type { KemSeed } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { deriveEpoch, type PqEpoch } from './pq-epoch.ts';
import type { PqState } from './pq-ratchet.ts';

/**
 * Tells whether this side should offer a new epoch: the last one is in use on both sides, and is 50 messages or a day
 * old. A clock that was set back counts as a day.
 * @param localNow ms on the device's own clock: no server can hold the epochs up
 */
export function isEpochDue({ exchange, messages, since }: PqState, localNow: number): boolean {
  const { pqEpochMessages, pqEpochMs } = RATCHET_LIMITS;
  return exchange.step === 'idle' && (messages >= pqEpochMessages || Math.abs(localNow - since) >= pqEpochMs);
}

/** Offers a new epoch: the key goes along with the next messages until it is answered. */
export async function offerEpoch(params: {
  readonly kem: Kem;
  readonly rng: Rng;
  readonly state: PqState;
}): Promise<PqState> {
  const { kem, rng, state } = params;
  const seed = asKey<KemSeed>(rng(KEM_SEED_LENGTH));
  const encapsulationKey = await kem.publicKey(seed);
  return { ...state, exchange: { step: 'offered', seed, encapsulationKey, sent: 0 } };
}

/**
 * Does what an authenticated message asks for: answers an offered key, or enters the epoch whose ciphertext came. What
 * came before, or is about an epoch that both are past, changes nothing.
 * @param state as it is with that message opened
 * @throws SealError MALFORMED when the sender offered what is no ML-KEM key
 */
export async function takePqMessage(params: {
  readonly kem: Kem;
  readonly state: PqState;
  readonly message: PqMessage;
  readonly epoch: number;
  readonly localNow: number;
}): Promise<PqState> {
  const { kem, state, message, epoch, localNow } = params;
  if (epoch !== state.receiving.epoch) return state;
  if (message.kind === 'encapsulationKey') {
    return mayAnswer(state) ? answer(kem, state, message.encapsulationKey) : state;
  }
  if (state.exchange.step !== 'offered') return state;
  const secret = await kem.decapsulate(state.exchange.seed, message.ciphertext);
  const { epochSecret, sending, receiving } = nextEpoch(state, secret);
  const exchange = { step: 'entered', receiving } as const;
  return { ...state, epochSecret, sending, exchange, messages: 0, since: localNow };
}

/** Of two offers at the same time the initiator's stands: it does not answer, and the responder drops its own. */
function mayAnswer({ exchange, isInitiator }: PqState): boolean {
  return exchange.step === 'idle' || (exchange.step === 'offered' && !isInitiator);
}

async function answer(kem: Kem, state: PqState, encapsulationKey: KemPublicKey): Promise<PqState> {
  const { sharedSecret, ciphertext } = await kem.encapsulate(encapsulationKey);
  const { epochSecret, sending, receiving } = nextEpoch(state, sharedSecret);
  return { ...state, epochSecret, exchange: { step: 'answered', ciphertext, sent: 0, sending, receiving } };
}

function nextEpoch(
  { receiving, epochSecret, isInitiator }: PqState,
  secret: Parameters<typeof deriveEpoch>[0]['secret'],
): PqEpoch {
  return deriveEpoch({ epoch: receiving.epoch + 1, secret, previous: epochSecret, isInitiator });
}
