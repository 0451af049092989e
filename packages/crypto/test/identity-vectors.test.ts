import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  contextFields,
  decode,
  encode,
  fromHex,
  keyMessageCodec,
  messageBodyCodec,
  readContext,
  toHex,
  type Bytes,
  type ChallengeId,
  type ConversationId,
  type DeviceId,
  type LinkId,
  type MessageContent,
  type MessageId,
  type PreKeyKind,
  type TenantId,
  type UserId,
  asKey,
} from '@seal-chat/protocol';
import { authProofInput, type AuthPurpose } from '../src/auth-proof.ts';
import { verifyDeviceListChain } from '../src/device-list.ts';
import { isUnlockProof, unlockProofInput, type UnlockProof } from '../src/unlock-proof.ts';
import { joinConsentInput } from '../src/join-consent.ts';
import { createDeviceList, newDeviceOf, type Account, type DeviceKeys } from '../src/identity.ts';
import { extendDeviceList, replaceAccountKey, signKeyFromSeed } from '../src/next-device-list.ts';
import { tweetnaclCurves } from '../src/curves/tweetnacl.ts';
import { nobleKem } from '../src/kem/noble.ts';
import { openDeviceLabels } from '../src/device-labels.ts';
import { signJoinConsent, signUnlockProof } from '../src/sign-consent.ts';
import { createRecoveryMethod } from '../src/vault/method.ts';
import { unlockKeyOf } from '../src/vault/unlock-key.ts';
import { createVault, openVault } from '../src/vault/vault.ts';
import { verifyVault } from '../src/vault/verify-vault.ts';
import { linkingCodeKeys } from '../src/linking/code.ts';
import { acceptLink, requestLink, revealLink } from '../src/linking/new-device.ts';
import { answerLink, checkLink, grantLink } from '../src/linking/old-device.ts';
import { dmId, keyShareId } from '../src/dm-id.ts';
import { padmeLength } from '../src/padding.ts';
import { preKeySignatureInput } from '../src/prekey-signature.ts';
import { createRecoveryCode, parseRecoveryCode } from '../src/recovery/code.ts';
import { openBody, sealBody } from '../src/sealed-body.ts';
import { signAuthProof } from '../src/sign-auth-proof.ts';
import { curves } from './accounts.ts';
import { runPython } from './python.ts';
import { scripted } from './rng.ts';

interface DeviceVector {
  deviceId: DeviceId;
  dhSeed: string;
  signSeed: string;
  registrationId: number;
}

interface IdentityVectors {
  deviceLists: {
    tenantId: TenantId;
    userId: UserId;
    username: string;
    identitySeed: string;
    accountSeeds: [string, string];
    archiveKeys: [string, string];
    certificates: [{ bytes: string; signature: string }, { bytes: string; signature: string }];
    names: [string, string];
    vaultHashes: [string, string];
    devices: { laptop: DeviceVector; phone: DeviceVector };
    issuedAt: number[];
    versions: { labelsNonce: string; bytes: string; hash: string; signature: string }[];
  };
  joinConsent: { input: string; signature: string };
  keyShareId: ConversationId;
  authProofs: {
    challengeId: ChallengeId;
    nonce: string;
    deviceListHash: string;
    proofs: { purpose: AuthPurpose; input: string; signature: string }[];
  };
  preKeySignatures: { kind: PreKeyKind; keyId: number; publicKey: string; input: string; signature: string }[];
  dmIds: { tenantId: TenantId; a: UserId; b: UserId; conversationId: ConversationId }[];
  padme: [number, number][];
  sealedBodies: {
    messageId: MessageId;
    conversationId: ConversationId;
    sentAt: number;
    counter: number;
    content: MessageContent;
    context: { kind: number; value: string }[];
    transcript: { seq: number; hash: string } | null;
    previousCounter: number;
    contentKey: string;
    nonce: string;
    plaintext: string;
    sealed: string;
    bodyHash: string;
    keyMessage: string;
  }[];
  vault: {
    secret: string;
    code: string;
    methodId: string;
    salt: string;
    createdAt: number;
    unlockSeed: string;
    unlockProofs: { purpose: UnlockProof['purpose']; input: string; signature: string }[];
    versions: {
      ephemeral: string;
      message: string;
      linkNonce: string;
      record: string;
      bytes: string;
      signature: string;
    }[];
  };
  linking: {
    code: string;
    linkId: LinkId;
    codeKey: string;
    newEphemeralSeed: string;
    oldEphemeralSeed: string;
    opening: string;
    deviceName: string;
    username: string;
    deviceListVersion: number;
    deviceListHash: string;
    steps: { nonce: string; payload: string }[];
    sas: string;
  };
}

const text = readFileSync(new URL('../vectors/identity.vectors.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text) as IdentityVectors;
const { deviceLists, authProofs, vault, linking } = vectors;
const owner = { tenantId: deviceLists.tenantId, userId: deviceLists.userId };

/** Alice under her account key of that certificate number. */
async function account(number: 1 | 2): Promise<Account> {
  const { username, accountSeeds, archiveKeys, certificates } = deviceLists;
  const { bytes, signature } = certificates[number - 1]!;
  return {
    ...owner,
    username,
    certificate: { bytes: fromHex(bytes), signature: fromHex(signature) },
    key: await signKeyFromSeed(curves, asKey(fromHex(accountSeeds[number - 1]!))),
    archive: { epoch: number, key: asKey(fromHex(archiveKeys[number - 1]!)) },
  };
}

const identity = () => signKeyFromSeed(curves, asKey(fromHex(deviceLists.identitySeed)));

async function secretsOf(number: 1 | 2) {
  const { key, archive } = await account(number);
  return { accountSeed: key.privateKey, archive };
}

async function device({ deviceId, dhSeed, signSeed, registrationId }: DeviceVector): Promise<DeviceKeys> {
  const dh = await curves.dhKeyPair(asKey(fromHex(dhSeed)));
  return { deviceId, dh, sign: await curves.signKeyPair(asKey(fromHex(signSeed))), registrationId };
}

describe('the Python implementation', () => {
  it('still makes the same vectors', () => {
    expect(runPython('identity_vectors.py') === text).toBe(true);
  });

  it('agrees on device lists', async () => {
    const [before, after] = [await account(1), await account(2)];
    const [laptop, phone] = [await device(deviceLists.devices.laptop), await device(deviceLists.devices.phone)];
    const [first, second, third] = deviceLists.issuedAt as [number, number, number];
    const [name, otherName] = deviceLists.names;
    const nonces = deviceLists.versions.map(({ labelsNonce }) => labelsNonce);
    const rng = scripted(...nonces);
    const device1 = { keys: laptop, name };
    const [firstVault, nextVault] = deviceLists.vaultHashes.map((hash, i) => ({ version: i + 1, hash: fromHex(hash) }));
    const one = await createDeviceList({
      curves,
      rng,
      account: before,
      device: device1,
      vault: firstVault!,
      now: first,
    });
    const add = [{ keys: phone, name: otherName }];
    const author = phone.deviceId;
    const two = await extendDeviceList({ curves, rng, account: before, previous: one, author, add, now: second });
    const three = await extendDeviceList({
      curves,
      rng,
      account: after,
      previous: two,
      author,
      remove: [laptop.deviceId],
      vault: nextVault!,
      previousArchive: before.archive,
      now: third,
    });
    const made = [one, two, three].map(({ signed, hash }, i) => ({
      labelsNonce: nonces[i],
      bytes: toHex(signed.bytes),
      hash: toHex(hash),
      signature: toHex(signed.signature),
    }));
    expect(made).toEqual(deviceLists.versions);

    const chain = deviceLists.versions.map(({ bytes, signature }) => ({
      bytes: fromHex(bytes),
      signature: fromHex(signature),
    }));
    expect(await verifyDeviceListChain({ curves, expected: owner, known: null, chain })).toEqual(three);
    expect(openDeviceLabels(owner, after.archive, three.list)).toEqual([
      { deviceId: phone.deviceId, addedAt: second, name: otherName },
    ]);
  });

  it('agrees on certificates', async () => {
    const [, second] = deviceLists.certificates;
    const chain = deviceLists.versions.map(({ bytes, signature }) => ({
      bytes: fromHex(bytes),
      signature: fromHex(signature),
    }));
    const previous = await verifyDeviceListChain({ curves, expected: owner, known: null, chain: chain.slice(0, 2) });
    const rng = scripted(deviceLists.accountSeeds[1], deviceLists.archiveKeys[1]);
    const next = await replaceAccountKey({ curves: tweetnaclCurves, rng, identity: await identity(), previous });
    expect(toHex(next.certificate.bytes)).toBe(second.bytes);
    expect(toHex(next.certificate.signature)).toBe(second.signature);
    expect(next.archive).toEqual((await account(2)).archive);
  });

  it("agrees on a device's consent and on where account keys are shared", async () => {
    const [laptop, phone] = [await device(deviceLists.devices.laptop), await device(deviceLists.devices.phone)];
    const consent = { ...owner, device: newDeviceOf(phone) };
    expect(toHex(joinConsentInput({ ...consent, byDeviceId: laptop.deviceId }))).toBe(vectors.joinConsent.input);
    expect(toHex(await signJoinConsent(curves, laptop, consent))).toBe(vectors.joinConsent.signature);
    expect(keyShareId(owner.tenantId, owner.userId)).toBe(vectors.keyShareId);
  });

  it('agrees on what a device signs to sign in', async () => {
    const phone = await device(deviceLists.devices.phone);
    for (const { purpose, input, signature } of authProofs.proofs) {
      const proof = {
        ...owner,
        purpose,
        challengeId: authProofs.challengeId,
        nonce: fromHex(authProofs.nonce),
        deviceId: phone.deviceId,
        deviceListHash: purpose === 'signIn' ? null : fromHex(authProofs.deviceListHash),
      };
      expect(toHex(authProofInput(proof))).toBe(input);
      expect(toHex(await signAuthProof(curves, phone, proof))).toBe(signature);
    }
  });

  it('agrees on what a device signs for a prekey', async () => {
    const phone = await device(deviceLists.devices.phone);
    for (const { kind, keyId, publicKey, input, signature } of vectors.preKeySignatures) {
      const preKeyOwner = { ...owner, deviceId: phone.deviceId };
      const message = preKeySignatureInput(preKeyOwner, kind, { keyId, publicKey: fromHex(publicKey) });
      expect(toHex(message)).toBe(input);
      expect(toHex(await curves.sign(phone.sign, message))).toBe(signature);
    }
  });

  it('agrees on the ids of DMs, which are the same for both people', () => {
    for (const { tenantId, a, b, conversationId } of vectors.dmIds) expect(dmId(tenantId, a, b)).toBe(conversationId);
    const { tenantId, a } = vectors.dmIds[0]!;
    expect(() => dmId(tenantId, a, a)).toThrow(RangeError);
  });

  it('agrees on padded lengths', () => {
    for (const [length, padded] of vectors.padme) expect(padmeLength(length)).toBe(padded);
  });

  it('agrees on sealed bodies', () => {
    for (const vector of vectors.sealedBodies) {
      const { messageId, conversationId, sentAt, counter, content, transcript, previousCounter } = vector;
      const context = vector.context.map(({ kind, value }) => ({ kind, value: fromHex(value) }));
      const body = { messageId, conversationId, sentAt, counter, content, context };
      const said = {
        transcript: transcript && { seq: transcript.seq, hash: fromHex(transcript.hash) },
        previousCounter,
      };
      expect(readContext(context, counter)).toEqual(said);
      const known = context.filter(({ kind }) => [1, 3, 4].includes(kind));
      expect(contextFields(said, counter)).toEqual(known);
      expect(toHex(encode(messageBodyCodec, body))).toBe(vector.plaintext);
      const { sealed, keyMessage } = sealBody(body, scripted(vector.contentKey, vector.nonce));
      expect(toHex(sealed)).toBe(vector.sealed);
      expect(toHex(keyMessage.bodyHash)).toBe(vector.bodyHash);
      expect(toHex(encode(keyMessageCodec, keyMessage))).toBe(vector.keyMessage);
      const opened = openBody({
        sealed: fromHex(vector.sealed),
        keyMessage: decode(keyMessageCodec, fromHex(vector.keyMessage)),
        expected: { messageId, conversationId },
      });
      expect(opened).toEqual(body);
    }
  });

  it('agrees on a vault, its recovery code, and what stays open after the account key was replaced', async () => {
    const { code } = vault;
    expect(createRecoveryCode(scripted(vault.secret))).toBe(code);
    expect(toHex(parseRecoveryCode(code))).toBe(vault.secret);
    const alice = await identity();
    const unlockKey = await unlockKeyOf({ curves, code, tenantId: owner.tenantId });
    expect(toHex(unlockKey.privateKey)).toBe(vault.unlockSeed);

    const deps = (...values: string[]) => {
      const rng = scripted(...values);
      return { curves: tweetnaclCurves, kem: nobleKem(rng), rng };
    };
    const method = await createRecoveryMethod(deps(vault.methodId.replaceAll('-', ''), vault.salt), {
      owner,
      identityKey: alice.publicKey,
      code,
      now: vault.createdAt,
    });
    let previous = null;
    let previousArchive = null;
    for (const number of [1, 2] as const) {
      const { ephemeral, message, linkNonce, record, bytes, signature } = vault.versions[number - 1]!;
      const secrets = { identitySeed: alice.privateKey, account: await secretsOf(number) };
      const made = await createVault(deps(ephemeral, message, linkNonce), {
        owner,
        identity: alice,
        secrets,
        methods: [method],
        previous,
        previousArchive,
        now: 1_700_000_000_000 + number,
      });
      expect(made.records.map(toHex)).toEqual([record]);
      expect(toHex(made.signed.bytes)).toBe(bytes);
      expect(toHex(made.signed.signature)).toBe(signature);
      previous = await verifyVault(curves, made.signed);
      previousArchive = secrets.account.archive;
    }
    const { bytes, signature, record } = vault.versions[1]!;
    const signed = { bytes: fromHex(bytes), signature: fromHex(signature) };
    const opened = await openVault(deps(), { owner, code, signed, record: fromHex(record) });
    expect(opened.secrets).toEqual({ identitySeed: alice.privateKey, account: await secretsOf(2) });
    expect(opened.formerArchive).toEqual([(await account(1)).archive]);
  });

  it('agrees on what proves a recovery code', async () => {
    const unlockKey = await unlockKeyOf({ curves, code: vault.code, tenantId: owner.tenantId });
    for (const { purpose, input, signature } of vault.unlockProofs) {
      const proof = {
        tenantId: owner.tenantId,
        purpose,
        challengeId: authProofs.challengeId,
        nonce: fromHex(authProofs.nonce),
        deviceListHash: purpose === 'open' ? null : fromHex(authProofs.deviceListHash),
      };
      expect(toHex(unlockProofInput(proof))).toBe(input);
      expect(toHex(await signUnlockProof(curves, unlockKey, proof))).toBe(signature);
      const check = { curves, proof, unlockKey: unlockKey.publicKey, signature: fromHex(signature) };
      expect(await isUnlockProof(check)).toBe(true);
      expect(await isUnlockProof({ ...check, proof: { ...proof, nonce: new Uint8Array(32) } })).toBe(false);
    }
  });

  it('agrees on every step of a linking and its digits', async () => {
    const { code, deviceName, sas } = linking;
    const nonces = linking.steps.map(({ nonce }) => nonce) as [string, string, string, string];
    const payloads = linking.steps.map(({ payload }) => payload);
    expect(linkingCodeKeys(code)).toEqual({ linkId: linking.linkId, codeKey: fromHex(linking.codeKey) });

    const newRng = scripted(linking.newEphemeralSeed, linking.opening, nonces[0], nonces[2]);
    const oldRng = scripted(linking.oldEphemeralSeed, nonces[1], nonces[3]);
    const [laptop, phone] = [await device(deviceLists.devices.laptop), await device(deviceLists.devices.phone)];
    const one = await requestLink({ curves, rng: newRng, code, deviceName, device: newDeviceOf(phone) });
    const two = await answerLink({ curves, rng: oldRng, code, payload: one.payload });
    const three = await revealLink({ curves, rng: newRng, state: one.state, payload: two.payload });
    const check = await checkLink({ curves, state: two.state, payload: three.payload });
    const grant = {
      ...owner,
      username: linking.username,
      identityKey: (await identity()).publicKey,
      secrets: await secretsOf(1),
      deviceListVersion: linking.deviceListVersion,
      deviceListHash: fromHex(linking.deviceListHash),
      byDeviceId: laptop.deviceId,
      consent: await signJoinConsent(curves, laptop, { ...owner, device: newDeviceOf(phone) }),
    };
    const four: Bytes = grantLink({ state: check.state, grant, rng: oldRng });
    expect([one.payload, two.payload, three.payload, four].map(toHex)).toEqual(payloads);
    expect([three.sas, check.sas]).toEqual([sas, sas]);
    expect(acceptLink(three.state, four)).toEqual(grant);
  });
});
