import { SIZE_LIMITS, SealError, asKey, utf8, wipe, type Bytes, type LinkId } from '@seal-chat/protocol';
import { dh, type Curves } from '../curves/curves.ts';
import { freshKeyPair } from '../fresh-key-pair.ts';
import type { NewDevice } from '../join-consent.ts';
import type { DhKeyPair, LinkCodeKey, LinkSecret } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { linkingCodeKeys } from './code.ts';
import {
  linkAnswerCodec,
  linkGrantCodec,
  linkOpeningCodec,
  linkRequestCodec,
  type LinkGrant,
  type LinkOpening,
} from './messages.ts';
import { commit, openStep, sealStep, sharedSecret, shortAuthenticationString, startTranscript } from './schedule.ts';

/**
 * The side of a linking that joins. Each function takes the state the one before returned; a state is used once and
 * then dropped, also when the step failed: the linking begins again with a new code.
 */

/** After step 1: waits for the old device's key. */
export interface LinkRequested {
  readonly stage: 'requested';
  readonly codeKey: LinkCodeKey;
  readonly ephemeral: DhKeyPair;
  readonly opening: LinkOpening;
  readonly transcript: Bytes;
}

/** After step 3: the person compares the digits; waits for the account. */
export interface LinkRevealed {
  readonly stage: 'revealed';
  readonly secret: LinkSecret;
  readonly transcript: Bytes;
}

/**
 * Commits to an ephemeral key and says who asks: step 1.
 *
 * @returns `linkId` is where to send `payload`
 * @throws SealError WRONG_CODE when the code is none, BAD_INPUT when the name is too long or not well-formed
 */
export async function requestLink(input: {
  readonly curves: Curves;
  readonly rng: Rng;
  readonly code: string;
  readonly deviceName: string;
  /** The public half of the device that is to join. */
  readonly device: NewDevice;
}): Promise<{ readonly linkId: LinkId; readonly payload: Bytes; readonly state: LinkRequested }> {
  const { curves, rng, code, deviceName, device } = input;
  if (!deviceName.isWellFormed() || utf8(deviceName).length > SIZE_LIMITS.deviceName) {
    throw new SealError('BAD_INPUT', `linking: a device name has at most ${SIZE_LIMITS.deviceName} bytes`);
  }
  const { linkId, codeKey } = linkingCodeKeys(code);
  const ephemeral = await freshKeyPair(rng, (seed) => curves.dhKeyPair(asKey(seed)));
  const opening = { ephemeralKey: ephemeral.publicKey, device, opening: rng(32) };
  const { payload, transcript } = sealStep({
    step: 1,
    codec: linkRequestCodec,
    content: { commitment: commit(linkId, opening), deviceName },
    secret: codeKey,
    transcript: startTranscript(linkId),
    rng,
  });
  return { linkId, payload, state: { stage: 'requested', codeKey, ephemeral, opening, transcript } };
}

/**
 * Steps 2 and 3: takes the old device's key, opens the commitment.
 *
 * @returns `sas`: six digits to show; `payload`: step 3
 * @throws SealError WRONG_CODE, LOW_ORDER_KEY; TOO_LARGE, MALFORMED or UNSUPPORTED_VERSION on a bad payload
 */
export async function revealLink(input: {
  readonly curves: Curves;
  readonly rng: Rng;
  readonly state: LinkRequested;
  /** Step 2 as received. */
  readonly payload: Bytes;
}): Promise<{ readonly payload: Bytes; readonly sas: string; readonly state: LinkRevealed }> {
  const { curves, rng, state } = input;
  const { codeKey, ephemeral, opening } = state;
  const answer = openStep({
    step: 2,
    codec: linkAnswerCodec,
    payload: input.payload,
    secret: codeKey,
    transcript: state.transcript,
  });
  const dhSecret = await dh(curves, ephemeral, answer.content.ephemeralKey);
  const { payload, transcript } = sealStep({
    step: 3,
    codec: linkOpeningCodec,
    content: opening,
    secret: codeKey,
    transcript: answer.transcript,
    rng,
  });
  const secret = sharedSecret(dhSecret, codeKey);
  wipe(dhSecret);
  return {
    payload,
    sas: shortAuthenticationString(secret, transcript),
    state: { stage: 'revealed', secret, transcript },
  };
}

/**
 * Takes the account: step 4. The caller goes on to fetch the account's device lists, to verify them with the
 * identity key and the anchor in the grant, and to sign the next list with its own device in it.
 *
 * @throws SealError WRONG_CODE; TOO_LARGE, MALFORMED or UNSUPPORTED_VERSION on a bad payload
 */
export function acceptLink(state: LinkRevealed, payload: Bytes): LinkGrant {
  const { secret, transcript } = state;
  return openStep({ step: 4, codec: linkGrantCodec, payload, secret, transcript }).content;
}
