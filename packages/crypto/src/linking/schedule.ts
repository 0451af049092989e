import {
  SealError,
  asKey,
  concatBytes,
  decode,
  encode,
  fixed,
  id,
  struct,
  text,
  u8,
  variable,
  wipe,
  SIZE_LIMITS,
  type Bytes,
  type Codec,
  type LinkId,
} from '@seal-chat/protocol';
import { hkdf, sha256 } from '../kdf.ts';
import type { BoxKey, DhOutput, LinkCodeKey, LinkSecret } from '../keys.ts';
import { LABELS } from '../labels.ts';
import type { Rng } from '../rng.ts';
import { linkOpeningCodec, type LinkOpening } from './messages.ts';
import { openBox, sealBox } from '../secret-box.ts';

/**
 * Keys, transcript and short authentication string (SAS) of a linking; docs/PROTOCOL.md has the reasoning.
 *
 * The transcript hashes the plaintexts of the steps, never their ciphertexts: a man in the middle who knows the code
 * could vary a nonce until both screens show the same digits, but every plaintext is fixed before he learns what the
 * digits will be.
 */

/** Which of the four steps a payload is. */
export type LinkStep = 1 | 2 | 3 | 4;

const label = text(64);
const SAS_DIGITS = 6;

const transcriptStart = struct<{ label: string; linkId: LinkId }>({ label, linkId: id<LinkId>() });
const transcriptStep = struct<{ before: Bytes; step: number; plaintext: Bytes }>({
  before: fixed(32),
  step: u8,
  plaintext: variable(SIZE_LIMITS.linkPayload),
});
const commitmentInput = struct<{ label: string; linkId: LinkId; opening: LinkOpening }>({
  label,
  linkId: id<LinkId>(),
  opening: linkOpeningCodec,
});
const stepInfo = struct<{ label: string; step: number }>({ label, step: u8 });

/** Returns the transcript before the first step. */
export function startTranscript(linkId: LinkId): Bytes {
  return sha256(encode(transcriptStart, { label: LABELS.linkTranscript, linkId }));
}

/**
 * Commits to all that the new device will send in step 3, before it learns the old device's key: had it anything left
 * to choose after that, it could choose until the digits suit.
 */
export function commit(linkId: LinkId, opening: LinkOpening): Bytes {
  return sha256(encode(commitmentInput, { label: LABELS.linkCommitment, linkId, opening }));
}

/** A step as it travels, and the transcript with it. */
export interface SealedStep {
  readonly payload: Bytes;
  readonly transcript: Bytes;
}

/** Seals the content of `step` under a key of `secret` and everything said before. */
export function sealStep<T>(input: {
  readonly step: LinkStep;
  readonly codec: Codec<T>;
  readonly content: T;
  /** The code key; from step 4 on `sharedSecret`. */
  readonly secret: LinkCodeKey | LinkSecret;
  readonly transcript: Bytes;
  readonly rng: Rng;
}): SealedStep {
  const { step, codec, content, secret, transcript, rng } = input;
  const key = stepKey(step, secret, transcript);
  const plaintext = encode(codec, content);
  const sealed = { payload: sealBox(key, plaintext, rng), transcript: extendTranscript(transcript, step, plaintext) };
  wipe(key, plaintext);
  return sealed;
}

/**
 * Opens what `sealStep` made.
 * @throws SealError WRONG_CODE when the other side does not know the secret, saw another transcript, or the payload was
 *   altered or is of another step; TOO_LARGE, MALFORMED or UNSUPPORTED_VERSION
 */
export function openStep<T>(input: {
  readonly step: LinkStep;
  readonly codec: Codec<T>;
  readonly payload: Bytes;
  readonly secret: LinkCodeKey | LinkSecret;
  readonly transcript: Bytes;
}): { readonly content: T; readonly transcript: Bytes } {
  const { step, codec, payload, secret, transcript } = input;
  if (payload.length > SIZE_LIMITS.linkPayload) throw new SealError('TOO_LARGE', `linking: ${payload.length} bytes`);
  const key = stepKey(step, secret, transcript);
  const plaintext = openBox(key, payload);
  wipe(key);
  if (plaintext === null) throw new SealError('WRONG_CODE', `linking: step ${step} does not open`);
  const opened = { content: decode(codec, plaintext), transcript: extendTranscript(transcript, step, plaintext) };
  wipe(plaintext);
  return opened;
}

/** Returns the secret of step 4 and the SAS: what the ephemeral keys agreed on, and the code. */
export function sharedSecret(dhSecret: DhOutput, codeKey: LinkCodeKey): LinkSecret {
  return asKey(concatBytes(dhSecret, codeKey));
}

/** Returns the six digits both screens show. `transcript` is the one after step 3. */
export function shortAuthenticationString(secret: LinkSecret, transcript: Bytes): string {
  const bytes = hkdf({ ikm: secret, salt: transcript, info: encode(label, LABELS.linkSas), length: 8 });
  const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0) % 10n ** BigInt(SAS_DIGITS);
  return value.toString().padStart(SAS_DIGITS, '0');
}

function stepKey(step: LinkStep, secret: LinkCodeKey | LinkSecret, transcript: Bytes): BoxKey {
  const info = encode(stepInfo, { label: LABELS.linkStep, step });
  return asKey(hkdf({ ikm: secret, salt: transcript, info, length: 32 }));
}

function extendTranscript(before: Bytes, step: LinkStep, plaintext: Bytes): Bytes {
  return sha256(encode(transcriptStep, { before, step, plaintext }));
}
