import { constantTimeEqual, type Bytes } from '@seal-chat/protocol';
import type { CiphersuiteImpl, CiphersuiteName } from 'ts-mls/crypto/ciphersuite.js';
import type { Signature } from 'ts-mls/crypto/signature.js';
import type { Curves } from '../../curves/curves.ts';
import type { SignKeyPair } from '../../keys.ts';
import { selectCurves } from '../../curves/select.ts';
import type { Subtle } from '../../curves/subtle.ts';
import type { Kem } from '../../kem/kem.ts';
import { loadPart } from '../../load-part.ts';
import type { Rng } from '../../rng.ts';
import { chaChaPoly, type Aead } from '../../hpke/aead.ts';
import { x25519Kem } from './dh-kem.ts';
import { sha256Family, type HashFamily } from '../../hpke/hashes.ts';
import { hpke } from '../../hpke/hpke.ts';
import type { HpkeKem, KemPrivateKey } from '../../hpke/kem.ts';
import { ed25519 } from './signature.ts';
import { suiteOf, type Suite } from './suites.ts';

/** Puts a ciphersuite together from its parts, in the shape `ts-mls` asks for. */
export function assemble(parts: {
  readonly name: CiphersuiteName;
  readonly hash: HashFamily;
  readonly kdf: { readonly id: number; readonly hash: HashFamily };
  readonly kem: HpkeKem;
  readonly aead: Aead;
  readonly signature: Signature;
  readonly rng: Rng;
}): CiphersuiteImpl {
  const { name, hash, kdf, rng, signature } = parts;
  return {
    name,
    signature,
    hpke: hpke(parts),
    rng: { randomBytes: rng },
    kdf: {
      size: kdf.hash.size,
      extract: async (salt, ikm) => kdf.hash.extract(salt, ikm),
      expand: async (prk, info, length) => kdf.hash.expand(prk, info, length),
    },
    hash: {
      digest: async (data) => hash.digest(data),
      mac: async (key, data) => hash.hmac(key, data),
      verifyMac: async (key, mac, data) => constantTimeEqual(hash.hmac(key, data), mac),
    },
  };
}

/** HPKE identifiers (RFC 9180 §7.2). */
const KDF_IDS = { 'HKDF-SHA256': 1, 'HKDF-SHA512': 3 } as const;

/** The implementations that were selected for an engine's WebCrypto, once. */
const selected = new WeakMap<Subtle, Promise<Curves>>();

export function curvesFor(subtle: Subtle): Promise<Curves> {
  let selecting = selected.get(subtle);
  if (selecting === undefined) {
    selecting = selectCurves(subtle);
    selected.set(subtle, selecting);
    // The next operation tries again.
    selecting.catch(() => selected.delete(subtle));
  }
  return selecting;
}

/**
 * Makes ciphersuite number `suite` for one operation; signatures are made with `signKey`.
 * @throws SealError UNSUPPORTED_VERSION when this build has no such ciphersuite
 */
export async function cipherSuite(
  deps: { readonly subtle: Subtle; readonly rng: Rng; readonly kem: () => Promise<Kem> },
  suite: number,
  signKey: SignKeyPair | null,
): Promise<CiphersuiteImpl> {
  const { name, kem } = suiteOf(suite);
  const { hash, aead } = await messageCrypto(suiteOf(suite));
  const curves = await curvesFor(deps.subtle);
  return assemble({
    name,
    hash,
    aead,
    kdf: { id: KDF_IDS[suiteOf(suite).kdf], hash },
    kem: kem === 'X-Wing' ? await loadXWing(curves, deps) : x25519Kem(curves, deps.rng),
    signature: ed25519(curves, signKey),
    rng: deps.rng,
  });
}

/** Apart: most channels need none of it. */
async function loadXWing(
  curves: Curves,
  { rng, kem }: { readonly rng: Rng; readonly kem: () => Promise<Kem> },
): Promise<HpkeKem> {
  const { xWingKem } = await loadPart(() => import('../../hpke/x-wing.ts'));
  return xWingKem({ curves, rng, mlKem: await kem() });
}

/** Returns what application messages of a ciphersuite need. Its hash is that of its KDF, too. */
export async function messageCrypto({
  hash,
}: Pick<Suite, 'hash'>): Promise<{ readonly hash: HashFamily; readonly aead: Aead }> {
  const family =
    hash === 'SHA-256' ? sha256Family : (await loadPart(() => import('../../hpke/sha512.ts'))).sha512Family;
  return { hash: family, aead: chaChaPoly };
}

/** Returns the public half of a serialised HPKE private key. */
export async function publicKeyOf(
  privateKey: Uint8Array,
  { hpke: { importPrivateKey } }: CiphersuiteImpl,
): Promise<Bytes> {
  const key: unknown = await importPrivateKey(privateKey);
  return (key as KemPrivateKey).publicKey;
}
