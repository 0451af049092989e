import { ByteWriter, CHANNEL_LIMITS, asKey, concatBytes, encode, utf8, wipe, type Bytes } from '@seal-chat/protocol';
import type { Curves } from '../curves/curves.ts';
import { sha256 } from '../kdf.ts';
import { KEM_SEED_LENGTH, type Kem } from '../kem/kem.ts';
import type { KemSeed } from '../keys.ts';
import type { Rng } from '../rng.ts';
import { DOOR_KEY_HASH, privatePartsCodec, publishedCodec } from './key-package-codecs.ts';
import { lifetimeOf } from './lifetime-of.ts';
import { memberName } from './member-name.ts';
import { X25519_SUITE } from './provider/x25519-suite.ts';
import type { MlsIdentity } from './types.ts';
import { writeVector } from './write-vector.ts';

/** A KeyPackage that was made, for one join unless it is a last resort. */
export interface CreatedKeyPackage {
  /** 32 bytes. */
  readonly ref: Bytes;
  /** With the ML-KEM key to which the device's Welcomes are sealed. */
  readonly publicBytes: Bytes;
  /** Secret. */
  readonly privateBytes: Bytes;
  /** It may be used for more than one join. */
  readonly isLastResort: boolean;
  /** ms. */
  readonly expiresAt: number;
}

/** What of a ciphersuite goes into a KeyPackage. */
export interface KeyPackageSuite {
  /** Its number (RFC 9420 §17.1). */
  readonly id: number;
  /** Its hash, cut to 32 bytes. */
  readonly digest: (data: Bytes) => Bytes;
  /** A new HPKE key pair, serialised. */
  readonly newKeyPair: () => Promise<{ readonly publicKey: Bytes; readonly privateKey: Bytes }>;
}

interface Deps {
  readonly curves: Pick<Curves, 'sign'>;
  readonly rng: Rng;
  readonly kem: () => Promise<Kem>;
}

interface Input {
  readonly identity: MlsIdentity;
  readonly isLastResort: boolean;
  /** Server's clock, ms. */
  readonly now: number;
}

/** draft-ietf-mls-extensions: this KeyPackage may be used more than once. */
const LAST_RESORT = 0x000a;
/** The numbers of MLS 1.0 and of basic credentials, 2 bytes each. */
const ONE: Bytes = Uint8Array.of(0, 1);

/**
 * Makes a KeyPackage of this device for new channels (RFC 9420 §10), by which others add it. Written out, as a device
 * makes them before it has to do with a channel, and the library for groups is large.
 */
export function makeKeyPackage(
  deps: Deps & { readonly curves: Pick<Curves, 'newDhKeyPair'> },
  input: Input,
): Promise<CreatedKeyPackage> {
  const newKeyPair = () => deps.curves.newDhKeyPair(deps.rng);
  return makeFor({ id: X25519_SUITE, digest: sha256, newKeyPair }, deps, input);
}

/** Makes a KeyPackage of this device for channels of `suite`. */
export async function makeFor(
  suite: KeyPackageSuite,
  { curves, rng, kem }: Deps,
  { identity, isLastResort, now }: Input,
): Promise<CreatedKeyPackage> {
  const { signKey } = identity;
  const doorSeed = asKey<KemSeed>(rng(KEM_SEED_LENGTH));
  const doorKey = await (await kem()).publicKey(doorSeed);
  const [init, leaf] = [await suite.newKeyPair(), await suite.newKeyPair()];
  const suiteId = uint(suite.id, 2);
  const { notBefore, notAfter } = lifetimeOf(now);
  /** SignWithLabel of RFC 9420 §5.1.2; what was signed and, behind it, the signature. */
  const signed = async (label: string, content: Bytes): Promise<Bytes> =>
    concatBytes(content, vectors(await curves.sign(signKey, vectors(utf8(`MLS 1.0 ${label}TBS`), content))));

  const leafNode = await signed(
    'LeafNode',
    concatBytes(
      vectors(leaf.publicKey, signKey.publicKey),
      ONE,
      // The name, and the least a device must say it can do: it is in every leaf of every tree.
      vectors(memberName(identity.tenantId, identity), ONE, suiteId, NOTHING, NOTHING, ONE),
      // Of a KeyPackage, and without extensions.
      uint(1, 1),
      uint(notBefore, 8),
      uint(notAfter, 8),
      vectors(NOTHING),
    ),
  );
  const extensions = concatBytes(
    uint(DOOR_KEY_HASH, 2),
    vectors(sha256(doorKey)),
    ...(isLastResort ? [uint(LAST_RESORT, 2), vectors(NOTHING)] : []),
  );
  const keyPackage = await signed(
    'KeyPackage',
    concatBytes(ONE, suiteId, vectors(init.publicKey), leafNode, vectors(extensions)),
  );
  // MLSMessage (§6) of the version 1 and the wire format 5.
  const message = concatBytes(ONE, uint(5, 2), keyPackage);
  const made = {
    ref: suite.digest(vectors(utf8('MLS 1.0 KeyPackage Reference'), keyPackage)),
    publicBytes: encode(publishedCodec, { doorKey, message }),
    privateBytes: encode(privatePartsCodec, {
      message,
      initKey: init.privateKey,
      leafKey: leaf.privateKey,
      doorSeed,
    }),
    isLastResort,
    expiresAt: now + CHANNEL_LIMITS.keyPackageLifetimeMs,
  };
  wipe(init.privateKey, leaf.privateKey, doorSeed);
  return made;
}

const NOTHING: Bytes = new Uint8Array(0);

function uint(value: number, width: number): Bytes {
  const out = new ByteWriter();
  out.uint(value, width);
  return out.finish();
}

function vectors(...all: readonly Bytes[]): Bytes {
  const out = new ByteWriter();
  for (const bytes of all) writeVector(out, bytes);
  return out.finish();
}
