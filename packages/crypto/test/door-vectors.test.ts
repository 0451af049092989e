import { readFileSync } from 'node:fs';
import { asKey, fromHex, toHex } from '@seal-chat/protocol';
import { computePskSecret, encodePskId } from 'ts-mls/presharedkey.js';
import { describe, expect, it } from 'vitest';
import { tweetnaclCurves } from '../src/curves/tweetnacl.ts';
import { nobleKem } from '../src/kem/noble.ts';
import type { KemSeed } from '../src/keys.ts';
import { doorPskId, externalDoorSeed, isDoorPskId, welcomePsk, type Door } from '../src/mls/door-psks.ts';
import { enterExternalDoor, externalDoorKey, openExternalDoor } from '../src/mls/external-door.ts';
import { DEFAULT_SUITE } from '../src/mls/index.ts';
import { cipherSuite } from '../src/mls/provider/provider.ts';
import { makeKeyPackage } from '../src/mls/make-key-package.ts';
import { decodePublished, doorKeyHashOf } from '../src/mls/published-key-package.ts';
import { openPsk, sealPsk } from '../src/mls/welcome-door.ts';
import { NOW, depsFor, identityOf } from './mls.ts';
import { runPython } from './python.ts';
import { scripted } from './rng.ts';

interface Psk {
  readonly exporterSecret: string;
  readonly epoch: number;
  readonly pskNonce: string;
  readonly preSharedKeyId: string;
  readonly psk: string;
  readonly pskSecret: string;
  readonly randomness: string;
  readonly ciphertext: string;
}
interface WelcomeVector extends Psk {
  readonly doorSeed: string;
  readonly doorKey: string;
  readonly doorKeyHash: string;
  readonly ref: string;
  readonly sealedPsk: string;
}
interface ExternalVector extends Psk {
  readonly seed: string;
  readonly key: string;
}

const text = readFileSync(new URL('../vectors/door.vectors.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text) as { readonly welcome: WelcomeVector[]; readonly external: ExternalVector[] };
const suite = await cipherSuite(depsFor('vectors'), DEFAULT_SUITE, null);
const kemDrawing = (randomness: string) => nobleKem(scripted(randomness));

async function expectNamed(door: Door, vector: Psk) {
  const id = doorPskId(door, BigInt(vector.epoch), fromHex(vector.pskNonce));
  expect(toHex(Uint8Array.from(encodePskId(id)))).toBe(vector.preSharedKeyId);
  expect(isDoorPskId(id, { door, epoch: BigInt(vector.epoch), nonceLength: 32 })).toBe(true);
  const secret = await computePskSecret([[id, fromHex(vector.psk)]], suite);
  expect(toHex(Uint8Array.from(secret))).toBe(vector.pskSecret);
  return id;
}

/** What a KeyPackage says of the ML-KEM key of a seed. */
async function doorKeyHashFor(doorSeed: KemSeed): Promise<string> {
  const rng = (length: number) => (length === doorSeed.length ? doorSeed.slice() : new Uint8Array(length).fill(7));
  const deps = { curves: tweetnaclCurves, rng, kem: async () => nobleKem(rng) };
  const { publicBytes } = await makeKeyPackage(deps, {
    identity: await identityOf('ann'),
    isLastResort: false,
    now: NOW,
  });
  return toHex(doorKeyHashOf(decodePublished(publicBytes).keyPackage));
}

describe('vectors of the second implementation', () => {
  it('are what the Python program writes', () => {
    expect(runPython('door_vectors.py') === text).toBe(true);
  });

  it('agree on the PSK of a Welcome, and on how it is sealed to a device', async () => {
    for (const vector of vectors.welcome) {
      const pskId = await expectNamed('welcome', vector);
      const psk = await welcomePsk(fromHex(vector.exporterSecret), pskId, suite);
      expect(toHex(psk)).toBe(vector.psk);
      const kem = kemDrawing(vector.randomness);
      const doorSeed = asKey<KemSeed>(fromHex(vector.doorSeed));
      const doorKey = await kem.publicKey(doorSeed);
      expect(toHex(doorKey)).toBe(vector.doorKey);
      expect(await doorKeyHashFor(doorSeed)).toBe(vector.doorKeyHash);
      const ref = fromHex(vector.ref);
      const door = await sealPsk(kem, { doorKey, ref, pskId, psk });
      expect([toHex(door.ciphertext), toHex(door.sealedPsk)]).toEqual([vector.ciphertext, vector.sealedPsk]);
      expect(await openPsk(kem, door, { doorSeed, ref, pskId })).toEqual(psk);
    }
  });

  it('agree on the key for external joins, and on the PSK that comes of it', async () => {
    for (const vector of vectors.external) {
      await expectNamed('external', vector);
      const exporterSecret = fromHex(vector.exporterSecret);
      expect(toHex(await externalDoorSeed(exporterSecret, suite))).toBe(vector.seed);
      const deps = { kem: async () => kemDrawing(vector.randomness) };
      const extension = await externalDoorKey(deps, exporterSecret, suite);
      expect(toHex(Uint8Array.from(extension.extensionData))).toBe(vector.key);
      const entered = await enterExternalDoor(deps, { extensions: [extension] });
      expect([toHex(entered.ciphertext), toHex(entered.sharedSecret)]).toEqual([vector.ciphertext, vector.psk]);
      const opened = await openExternalDoor(deps, exporterSecret, entered.ciphertext, suite);
      expect(toHex(opened)).toBe(vector.psk);
    }
  });
});
