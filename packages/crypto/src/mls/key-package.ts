import {
  CHANNEL_LIMITS,
  SealError,
  asKey,
  constantTimeEqual,
  decode,
  type Bytes,
  type TenantId,
} from '@seal-chat/protocol';
import type { Capabilities } from 'ts-mls/capabilities.js';
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js';
import type { Extension } from 'ts-mls/extension.js';
import {
  generateKeyPackageWithKey,
  verifyKeyPackage,
  type KeyPackage,
  type PrivateKeyPackage,
} from 'ts-mls/keyPackage.js';
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import type { KemSeed } from '../keys.ts';
import { libraryConfig } from './config.ts';
import { guarded } from './failures.ts';
import { privatePartsCodec } from './key-package-codecs.ts';
import { checkLeafRules } from './leaf-rules.ts';
import { checkLifetimeNow, lifetimeFrom } from './lifetimes.ts';
import { makeFor, type CreatedKeyPackage } from './make-key-package.ts';
import { credentialOf, isSameMember, memberOf } from './names.ts';
import { cipherSuite, curvesFor, messageCrypto } from './provider/provider.ts';
import { decodePublished, type PublishedKeyPackage } from './published-key-package.ts';
import { suiteNamed, suiteOf, type Suite } from './provider/suites.ts';
import type { Authenticate, MlsDeps, MlsIdentity, MlsMember } from './types.ts';
import { fromWire } from './wire.ts';

/** Bytes of a KeyPackage's reference; that of a suite with a longer hash is cut. */
const REF_LENGTH = 32;
const NO_BYTES: Bytes = new Uint8Array(0);

/** Makes a KeyPackage of this device for channels of any ciphersuite, see `makeKeyPackage`. */
export async function createKeyPackage(
  deps: MlsDeps,
  input: { readonly suite: number; readonly identity: MlsIdentity; readonly isLastResort: boolean },
): Promise<CreatedKeyPackage> {
  const { hpke } = await cipherSuite(deps, input.suite, null);
  const { hash } = await messageCrypto(suiteOf(input.suite));
  const suite = {
    id: input.suite,
    digest: (data: Bytes) => shortRef(hash.digest(data)),
    async newKeyPair() {
      const { publicKey, privateKey } = await hpke.generateKeyPair();
      return {
        publicKey: (await hpke.exportPublicKey(publicKey)) as Bytes,
        privateKey: (await hpke.exportPrivateKey(privateKey)) as Bytes,
      };
    },
  };
  return makeFor(suite, { ...deps, curves: await curvesFor(deps.subtle) }, { ...input, now: deps.now });
}

/** Makes a KeyPackage and its private keys, as the library has them. */
export async function generate(
  deps: MlsDeps,
  impl: CiphersuiteImpl,
  { identity, extensions }: { readonly identity: MlsIdentity; readonly extensions: Extension[] },
): Promise<{ readonly keyPackage: KeyPackage; readonly privateKeys: PrivateKeyPackage }> {
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    credentialOf(identity.tenantId, identity),
    capabilitiesOf(suiteNamed(impl.name)),
    lifetimeFrom(deps.now),
    extensions,
    { publicKey: identity.signKey.publicKey, signKey: NO_BYTES },
    impl,
  );
  return { keyPackage: publicPackage, privateKeys: privatePackage };
}

/** The least a device must say it can do: it is in every leaf of every tree. */
function capabilitiesOf({ name }: Suite): Capabilities {
  return { versions: ['mls10'], ciphersuites: [name], extensions: [], proposals: [], credentials: ['basic'] };
}

export function shortRef(ref: Uint8Array): Bytes {
  return Uint8Array.from(ref.subarray(0, REF_LENGTH));
}

/** Decodes what a device keeps of its KeyPackage. @throws SealError MALFORMED, UNSUPPORTED_VERSION */
export function openPrivateKeyPackage(privateBytes: Uint8Array): {
  readonly keyPackage: KeyPackage;
  readonly privateKeys: PrivateKeyPackage;
  readonly doorSeed: KemSeed;
} {
  const { message, initKey, leafKey, doorSeed } = decode(privatePartsCodec, privateBytes);
  return {
    keyPackage: fromWire(message, 'mls_key_package', CHANNEL_LIMITS.keyPackage).keyPackage,
    privateKeys: { initPrivateKey: initKey, hpkePrivateKey: leafKey, signaturePrivateKey: NO_BYTES },
    doorSeed: asKey(doorSeed),
  };
}

export interface KeyPackageExpectation {
  readonly bytes: Uint8Array;
  readonly expected: MlsMember;
  readonly tenantId: TenantId;
  readonly authenticate: Authenticate;
  /** Ciphersuite of the group it is for, where that is known. */
  readonly suite?: number;
}

/**
 * Checks that a KeyPackage the server handed out is the expected device's, signed by the key its device list has, and
 * fit for use now.
 * @throws SealError MALFORMED, TOO_LARGE, UNSUPPORTED_VERSION, UNVERIFIED_DEVICE
 */
export async function checkKeyPackage(deps: MlsDeps, input: KeyPackageExpectation): Promise<void> {
  await openKeyPackage(deps, input);
}

/** Checks as `checkKeyPackage` does, and returns the KeyPackage with its ML-KEM key. */
export async function openKeyPackage(deps: MlsDeps, input: KeyPackageExpectation): Promise<PublishedKeyPackage> {
  const { keyPackage, doorKey } = decodePublished(input.bytes);
  const { leafNode, cipherSuite: name } = keyPackage;
  const suite = suiteNamed(name);
  if (input.suite !== undefined && suite.id !== suiteOf(input.suite).id)
    throw new SealError('MALFORMED', 'mls: KeyPackage has another ciphersuite');
  if (!isSameMember(memberOf(leafNode.credential, input.tenantId), input.expected))
    throw new SealError('MALFORMED', 'mls: KeyPackage belongs to another device');
  checkLifetimeNow(leafNode, deps.now);
  checkLeafRules(leafNode, deps.now);
  if (constantTimeEqual(keyPackage.initKey, leafNode.hpkePublicKey))
    throw new SealError('MALFORMED', 'mls: KeyPackage has one key for both uses');
  const impl = await cipherSuite(deps, suite.id, null);
  await guarded('MALFORMED', async () => {
    const isSigned =
      (await verifyLeafNodeSignatureKeyPackage(leafNode, impl.signature)) &&
      (await verifyKeyPackage(keyPackage, impl.signature));
    if (!isSigned) throw new SealError('MALFORMED', 'mls: KeyPackage signature is wrong');
    const { authService } = libraryConfig(input.tenantId, input.authenticate);
    await authService.validateCredential(leafNode.credential, leafNode.signaturePublicKey);
  });
  return { keyPackage, doorKey };
}
