import { asKey, idFromBytes, toHex, type Bytes, type DeviceId, type TenantId, type UserId } from '@seal-chat/protocol';
import fc from 'fast-check';
import { generateKeyPackageWithKey, makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { describe, expect, it } from 'vitest';
import { Directory, depsFor, memberOf } from '../../test/mls.ts';
import { reachedFrom } from '../../test/reached.ts';
import { seededRng } from '../../test/rng.ts';
import { tweetnaclCurves } from '../curves/tweetnacl.ts';
import { sha256 } from '../kdf.ts';
import { nobleKem } from '../kem/noble.ts';
import { checkKeyPackage, openPrivateKeyPackage, shortRef } from './key-package.ts';
import { lifetimeFrom } from './lifetimes.ts';
import { makeFor, makeKeyPackage } from './make-key-package.ts';
import { credentialOf } from './names.ts';
import { cipherSuite, messageCrypto } from './provider/provider.ts';
import { SUITES, suiteOf } from './provider/suites.ts';
import { decodePublished } from './published-key-package.ts';
import type { MlsIdentity } from './types.ts';
import { toWire } from './wire.ts';

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value): Bytes => Uint8Array.from(value));
/** A device, and the time at which it makes a KeyPackage, with everything that is random about it. */
const making = fc.record({
  names: fc.tuple(bytes(16), bytes(16), bytes(16)),
  signSeed: bytes(32),
  seed: fc.string(),
  isLastResort: fc.boolean(),
  now: fc.oneof(fc.nat(), fc.integer({ min: 1_600_000_000_000, max: 4_000_000_000_000 })),
});
type Making = typeof making extends fc.Arbitrary<infer T> ? T : never;

async function identityOf({ names: [tenant, user, device], signSeed }: Making): Promise<MlsIdentity> {
  return {
    tenantId: idFromBytes<TenantId>(tenant),
    userId: idFromBytes<UserId>(user),
    deviceId: idFromBytes<DeviceId>(device),
    signKey: await tweetnaclCurves.signKeyPair(asKey(signSeed)),
  };
}

/** The same KeyPackage by the library, from the same keys. */
async function byLibrary(
  suiteId: number,
  { made, doorKey, input }: { made: readonly KeyPair[]; doorKey: Bytes; input: Making },
) {
  const identity = await identityOf(input);
  const impl = await cipherSuite(depsFor('library', input.now), suiteId, identity.signKey);
  const keys = [...made];
  const generateKeyPair = async () => {
    const { publicKey, privateKey } = keys.shift()!;
    return { publicKey: await impl.hpke.importPublicKey(publicKey), privateKey: await importKey(impl, privateKey) };
  };
  const { publicPackage } = await generateKeyPackageWithKey(
    credentialOf(identity.tenantId, identity),
    {
      versions: ['mls10'],
      ciphersuites: [impl.name],
      extensions: [],
      proposals: [],
      credentials: ['basic'],
    },
    lifetimeFrom(input.now),
    [
      { extensionType: 0xf5e1, extensionData: sha256(doorKey) },
      ...(input.isLastResort ? [{ extensionType: 0x000a, extensionData: new Uint8Array(0) }] : []),
    ],
    { publicKey: identity.signKey.publicKey, signKey: new Uint8Array(0) },
    { ...impl, hpke: { ...impl.hpke, generateKeyPair } },
  );
  const ref = Uint8Array.from(await makeKeyPackageRef(publicPackage, impl.hash)).subarray(0, 32);
  return { message: toWire({ wireformat: 'mls_key_package', keyPackage: publicPackage }), ref: toHex(ref) };
}

interface KeyPair {
  readonly publicKey: Bytes;
  readonly privateKey: Bytes;
}
type Impl = Awaited<ReturnType<typeof cipherSuite>>;

const importKey = async ({ hpke }: Impl, key: Bytes) => hpke.importPrivateKey(key.slice());

describe('a KeyPackage that is written out here', () => {
  it.each(SUITES)('is byte for byte what the library makes of the same keys, in ciphersuite %i', async (suiteId) => {
    const { hash } = await messageCrypto(suiteOf(suiteId));
    await fc.assert(
      fc.asyncProperty(making, async (input) => {
        const { hpke } = await cipherSuite(depsFor(input.seed), suiteId, null);
        const made: KeyPair[] = [];
        const newKeyPair = async () => {
          const pair = await hpke.generateKeyPair();
          const publicKey = Uint8Array.from(await hpke.exportPublicKey(pair.publicKey));
          const privateKey = Uint8Array.from(await hpke.exportPrivateKey(pair.privateKey));
          made.push({ publicKey, privateKey });
          return { publicKey, privateKey: privateKey.slice() };
        };
        const rng = seededRng(input.seed);
        const kem = nobleKem(rng);
        const deps = { curves: tweetnaclCurves, rng, kem: async () => kem };
        const digest = (data: Bytes) => shortRef(hash.digest(data));
        const suite = { id: suiteId, digest, newKeyPair };
        const { ref, publicBytes, privateBytes } = await makeFor(suite, deps, {
          identity: await identityOf(input),
          isLastResort: input.isLastResort,
          now: input.now,
        });
        const { doorKey, keyPackage } = decodePublished(publicBytes);
        const library = await byLibrary(suiteId, { made, doorKey, input });
        expect(toHex(toWire({ wireformat: 'mls_key_package', keyPackage }))).toBe(toHex(library.message));
        expect(toHex(publicBytes.slice(-library.message.length))).toBe(toHex(library.message));
        expect(toHex(ref)).toBe(library.ref);

        const opened = openPrivateKeyPackage(privateBytes);
        expect(toHex(toWire({ wireformat: 'mls_key_package', keyPackage: opened.keyPackage }))).toBe(
          toHex(library.message),
        );
        const { initPrivateKey, hpkePrivateKey } = opened.privateKeys;
        expect([initPrivateKey, hpkePrivateKey]).toEqual(made.map(({ privateKey }) => privateKey));
        expect(await kem.publicKey(opened.doorSeed)).toEqual(doorKey);
      }),
      { numRuns: 25 },
    );
  });

  it('passes the checks of the members', async () => {
    await fc.assert(
      fc.asyncProperty(making, async (input) => {
        const identity = await identityOf(input);
        const directory = new Directory();
        directory.add(identity);
        const rng = seededRng(input.seed);
        const deps = { curves: tweetnaclCurves, rng, kem: async () => nobleKem(rng) };
        const { isLastResort, now } = input;
        const { publicBytes } = await makeKeyPackage(deps, { identity, isLastResort, now });
        await checkKeyPackage(depsFor('member', input.now), {
          bytes: publicBytes,
          expected: memberOf(identity),
          tenantId: identity.tenantId,
          authenticate: directory.authenticate,
          suite: 3,
        });
      }),
      { numRuns: 25 },
    );
  });

  it('is made without the library for groups', () => {
    expect(reachedFrom('key-packages.ts')).toEqual([
      '@seal-chat/protocol',
      'expect-length.ts',
      'kdf.ts',
      'kem/kem.ts',
      'key-packages.ts',
      'mls/key-package-codecs.ts',
      'mls/lifetime-of.ts',
      'mls/make-key-package.ts',
      'mls/member-name.ts',
      'mls/provider/x25519-suite.ts',
      'mls/write-vector.ts',
      'sha256.ts',
    ]);
  });
});
