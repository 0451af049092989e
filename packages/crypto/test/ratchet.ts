import { decodeEnvelope, fromUtf8, utf8, type Bytes, asKey } from '@seal-chat/protocol';
import {
  ratchetDecrypt,
  ratchetEncrypt,
  startAsInitiator,
  startAsResponder,
  type RatchetState,
  type ResponderState,
} from '../src/ratchet/double-ratchet.ts';
import { dh } from '../src/curves/curves.ts';
import { nobleKem } from '../src/kem/noble.ts';
import { isEpochDue, offerEpoch } from '../src/ratchet/pq-exchange.ts';
import type { PqSharedSecret, SharedSecret } from '../src/keys.ts';
import type { Rng } from '../src/rng.ts';
import { curves } from './accounts.ts';
import { deepFreeze } from './deep-freeze.ts';
import { seededRng } from './rng.ts';

const HEADER = { senderListVersion: 1, recipientListVersion: 2, preKey: null };
export const AD: Bytes = utf8('associated data');
export const NOW = 1_700_000_000_000;

/** One end of a bare ratchet, without sessions. */
export interface RatchetEnd<State extends RatchetState | ResponderState = RatchetState> {
  state: State;
  readonly rng: Rng;
}

/** Two ends, with the post-quantum ratchet unless `pq` is false. */
export async function ratchetPair(
  pq = true,
): Promise<{ alice: RatchetEnd; bob: RatchetEnd<RatchetState | ResponderState> }> {
  const rng = seededRng('ratchet');
  const signedPreKey = await curves.dhKeyPair(asKey(rng(32)));
  const secret = rng(32);
  const ownKeys = await curves.newDhKeyPair(rng);
  const dhOutput = await dh(curves, ownKeys, signedPreKey.publicKey);
  const pqSecret = rng(32);
  const first = () => ({
    sharedSecret: asKey<SharedSecret>(secret.slice()),
    pqSecret: pq ? asKey<PqSharedSecret>(pqSecret.slice()) : null,
    localNow: NOW,
  });
  const alice = startAsInitiator({ ...first(), ownKeys, dhOutput });
  const bob = startAsResponder({ ...first(), signedPreKey });
  return { alice: { state: deepFreeze(alice), rng }, bob: { state: deepFreeze(bob), rng } };
}

export function ratchetSend(end: RatchetEnd<RatchetState | ResponderState>, text: string): Bytes {
  const { state, rng } = end;
  if (!('previousCount' in state)) throw new Error('a responder cannot send first');
  const sent = ratchetEncrypt({ state, header: HEADER, associatedData: AD, plaintext: utf8(text), rng });
  end.state = deepFreeze(sent.state);
  return sent.envelope;
}

export async function ratchetReceive(
  end: RatchetEnd<RatchetState | ResponderState>,
  bytes: Bytes,
  now: number = NOW,
  localNow: number = now,
): Promise<string> {
  const { state, rng } = end;
  const envelope = decodeEnvelope(bytes);
  const kem = nobleKem(rng);
  const received = await ratchetDecrypt({ curves, kem, rng, state, envelope, associatedData: AD, now, localNow });
  end.state = deepFreeze(received.state);
  return fromUtf8(received.plaintext);
}

/** Offers a new epoch where one is due, as it is done before a message is sent. */
export async function ratchetOffer(end: RatchetEnd<RatchetState | ResponderState>, localNow: number): Promise<void> {
  const { state, rng } = end;
  if (!('previousCount' in state) || state.pq === null || !isEpochDue(state.pq, localNow)) return;
  end.state = deepFreeze({ ...state, pq: await offerEpoch({ kem: nobleKem(rng), rng, state: state.pq }) });
}
