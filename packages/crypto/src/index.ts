/** The cryptography of Seal: pure functions over bytes. No network, no storage, no DOM, no clock it is not handed. */
export { dh, type Curves, type KeyPair } from './curves/curves.ts';
export { selectCurves } from './curves/select.ts';
export type { Subtle } from './curves/subtle.ts';
export { tweetnaclCurves } from './curves/tweetnacl.ts';
export { webCryptoCurves } from './curves/web-crypto.ts';
export { hkdf, hmac, sha256 } from './kdf.ts';
export { KEM_SEED_LENGTH, type Kem } from './kem/kem.ts';
export { selectKem } from './kem/select.ts';
export type { Rng } from './rng.ts';
