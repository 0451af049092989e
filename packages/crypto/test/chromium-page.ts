/** Runs in a browser, bundled by `chromium.test.ts`: what WebCrypto has there against the JavaScript implementations. */
import { constantTimeEqual, type Bytes, asKey } from '@seal-chat/protocol';
import { selectCurves } from '../src/curves/select.ts';
import { tweetnaclCurves } from '../src/curves/tweetnacl.ts';
import type { Kem } from '../src/kem/kem.ts';
import { nobleKem } from '../src/kem/noble.ts';
import { selectKem } from '../src/kem/select.ts';
import { bufferedRng } from '../src/rng.ts';

const { crypto } = globalThis;
const rng = bufferedRng((bytes) => crypto.getRandomValues(bytes));

async function agreeOnSecret(from: Kem, to: Kem, seed: Bytes): Promise<boolean> {
  const { sharedSecret, ciphertext } = await from.encapsulate(await to.publicKey(asKey(seed)));
  return constantTimeEqual(sharedSecret, await to.decapsulate(asKey(seed), ciphertext));
}

/** What was compared, and whether it was the same. */
export async function compare(): Promise<Record<string, boolean>> {
  const curves = await selectCurves(crypto.subtle);
  const noble = nobleKem(rng);
  const kem = await selectKem(crypto.subtle, rng);
  const results: Record<string, boolean> = {
    'X25519 is native': curves.rawDh !== tweetnaclCurves.rawDh,
    'Ed25519 is native': curves.verify !== tweetnaclCurves.verify,
  };
  const check = (name: string, isRight: boolean) => {
    results[name] = isRight && results[name] !== false;
  };
  const same = (name: string, a: Bytes, b: Bytes) => check(name, constantTimeEqual(a, b));
  for (let i = 0; i < 20; i++) {
    const [seed, message] = [rng(32), rng(i)];
    const pair = await curves.dhKeyPair(asKey(seed));
    same('X25519 public key', pair.publicKey, (await tweetnaclCurves.dhKeyPair(asKey(seed))).publicKey);
    const fresh = await curves.newDhKeyPair(rng);
    same('new X25519 key', fresh.publicKey, (await tweetnaclCurves.dhKeyPair(fresh.privateKey)).publicKey);
    const peer = rng(32);
    same('X25519 secret', await curves.rawDh(pair, asKey(peer)), await tweetnaclCurves.rawDh(pair, asKey(peer)));
    const signer = await curves.signKeyPair(asKey(seed));
    const newSigner = await curves.newSignKeyPair(rng);
    same('new Ed25519 key', newSigner.publicKey, (await tweetnaclCurves.signKeyPair(newSigner.privateKey)).publicKey);
    const signature = await curves.sign(signer, message);
    same('Ed25519 signature', signature, await tweetnaclCurves.sign(signer, message));
    check('Ed25519 verifies', await curves.verify(signer.publicKey, message, signature));
    signature[i]! ^= 1;
    check('Ed25519 refuses', !(await curves.verify(signer.publicKey, message, signature)));
  }
  const pair = await curves.dhKeyPair(asKey(rng(32)));
  same('X25519 of a zero key', await curves.rawDh(pair, asKey(new Uint8Array(32))), new Uint8Array(32));

  for (let i = 0; i < 5; i++) {
    const seed = rng(64);
    same('ML-KEM public key', await kem.publicKey(asKey(seed)), await noble.publicKey(asKey(seed)));
    check('ML-KEM, ours to JavaScript', await agreeOnSecret(kem, noble, seed));
    check('ML-KEM, JavaScript to ours', await agreeOnSecret(noble, kem, seed));
    const { ciphertext } = await kem.encapsulate(await kem.publicKey(asKey(seed)));
    ciphertext[7 * i]! ^= 1;
    same(
      'ML-KEM rejection',
      await kem.decapsulate(asKey(seed), ciphertext),
      await noble.decapsulate(asKey(seed), ciphertext),
    );
  }
  return results;
}
