import { asKey, type PreKeyKind, type PublicPreKey } from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { KEM_SEED_LENGTH, type Kem } from './kem/kem.ts';
import type { KemKeyPair, KemSeed, SignKeyPair } from './keys.ts';
import { preKeySignatureInput, type PreKeyOwner } from './prekey-signature.ts';
import { isKem, type PrivatePreKey } from './prekeys.ts';
import type { Rng } from './rng.ts';

/**
 * Makes one prekey and signs it with the device's Ed25519 key (PQXDH §3.2). Store `privatePreKey` durably before
 * `publicPreKey` leaves the device; a key whose private half was lost makes messages undecryptable.
 * @param keyId unique among the keys of its kind on this device, never used again
 * @param now ms
 */
export async function createPreKey(params: {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
  readonly owner: PreKeyOwner;
  readonly signKeys: SignKeyPair;
  readonly kind: PreKeyKind;
  readonly keyId: number;
  readonly now: number;
}): Promise<{ readonly privatePreKey: PrivatePreKey; readonly publicPreKey: PublicPreKey }> {
  const { curves, kem, rng, owner, signKeys, kind, keyId, now } = params;
  const { publicKey, privateKey } = isKem(kind) ? await newKemPair(kem, rng) : await curves.newDhKeyPair(rng);
  const signature = await curves.sign(signKeys, preKeySignatureInput(owner, kind, { keyId, publicKey }));
  return {
    privatePreKey: { kind, keyId, createdAt: now, publicKey, privateKey, uses: new Uint8Array(0) },
    publicPreKey: { keyId, publicKey, signature },
  };
}

async function newKemPair(kem: Kem, rng: Rng): Promise<KemKeyPair> {
  const seed = asKey<KemSeed>(rng(KEM_SEED_LENGTH));
  return { publicKey: await kem.publicKey(seed), privateKey: seed };
}
