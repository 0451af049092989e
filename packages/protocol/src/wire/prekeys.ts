import type { Bytes } from '../bytes.ts';
import type { DeviceId } from '../ids.ts';

/** Bytes of an X25519 public key. */
export const X25519_KEY_LENGTH = 32;
/** Bytes of an ML-KEM-768 encapsulation key (FIPS 203). */
export const KEM_KEY_LENGTH = 1184;
/** Bytes of an ML-KEM-768 ciphertext (FIPS 203). */
export const KEM_CIPHERTEXT_LENGTH = 1088;

/** What a prekey is for; part of what its signature covers, so that one kind cannot be used as another. */
export const PREKEY_KINDS = { signed: 1, oneTime: 2, kemOneTime: 3, kemLastResort: 4 } as const;
/** Name of a kind of prekey. */
export type PreKeyKind = keyof typeof PREKEY_KINDS;

/** The public half of a prekey of any kind, signed by its device's Ed25519 key. */
export interface PublicPreKey {
  /** Unique among the prekeys of its kind on one device; never used again. */
  readonly keyId: number;
  /** X25519 (32 bytes) or ML-KEM-768 (1184 bytes). */
  readonly publicKey: Bytes;
  /** Ed25519, 64 bytes. */
  readonly signature: Bytes;
}

/** What a sender needs to start a session with one device; the identity keys come from the signed device list. */
export interface PreKeyBundle {
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly signedPreKey: PublicPreKey;
  /** Absent when the device has run out. */
  readonly oneTimePreKey: PublicPreKey | null;
  /** A one-time key where there is one, else the last-resort key. */
  readonly kemPreKey: PublicPreKey & { readonly kind: 'kemOneTime' | 'kemLastResort' };
}
