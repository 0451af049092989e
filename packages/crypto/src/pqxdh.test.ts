import {
  KEM_KEY_LENGTH,
  fromHex,
  type Bytes,
  type PreKeyBundle,
  type PreKeyKind,
  asKey,
  toHex,
  type DhPublicKey,
  type KemPublicKey,
} from '@seal-chat/protocol';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { TENANT, curves } from '../test/accounts.ts';
import { addPreKey, claimBundle, parties, testDevice, type TestDevice } from '../test/devices.ts';
import { SMALL_ORDER, withTorsion } from '../test/montgomery.ts';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import { rememberSecrets } from '../test/secrets.ts';
import { accept, initiate, type AcceptPreKeys } from './pqxdh.ts';
import { preKeySignatureInput } from './prekey-signature.ts';
import type { PrivatePreKey } from './prekeys.ts';
import type { KemSeed } from './keys.ts';

let alice: TestDevice;
let bob: TestDevice;
let eve: TestDevice;
let full: PreKeyBundle;

beforeAll(async () => {
  [alice, bob, eve] = [await testDevice('alice'), await testDevice('bob'), await testDevice('eve')];
  await addPreKey(bob, 'oneTime');
  await addPreKey(bob, 'kemOneTime');
  full = claimBundle(bob);
});

const start = (bundle: PreKeyBundle, use = curves) =>
  initiate({ curves: use, kem: alice.kem, rng: alice.rng, parties: parties(alice, bob), bundle, pqRatchet: true });

/** Bob's prekey of that kind, with keys of the sort the caller asks for. */
const privatePreKey = <Pair>(kind: PreKeyKind): PrivatePreKey & Pair =>
  [...bob.privatePreKeys.values()].find((preKey) => preKey.kind === kind) as PrivatePreKey & Pair;
const fullPreKeys = (): AcceptPreKeys => ({
  signed: privatePreKey('signed'),
  oneTime: privatePreKey('oneTime'),
  kem: privatePreKey('kemOneTime'),
});
const answer = (
  header: Awaited<ReturnType<typeof start>>['header'],
  change: Partial<Parameters<typeof accept>[0]> = {},
) =>
  accept({
    curves,
    kem: bob.kem,
    parties: parties(bob, alice),
    header,
    preKeys: fullPreKeys(),
    pqRatchet: true,
    ...change,
  });

/** A bundle with one public key replaced and signed by Bob, as a malicious Bob could publish it. */
async function withSignedKey(kind: PreKeyKind, publicKey: Bytes): Promise<PreKeyBundle> {
  const owner = { tenantId: TENANT, userId: bob.own.userId, deviceId: bob.own.deviceId };
  const input = preKeySignatureInput(owner, kind, { keyId: 9, publicKey });
  const preKey = { keyId: 9, publicKey, signature: await curves.sign(bob.signKeys, input) };
  if (kind === 'signed') return { ...full, signedPreKey: preKey };
  if (kind === 'oneTime') return { ...full, oneTimePreKey: preKey };
  return { ...full, kemPreKey: { ...preKey, kind: 'kemOneTime' } };
}

const ZERO = new Uint8Array(32);
const ORDER_8 = fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800');
const NON_CANONICAL = fromHex('f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');

describe('PQXDH', () => {
  it('gives both sides the same secret and data, with a one-time prekey and without', async () => {
    const { header, ratchet: _, ...alices } = await start(full);
    expect(header).toMatchObject({
      registrationId: 77,
      oneTimePreKeyId: full.oneTimePreKey!.keyId,
      kemIsLastResort: 0,
    });
    expect(await answer(header)).toEqual(alices);

    const lean = claimBundle(bob);
    const { header: leanHeader, ratchet: __, ...leanAlices } = await start(lean);
    expect(leanHeader).toMatchObject({ oneTimePreKeyId: null, kemIsLastResort: 1 });
    const preKeys: AcceptPreKeys = {
      signed: privatePreKey('signed'),
      oneTime: null,
      kem: privatePreKey('kemLastResort'),
    };
    expect(await answer(leanHeader, { preKeys })).toEqual(leanAlices);
  });

  it('binds whether the session has the post-quantum ratchet, and has a secret for it only then', async () => {
    const { header, ratchet: _, ...alices } = await start(full);
    const without = await answer(header, { pqRatchet: false });
    expect(without.pqSecret).toBeNull();
    expect(without.associatedData).not.toEqual(alices.associatedData);
    expect(alices.pqSecret).not.toEqual(alices.sharedSecret);
  });

  it('makes a new secret every time', async () => {
    const [one, two] = [await start(full), await start(full)];
    expect(one.sharedSecret).not.toEqual(two.sharedSecret);
    expect(one.header.ephemeralKey).not.toEqual(two.header.ephemeralKey);
    expect(one.header.kemCiphertext).not.toEqual(two.header.kemCiphertext);
  });

  it('depends on every key and on who is who', async () => {
    const { header, sharedSecret, associatedData } = await start(full);
    const preKeys = fullPreKeys();
    const fresh = { ...preKeys.signed, ...(await curves.newDhKeyPair(bob.rng)) };
    const kemSeed = { ...preKeys.kem, privateKey: asKey<KemSeed>(bob.rng(64)) };
    const { peer, own, tenantId } = parties(bob, alice);
    const otherDh = (await curves.newDhKeyPair(bob.rng)).publicKey;
    const withoutSecret = { ...header, kemCiphertext: header.kemCiphertext.map((byte) => byte ^ 1) };
    const changes: Record<string, Partial<Parameters<typeof accept>[0]>> = {
      'DH1 and DH3': { preKeys: { ...preKeys, signed: fresh } },
      DH4: { preKeys: { ...preKeys, oneTime: fresh } },
      'no DH4': { preKeys: { ...preKeys, oneTime: null } },
      'keys swapped': { preKeys: { ...preKeys, signed: preKeys.oneTime!, oneTime: preKeys.signed } },
      SS: { preKeys: { ...preKeys, kem: kemSeed } },
      ciphertext: { header: withoutSecret },
      IKa: { parties: { tenantId, own, peer: { ...peer, dhKey: otherDh } } },
      IKb: { parties: { tenantId, own: { ...own, dhKeys: await curves.newDhKeyPair(bob.rng) }, peer } },
      'roles swapped': { parties: parties(alice, bob) },
    };
    for (const [name, change] of Object.entries(changes))
      expect((await answer(header, change)).sharedSecret, name).not.toEqual(sharedSecret);

    const strangers = parties(bob, eve);
    const bindings: Record<string, Partial<Parameters<typeof accept>[0]>> = {
      tenant: { parties: { tenantId: strangers.peer.userId as never, own, peer } },
      'own user': { parties: { tenantId, own: { ...own, userId: eve.own.userId }, peer } },
      'own device': { parties: { tenantId, own: { ...own, deviceId: eve.own.deviceId }, peer } },
      'peer user': { parties: { tenantId, own, peer: { ...peer, userId: eve.own.userId } } },
      'peer device': { parties: { tenantId, own, peer: { ...peer, deviceId: eve.own.deviceId } } },
      'KEM key': {
        preKeys: {
          ...preKeys,
          kem: { ...preKeys.kem, publicKey: asKey<KemPublicKey>(new Uint8Array(KEM_KEY_LENGTH)) },
        },
      },
    };
    for (const [name, change] of Object.entries(bindings)) {
      const bobs = await answer(header, change);
      expect(bobs.sharedSecret, name).toEqual(sharedSecret);
      expect(bobs.associatedData, name).not.toEqual(associatedData);
    }
  });

  it.each<[string, (bundle: PreKeyBundle) => PreKeyBundle, string]>([
    ['signed prekey forged', (b) => ({ ...b, signedPreKey: altered(b.signedPreKey) }), 'BAD_SIGNATURE'],
    ['one-time prekey forged', (b) => ({ ...b, oneTimePreKey: altered(b.oneTimePreKey!) }), 'BAD_SIGNATURE'],
    ['KEM prekey forged', (b) => ({ ...b, kemPreKey: altered(b.kemPreKey) }), 'BAD_SIGNATURE'],
    ['signed prekey renamed', (b) => ({ ...b, signedPreKey: { ...b.signedPreKey, keyId: 1 } }), 'BAD_SIGNATURE'],
    ['KEM prekey renamed', (b) => ({ ...b, kemPreKey: { ...b.kemPreKey, keyId: 1 } }), 'BAD_SIGNATURE'],
    ['one-time as signed', (b) => ({ ...b, signedPreKey: b.oneTimePreKey! }), 'BAD_SIGNATURE'],
    ['signed as one-time', (b) => ({ ...b, oneTimePreKey: b.signedPreKey }), 'BAD_SIGNATURE'],
    [
      'one-time KEM as last resort',
      (b) => ({ ...b, kemPreKey: { ...b.kemPreKey, kind: 'kemLastResort' } }),
      'BAD_SIGNATURE',
    ],
    ['curve key as KEM key', (b) => ({ ...b, kemPreKey: { ...b.signedPreKey, kind: 'kemOneTime' } }), 'MALFORMED'],
    ['KEM key as curve key', (b) => ({ ...b, signedPreKey: b.kemPreKey }), 'MALFORMED'],
    ['another device', (b) => ({ ...b, deviceId: eve.own.deviceId }), 'UNVERIFIED_DEVICE'],
    ['another registration', (b) => ({ ...b, registrationId: 78 }), 'UNVERIFIED_DEVICE'],
  ])('refuses a bundle with %s, before any secret is used', async (_, change, code) => {
    const rawDh = vi.fn<typeof curves.rawDh>(curves.rawDh);
    const encapsulate = vi.spyOn(alice.kem, 'encapsulate');
    expect(await codeOf(() => start(change(full), { ...curves, rawDh }))).toBe(code);
    expect(rawDh).not.toHaveBeenCalled();
    expect(encapsulate).not.toHaveBeenCalled();
    encapsulate.mockRestore();
  });

  it("refuses another device's bundle under this device's name", async () => {
    const swapped = { ...claimBundle(eve), deviceId: bob.own.deviceId };
    expect(await codeOf(() => start(swapped))).toBe('BAD_SIGNATURE');
  });

  it.each([
    ['zero', ZERO],
    ['of order 8', ORDER_8],
    ['not canonical', NON_CANONICAL],
  ])('refuses keys that are %s at every DH, although they are signed', async (_, bytes) => {
    const key = asKey<DhPublicKey>(bytes);
    expect(await codeOf(async () => start(await withSignedKey('signed', key)))).toBe('LOW_ORDER_KEY');
    expect(await codeOf(async () => start(await withSignedKey('oneTime', key)))).toBe('LOW_ORDER_KEY');
    const to = parties(alice, bob);
    const lowIdentity = { ...to, peer: { ...to.peer, dhKey: key } };
    const { rng, kem } = alice;
    expect(
      await codeOf(() => initiate({ curves, kem, rng, parties: lowIdentity, bundle: full, pqRatchet: true })),
    ).toBe('LOW_ORDER_KEY');

    const { header } = await start(full);
    expect(await codeOf(() => answer({ ...header, ephemeralKey: key }))).toBe('LOW_ORDER_KEY');
    const from = parties(bob, alice);
    const lowPeer = { ...from, peer: { ...from.peer, dhKey: key } };
    expect(await codeOf(() => answer(header, { parties: lowPeer }))).toBe('LOW_ORDER_KEY');
  });

  it('refuses a base key with a part of small order, although every secret would be the same', async () => {
    const { header, sharedSecret } = await start(full);
    expect((await answer(header)).sharedSecret).toEqual(sharedSecret);
    for (const small of SMALL_ORDER) {
      const ephemeralKey = asKey<DhPublicKey>(withTorsion(header.ephemeralKey, small));
      expect(await curves.rawDh(bob.own.dhKeys, ephemeralKey)).toEqual(
        await curves.rawDh(bob.own.dhKeys, header.ephemeralKey),
      );
      expect(await codeOf(() => answer({ ...header, ephemeralKey }))).toBe('LOW_ORDER_KEY');
    }
  });

  it('refuses a KEM key with a coefficient out of range, although it is signed', async () => {
    const overflow = new Uint8Array(KEM_KEY_LENGTH).fill(0xff);
    expect(await codeOf(async () => start(await withSignedKey('kemOneTime', overflow)))).toBe('MALFORMED');
  });

  it('overwrites the ephemeral key and every input of the secret', async () => {
    const { curves: spying, seen } = rememberSecrets(curves);
    const { header, ratchet } = await start(full, spying);
    expect(seen).toHaveLength(2 + 5);
    await answer(header, { curves: spying });
    expect(seen).toHaveLength(2 + 5 + 1 + 4);
    // The check of the base key gives that key, which is public.
    const kept = [ratchet.ownKeys.privateKey, ratchet.dhOutput, header.ephemeralKey].map(toHex);
    expect(seen.filter((secret) => secret.some((byte) => byte !== 0) && !kept.includes(toHex(secret)))).toEqual([]);
  });

  it('draws everything random from what it was handed', async () => {
    const { rng } = alice;
    const used: number[] = [];
    const counting = (length: number) => (used.push(length), seededRng('x')(length));
    const seeded = { ...curves, newDhKeyPair: (from: typeof rng) => curves.dhKeyPair(asKey(from(32))) };
    const given = { curves: seeded, kem: alice.kem, rng: counting, parties: parties(alice, bob), bundle: full };
    const params = { ...given, pqRatchet: true };
    const [one, two] = [await initiate(params), await initiate(params)];
    expect(used).toEqual([32, 32, 32, 32]);
    expect(one.header.ephemeralKey).toEqual(two.header.ephemeralKey);
  });
});

function altered<T extends { readonly publicKey: Bytes }>(preKey: T): T {
  return { ...preKey, publicKey: preKey.publicKey.map((byte, i) => (i === 7 ? byte ^ 1 : byte)) };
}
