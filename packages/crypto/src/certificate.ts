import {
  SIZE_LIMITS,
  SealError,
  certificateCodec,
  constantTimeEqual,
  decode,
  variable,
  type AccountCertificate,
  type Bytes,
  type SignedCertificate,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

const certificateInput = signedInput(LABELS.accountKey, variable(SIZE_LIMITS.certificate));

/** Returns what the identity key signs: the label and the exact bytes of a certificate. */
export function certificateSignatureInput(bytes: Bytes): Bytes {
  return certificateInput(bytes);
}

/**
 * Decodes a certificate and checks the identity key's signature over its exact bytes. Whose identity key that is, and
 * whether a higher certificate is known, is for the caller to check.
 *
 * @throws SealError MALFORMED, UNSUPPORTED_VERSION, BAD_SIGNATURE or DEVICE_LIST_REJECTED
 */
export async function verifyCertificate(
  curves: Pick<Curves, 'verify'>,
  signed: SignedCertificate,
): Promise<AccountCertificate> {
  const certificate = decode(certificateCodec, signed.bytes);
  const input = certificateSignatureInput(signed.bytes);
  if (!(await curves.verify(certificate.identityKey, input, signed.signature))) {
    throw new SealError('BAD_SIGNATURE', 'certificate: not signed');
  }
  const isFirst = certificate.previousHash.every((byte) => byte === 0);
  if (certificate.number < 1 || (certificate.number === 1) !== isFirst) {
    throw new SealError('DEVICE_LIST_REJECTED', 'certificate: wrong number');
  }
  return certificate;
}

/**
 * Checks that `next` is `previous`, or replaces it: one number higher, naming its hash, for another account key.
 *
 * @throws SealError IDENTITY_CHANGED when the identity key differs, DEVICE_LIST_REJECTED for any other break
 */
export function checkCertificateContinues(
  previous: { readonly certificate: AccountCertificate; readonly bytes: Bytes },
  next: { readonly certificate: AccountCertificate; readonly bytes: Bytes },
): void {
  const [before, after] = [previous.certificate, next.certificate];
  if (!constantTimeEqual(before.identityKey, after.identityKey)) {
    throw new SealError('IDENTITY_CHANGED', 'certificate: another identity key');
  }
  if (constantTimeEqual(previous.bytes, next.bytes)) return;
  const isNext = after.number === before.number + 1 && constantTimeEqual(after.previousHash, sha256(previous.bytes));
  if (!isNext || constantTimeEqual(after.accountKey, before.accountKey)) {
    throw new SealError('DEVICE_LIST_REJECTED', 'certificate: replaces another');
  }
}
