import { describe, expect, it } from 'vitest';
import { newId, type ChallengeId, type PreKeyKind } from '@seal-chat/protocol';
import { curves, testAccount } from '../test/accounts.ts';
import { reachedFrom } from '../test/reached.ts';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import { authProofInput, verifyAuthProof, type AuthProof } from './auth-proof.ts';
import { signAuthProof } from './sign-auth-proof.ts';
import { preKeyLength, preKeySignatureInput, verifyPreKeySignature } from './prekey-signature.ts';

async function proofs() {
  const alice = await testAccount('alice');
  const bob = await testAccount('bob');
  const rng = seededRng('challenge');
  const proof: AuthProof = {
    purpose: 'register',
    tenantId: alice.account.tenantId,
    challengeId: newId<ChallengeId>(rng(16)),
    nonce: rng(32),
    userId: alice.account.userId,
    deviceId: alice.device.deviceId,
    deviceListHash: alice.state.hash,
  };
  return { alice, bob, rng, proof };
}

describe('a sign-in proof', () => {
  it('verifies under the key of its device, for each purpose', async () => {
    const { alice, proof } = await proofs();
    const signKey = alice.device.sign.publicKey;
    for (const each of [proof, { ...proof, purpose: 'join' }, { ...proof, purpose: 'signIn', deviceListHash: null }]) {
      const answer = each as AuthProof;
      const signature = await signAuthProof(curves, alice.device, answer);
      await expect(verifyAuthProof({ curves, proof: answer, signKey, signature })).resolves.toBeUndefined();
    }
  });

  it('holds for nothing else than what was signed', async () => {
    const { alice, bob, rng, proof } = await proofs();
    const signKey = alice.device.sign.publicKey;
    const signature = await signAuthProof(curves, alice.device, proof);
    const others: AuthProof[] = [
      { ...proof, purpose: 'join' },
      { ...proof, purpose: 'signIn', deviceListHash: null },
      { ...proof, tenantId: newId(rng(16)) },
      { ...proof, challengeId: newId(rng(16)) },
      { ...proof, nonce: rng(32) },
      { ...proof, userId: bob.account.userId },
      { ...proof, deviceId: bob.device.deviceId },
      { ...proof, deviceListHash: bob.state.hash },
    ];
    for (const other of others) {
      expect(await codeOf(() => verifyAuthProof({ curves, proof: other, signKey, signature }))).toBe('BAD_SIGNATURE');
    }
    const wrongKey = bob.device.sign.publicKey;
    expect(await codeOf(() => verifyAuthProof({ curves, proof, signKey: wrongKey, signature }))).toBe('BAD_SIGNATURE');
    const short = signature.slice(1);
    expect(await codeOf(() => verifyAuthProof({ curves, proof, signKey, signature: short }))).toBe('BAD_SIGNATURE');
  });

  it('cannot leave out the list of a registration', async () => {
    const { proof } = await proofs();
    expect(() => authProofInput({ ...proof, deviceListHash: null })).toThrow(RangeError);
    expect(() => authProofInput({ ...proof, purpose: 'signIn' })).toThrow(RangeError);
  });
});

describe('a prekey signature', () => {
  it('holds for its owner, kind, id and key only', async () => {
    const { alice, bob, rng } = await proofs();
    const owner = { ...alice.account, deviceId: alice.device.deviceId };
    const kinds: PreKeyKind[] = ['signed', 'oneTime', 'kemOneTime', 'kemLastResort'];
    const signKey = alice.device.sign.publicKey;
    for (const kind of kinds) {
      const publicKey = rng(preKeyLength(kind));
      const signature = await curves.sign(
        alice.device.sign,
        preKeySignatureInput(owner, kind, { keyId: 7, publicKey }),
      );
      const preKey = { keyId: 7, publicKey, signature };
      const good = { curves, owner, kind, preKey, signKey };
      await verifyPreKeySignature(good);
      const others = [
        { ...good, owner: { ...owner, tenantId: newId(rng(16)) } },
        { ...good, owner: { ...owner, userId: bob.account.userId } },
        { ...good, owner: { ...owner, deviceId: bob.device.deviceId } },
        { ...good, preKey: { ...preKey, keyId: 8 } },
        { ...good, preKey: { ...preKey, publicKey: rng(publicKey.length) } },
        { ...good, signKey: bob.device.sign.publicKey },
        ...kinds
          .filter((other) => other !== kind && preKeyLength(other) === preKeyLength(kind))
          .map((other) => ({ ...good, kind: other })),
      ] as (typeof good)[];
      for (const other of others) expect(await codeOf(() => verifyPreKeySignature(other))).toBe('BAD_SIGNATURE');
      const short = { ...good, preKey: { ...preKey, publicKey: publicKey.slice(1) } };
      expect(await codeOf(() => verifyPreKeySignature(short))).toBe('MALFORMED');
    }
  });
});

describe('the entry for servers', () => {
  it('reaches nothing that encrypts, decrypts or signs for a user', () => {
    expect(reachedFrom('verify.ts')).toEqual([
      '@seal-chat/protocol',
      'auth-proof.ts',
      'certificate.ts',
      'curves/canonical.ts',
      'curves/engine-errors.ts',
      'curves/last-handle.ts',
      'curves/web-crypto-verify.ts',
      'device-list.ts',
      'dm-id.ts',
      'expect-length.ts',
      'join-consent.ts',
      'kdf.ts',
      'labels.ts',
      'prekey-signature.ts',
      'self-id.ts',
      'sha256.ts',
      'signed-input.ts',
      'unlock-proof.ts',
      'vault/verify-vault.ts',
      'verify.ts',
    ]);
  });
});
