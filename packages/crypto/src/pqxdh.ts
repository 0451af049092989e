import {
  SealError,
  asKey,
  concatBytes,
  idToBytes,
  utf8,
  wipe,
  type Bytes,
  type DhPublicKey,
  type KemPublicKey,
  type PreKeyBundle,
  type PreKeyHeader,
  type TenantId,
} from '@seal-chat/protocol';
import { dh, type Curves } from './curves/curves.ts';
import { isPrimeOrderDhKey } from './curves/prime-order.ts';
import { hkdf, sha256 } from './kdf.ts';
import type { Kem } from './kem/kem.ts';
import type { DhKeyPair, DhOutput, KemKeyPair, PqSharedSecret, SharedSecret } from './keys.ts';
import { verifyPreKeySignature } from './prekey-signature.ts';
import type { PrivatePreKey } from './prekeys.ts';
import type { Rng } from './rng.ts';
import { sessionEnds, type Parties, type SessionEnd } from './session/parties.ts';

/**
 * PQXDH revision 3 (signal.org/docs/specifications/pqxdh): X25519, SHA-256, ML-KEM-768. It agrees on a secret and on
 * associated data; what is done with them is the Double Ratchet's business. Nothing here stores or deletes a key.
 */

/** Names application, curve, hash and KEM (PQXDH §2.1). */
const INFO = utf8('SealChat_CURVE25519_SHA-256_ML-KEM-768');
const AD_LABEL = utf8('SealChat_v1_Session');
/** F of X3DH §2.2: keeps the input apart from anything that begins with an encoded curve point. */
const F: Bytes = new Uint8Array(32).fill(0xff);
const ZERO_SALT: Bytes = new Uint8Array(32);
/** First bytes of EncodeEC and EncodeKEM: their ranges are disjoint (PQXDH §2.3). */
const TYPE_EC = Uint8Array.of(0x01);
const TYPE_KEM = Uint8Array.of(0x02);

/** What both sides know after the agreement. */
export interface Agreement {
  /** SK, 32 bytes. */
  readonly sharedSecret: SharedSecret;
  /** 32 bytes of the same derivation: the post-quantum ratchet begins with them. Null for a session without one. */
  readonly pqSecret: PqSharedSecret | null;
  /**
   * SHA-256 of AD, 32 bytes: binds both identities, the tenant, the KEM key, and whether the session has the
   * post-quantum ratchet into every message.
   */
  readonly associatedData: Bytes;
}

/** Alice's first ratchet pair, and its agreement with SPKb (Double Ratchet §3.3). */
export interface FirstRatchetStep {
  readonly ownKeys: DhKeyPair;
  readonly dhOutput: DhOutput;
}

/**
 * Runs Alice's side (PQXDH §3.3). Every signature of the bundle is checked before a secret is touched; there is no way
 * to leave the KEM out. The ephemeral private key is overwritten before this returns. The first step of the ratchet
 * that follows is made here as well: its agreement runs beside the four others, and waiting for it would cost as much
 * again.
 * @throws SealError UNVERIFIED_DEVICE when the bundle is for another device or registration, BAD_SIGNATURE,
 * LOW_ORDER_KEY, MALFORMED
 */
export async function initiate(params: {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
  readonly parties: Parties;
  readonly bundle: PreKeyBundle;
  /** Whether the session has the post-quantum ratchet. */
  readonly pqRatchet: boolean;
}): Promise<Agreement & { readonly header: PreKeyHeader; readonly ratchet: FirstRatchetStep }> {
  const { curves, kem, rng, parties, bundle, pqRatchet } = params;
  const { own, peer } = parties;
  const { signedPreKey, oneTimePreKey, kemPreKey } = bundle;
  // Their signatures cover the kind, so that none can be used as another.
  const signedKey = asKey<DhPublicKey>(signedPreKey.publicKey);
  const kemKey = asKey<KemPublicKey>(kemPreKey.publicKey);
  if (bundle.deviceId !== peer.deviceId || bundle.registrationId !== peer.registrationId)
    throw new SealError('UNVERIFIED_DEVICE', 'pqxdh: bundle of another device');
  const [ephemeral, ownKeys] = await Promise.all([
    curves.newDhKeyPair(rng),
    curves.newDhKeyPair(rng),
    verifyBundle(curves, parties, bundle),
  ]);
  // Those with one key in a row, which the engine takes in once.
  const [dh1, dh3, dhOutput, dh2, dh4, { sharedSecret: ss, ciphertext }] = await Promise.all([
    dh(curves, own.dhKeys, signedKey),
    dh(curves, ephemeral, signedKey),
    dh(curves, ownKeys, signedKey),
    dh(curves, ephemeral, peer.dhKey),
    oneTimePreKey === null ? new Uint8Array(0) : dh(curves, ephemeral, asKey(oneTimePreKey.publicKey)),
    kem.encapsulate(kemKey),
  ]).finally(() => wipe(ephemeral.privateKey));

  const ends = sessionEnds(parties);
  return {
    ...deriveSecrets(pqRatchet, dh1, dh2, dh3, dh4, ss),
    associatedData: associatedData(ends.tenantId, ends.own, ends.peer, kemKey, pqRatchet),
    header: {
      registrationId: bundle.registrationId,
      ephemeralKey: ephemeral.publicKey,
      signedPreKeyId: signedPreKey.keyId,
      oneTimePreKeyId: oneTimePreKey?.keyId ?? null,
      kemPreKeyId: kemPreKey.keyId,
      kemIsLastResort: kemPreKey.kind === 'kemLastResort' ? 1 : 0,
      kemCiphertext: ciphertext,
    },
    ratchet: { ownKeys, dhOutput },
  };
}

/** Every prekey is signed individually, the one-time curve key too (PQXDH §3.2 asks it of the others only). */
async function verifyBundle(curves: Curves, { tenantId, peer }: Parties, bundle: PreKeyBundle): Promise<void> {
  const common = { curves, signKey: peer.signKey, owner: { tenantId, userId: peer.userId, deviceId: peer.deviceId } };
  const checks = [
    verifyPreKeySignature({ ...common, kind: 'signed', preKey: bundle.signedPreKey }),
    verifyPreKeySignature({ ...common, kind: bundle.kemPreKey.kind, preKey: bundle.kemPreKey }),
  ];
  if (bundle.oneTimePreKey !== null)
    checks.push(verifyPreKeySignature({ ...common, kind: 'oneTime', preKey: bundle.oneTimePreKey }));
  await Promise.all(checks);
}

/** The private prekeys an initial message names; `oneTime` is null exactly when it names none. */
export interface AcceptPreKeys {
  readonly signed: PrivatePreKey & DhKeyPair;
  readonly oneTime: (PrivatePreKey & DhKeyPair) | null;
  readonly kem: PrivatePreKey & KemKeyPair;
}

/**
 * Runs Bob's side (PQXDH §3.4). Nothing has been authenticated when this returns: delete prekeys only after the first
 * message decrypted.
 * @throws SealError LOW_ORDER_KEY when the base key is not a canonical point of prime order or a result is zero
 */
export async function accept(params: {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly parties: Parties;
  readonly header: PreKeyHeader;
  readonly preKeys: AcceptPreKeys;
  /** Whether the session has the post-quantum ratchet. */
  readonly pqRatchet: boolean;
}): Promise<Agreement> {
  const { curves, kem, parties, header, preKeys, pqRatchet } = params;
  const { own, peer } = parties;
  const base = header.ephemeralKey;
  if (!(await isPrimeOrderDhKey(curves, base))) throw new SealError('LOW_ORDER_KEY', 'pqxdh: unsafe base key');
  const [dh1, dh2, dh3, dh4, ss] = await Promise.all([
    dh(curves, preKeys.signed, peer.dhKey),
    dh(curves, own.dhKeys, base),
    dh(curves, preKeys.signed, base),
    preKeys.oneTime === null ? new Uint8Array(0) : dh(curves, preKeys.oneTime, base),
    kem.decapsulate(preKeys.kem.privateKey, header.kemCiphertext),
  ]);
  const ends = sessionEnds(parties);
  return {
    ...deriveSecrets(pqRatchet, dh1, dh2, dh3, dh4, ss),
    associatedData: associatedData(ends.tenantId, ends.peer, ends.own, preKeys.kem.publicKey, pqRatchet),
  };
}

/** `SK || PQSK = HKDF(salt = 0, ikm = F || DH1 || DH2 || DH3 [|| DH4] || SS, info)` (X3DH §3.3, PQXDH §3.3). */
function deriveSecrets(pqRatchet: boolean, ...secrets: readonly Bytes[]): Pick<Agreement, 'sharedSecret' | 'pqSecret'> {
  const ikm = concatBytes(F, ...secrets);
  const output = hkdf({ ikm, salt: ZERO_SALT, info: INFO, length: 64 });
  const sharedSecret = asKey<SharedSecret>(output.slice(0, 32));
  const pqSecret = pqRatchet ? asKey<PqSharedSecret>(output.slice(32)) : null;
  wipe(ikm, output, ...secrets);
  return { sharedSecret, pqSecret };
}

/**
 * `AD = Encode(IKa) || Encode(IKb) || tenant || user and device of a, then of b || EncodeKEM(PQPKb) || pqRatchet`
 * (X3DH §3.3 and §4.8, PQXDH §4.12), each part of fixed width, hashed because it goes into every message key.
 */
function associatedData(
  tenantId: TenantId,
  initiator: SessionEnd,
  responder: SessionEnd,
  kemKey: KemPublicKey,
  pqRatchet: boolean,
): Bytes {
  return sha256(
    concatBytes(
      AD_LABEL,
      TYPE_EC,
      initiator.dhKey,
      TYPE_EC,
      responder.dhKey,
      idToBytes(tenantId),
      idToBytes(initiator.userId),
      idToBytes(initiator.deviceId),
      idToBytes(responder.userId),
      idToBytes(responder.deviceId),
      TYPE_KEM,
      kemKey,
      Uint8Array.of(pqRatchet ? 1 : 0),
    ),
  );
}
