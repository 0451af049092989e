import { SealError, asKey, constantTimeEqual, wipe, type Bytes, type LinkId } from '@seal-chat/protocol';
import { dh, type Curves } from '../curves/curves.ts';
import { freshKeyPair } from '../fresh-key-pair.ts';
import type { NewDevice } from '../join-consent.ts';
import type { DhKeyPair, LinkCodeKey, LinkSecret } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { linkingCodeKeys } from './code.ts';
import { linkAnswerCodec, linkGrantCodec, linkOpeningCodec, linkRequestCodec, type LinkGrant } from './messages.ts';
import { commit, openStep, sealStep, sharedSecret, shortAuthenticationString, startTranscript } from './schedule.ts';

/**
 * The side of a linking that has the account. Each function takes the state the one before returned; a state is used
 * once and then dropped, also when the step failed: the person then gets a new code. Answering a second request to the
 * same code would give an attacker a second guess at the digits.
 */

/** After step 2: waits for the new device to open its commitment. */
export interface LinkAnswered {
  readonly stage: 'answered';
  readonly linkId: LinkId;
  readonly codeKey: LinkCodeKey;
  readonly ephemeral: DhKeyPair;
  readonly commitment: Bytes;
  readonly transcript: Bytes;
}

/** After step 3: the person compares the digits. Nothing of the account has been sent yet. */
export interface LinkChecked {
  readonly stage: 'checked';
  /** The device that asks to join, as it committed to. */
  readonly device: NewDevice;
  readonly secret: LinkSecret;
  readonly transcript: Bytes;
}

/**
 * Steps 1 and 2: takes the request, answers with an ephemeral key.
 *
 * @returns `payload`: step 2; `deviceName`: what the new device calls itself, not proved by anything
 * @throws SealError WRONG_CODE; TOO_LARGE, MALFORMED or UNSUPPORTED_VERSION on a bad payload
 */
export async function answerLink(input: {
  readonly curves: Curves;
  readonly rng: Rng;
  readonly code: string;
  /** Step 1 as received. */
  readonly payload: Bytes;
}): Promise<{ readonly payload: Bytes; readonly deviceName: string; readonly state: LinkAnswered }> {
  const { curves, rng } = input;
  const { linkId, codeKey } = linkingCodeKeys(input.code);
  const request = openStep({
    step: 1,
    codec: linkRequestCodec,
    payload: input.payload,
    secret: codeKey,
    transcript: startTranscript(linkId),
  });
  const { commitment, deviceName } = request.content;
  const ephemeral = await freshKeyPair(rng, (seed) => curves.dhKeyPair(asKey(seed)));
  const { payload, transcript } = sealStep({
    step: 2,
    codec: linkAnswerCodec,
    content: { ephemeralKey: ephemeral.publicKey },
    secret: codeKey,
    transcript: request.transcript,
    rng,
  });
  return { payload, deviceName, state: { stage: 'answered', linkId, codeKey, ephemeral, commitment, transcript } };
}

/**
 * Checks that the new device's key is the one it had committed to: step 3.
 *
 * @returns `sas`: six digits to show beside the question whether the other screen shows the same
 * @throws SealError WRONG_CODE, also when the commitment does not open; LOW_ORDER_KEY; TOO_LARGE, MALFORMED or
 *   UNSUPPORTED_VERSION on a bad payload
 */
export async function checkLink(input: {
  readonly curves: Curves;
  readonly state: LinkAnswered;
  /** Step 3 as received. */
  readonly payload: Bytes;
}): Promise<{ readonly sas: string; readonly state: LinkChecked }> {
  const { curves, state, payload } = input;
  const { linkId, codeKey, ephemeral, commitment } = state;
  const opened = openStep({
    step: 3,
    codec: linkOpeningCodec,
    payload,
    secret: codeKey,
    transcript: state.transcript,
  });
  const { ephemeralKey, device } = opened.content;
  if (!constantTimeEqual(commit(linkId, opened.content), commitment)) {
    throw new SealError('WRONG_CODE', 'linking: the key is not the one committed to');
  }
  const dhSecret = await dh(curves, ephemeral, ephemeralKey);
  const secret = sharedSecret(dhSecret, codeKey);
  wipe(dhSecret);
  return {
    sas: shortAuthenticationString(secret, opened.transcript),
    state: { stage: 'checked', device, secret, transcript: opened.transcript },
  };
}

/** Hands the account over: step 4. Call it only after the person confirmed that both screens show the same digits. */
export function grantLink(input: { readonly state: LinkChecked; readonly grant: LinkGrant; readonly rng: Rng }): Bytes {
  const { state, grant, rng } = input;
  const { secret, transcript } = state;
  return sealStep({ step: 4, codec: linkGrantCodec, content: grant, secret, transcript, rng }).payload;
}
