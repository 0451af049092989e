import {
  KEM_KEY_LENGTH,
  PREKEY_KINDS,
  PREKEY_LIMITS,
  WIRE_VERSION,
  malformed,
  struct,
  u32,
  u53,
  u8,
  variable,
  versioned,
  wipe,
  type Bytes,
  type Codec,
  type PreKeyKind,
} from '@seal-chat/protocol';
import { KEM_SEED_LENGTH } from './kem/kem.ts';
import { preKeyLength } from './prekey-signature.ts';

/** Bytes of one entry of `PrivatePreKey.uses`. */
export const PREKEY_USE_LENGTH = 16;

/** The private half of a prekey: what a device stores before it uploads the public half. */
export interface PrivatePreKey {
  readonly kind: PreKeyKind;
  readonly keyId: number;
  /** ms, for rotation and eviction. */
  readonly createdAt: number;
  /** X25519 (32 bytes) or ML-KEM-768 (1184 bytes). */
  readonly publicKey: Bytes;
  /** X25519 seed (32 bytes) or ML-KEM-768 seed d || z (64 bytes). */
  readonly privateKey: Bytes;
  /** Replay record of a last-resort key (PQXDH §4.3): 16 bytes for each session made with it. Empty for other kinds. */
  readonly uses: Bytes;
}

const KIND_NAMES = Object.keys(PREKEY_KINDS) as PreKeyKind[];

const kindCodec: Codec<PreKeyKind> = {
  write: (out, kind) => u8.write(out, PREKEY_KINDS[kind]),
  read(input) {
    const code = u8.read(input);
    const kind = KIND_NAMES.find((name) => PREKEY_KINDS[name] === code);
    if (kind === undefined) throw malformed('unknown kind of prekey');
    return kind;
  },
};

const fields = struct<PrivatePreKey>({
  kind: kindCodec,
  keyId: u32,
  createdAt: u53,
  publicKey: variable(KEM_KEY_LENGTH),
  privateKey: variable(KEM_SEED_LENGTH),
  uses: variable(PREKEY_LIMITS.lastResortReplayMax * PREKEY_USE_LENGTH),
});

/** Storage form of a private prekey. Holds a secret: seal it before it is stored. */
export const privatePreKeyCodec: Codec<PrivatePreKey> = versioned(WIRE_VERSION, {
  write: fields.write,
  read(input) {
    const preKey = fields.read(input);
    if (preKey.publicKey.length !== preKeyLength(preKey.kind)) throw malformed('prekey has a wrong length');
    if (preKey.privateKey.length !== privateLength(preKey.kind)) throw malformed('private prekey has a wrong length');
    if (preKey.uses.length % PREKEY_USE_LENGTH !== 0) throw malformed('broken replay record');
    return preKey;
  },
});

/** Overwrites the secret of a prekey that was deleted from storage. */
export function wipePreKey(preKey: PrivatePreKey): void {
  wipe(preKey.privateKey);
}

/** Tells whether a prekey is an ML-KEM key. */
export function isKem(kind: PreKeyKind): boolean {
  return kind === 'kemOneTime' || kind === 'kemLastResort';
}

function privateLength(kind: PreKeyKind): number {
  return isKem(kind) ? KEM_SEED_LENGTH : 32;
}
