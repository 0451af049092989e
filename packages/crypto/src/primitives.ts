/**
 * The building blocks, `@seal-chat/crypto/primitives`: they protect nothing unless they are put together correctly.
 * Code that sends messages wants `encryptEnvelope` and `sealBody` of `@seal-chat/crypto` instead.
 */
export {
  AES_GCM_NONCE_LENGTH,
  aesGcmOpen,
  aesGcmSeal,
  importAesGcmKey,
  type AesGcmKey,
  type AesSubtle,
} from './aes-gcm.ts';
export { dh } from './curves/curves.ts';
export { tweetnaclCurves } from './curves/tweetnacl.ts';
export { webCryptoCurves } from './curves/web-crypto.ts';
export { hkdf, hmac } from './kdf.ts';
