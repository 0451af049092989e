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
import {
  accountKeyFromSeed,
  createDeviceList,
  extendDeviceList,
  type Account,
  type DeviceKeys,
} from '../src/identity.ts';
import { linkingCodeKeys } from '../src/linking/code.ts';
import { acceptLink, requestLink, revealLink } from '../src/linking/new-device.ts';
import { answerLink, checkLink, grantLink } from '../src/linking/old-device.ts';
import { dmId } from '../src/dm-id.ts';
import { padmeLength } from '../src/padding.ts';
import { preKeySignatureInput } from '../src/prekey-signature.ts';
import { createRecoveryCode, parseRecoveryCode } from '../src/recovery/code.ts';
import { wrapAccountSecrets } from '../src/recovery/wrap.ts';
import { openBody, sealBody } from '../src/sealed-body.ts';
import { signAuthProof } from '../src/sign-auth-proof.ts';
import { curves } from './accounts.ts';
import { runPython } from './python.ts';
import { scripted } from './rng.ts';
import type { SignSeed } from '../src/keys.ts';

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
    accountSeed: string;
    accountKey: string;
    devices: { laptop: DeviceVector; phone: DeviceVector };
    issuedAt: number[];
    versions: { bytes: string; hash: string; signature: string }[];
  };
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
  recovery: {
    secret: string;
    code: string;
    salt: string;
    nonce: string;
    extraKeys: { kind: number; key: string }[];
    blob: string;
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
const { deviceLists, authProofs, recovery, linking } = vectors;
const owner = { tenantId: deviceLists.tenantId, userId: deviceLists.userId };

async function account(): Promise<Account> {
  return { ...owner, key: await accountKeyFromSeed(curves, asKey(fromHex(deviceLists.accountSeed))) };
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
    const alice = await account();
    expect(toHex(alice.key.publicKey)).toBe(deviceLists.accountKey);
    const [laptop, phone] = [await device(deviceLists.devices.laptop), await device(deviceLists.devices.phone)];
    const [first, second, third] = deviceLists.issuedAt as [number, number, number];
    const one = await createDeviceList({ curves, account: alice, device: laptop, now: first });
    const two = await extendDeviceList({ curves, account: alice, previous: one, add: [phone], now: second });
    const remove = [laptop.deviceId];
    const three = await extendDeviceList({ curves, account: alice, previous: two, remove, now: third });
    const made = [one, two, three].map(({ signed, hash }) => ({
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

  it('agrees on recovery', async () => {
    expect(createRecoveryCode(scripted(recovery.secret))).toBe(recovery.code);
    expect(toHex(parseRecoveryCode(recovery.code))).toBe(recovery.secret);
    const extraKeys = recovery.extraKeys.map(({ kind, key }) => ({ kind, key: fromHex(key) }));
    const secrets = { accountSeed: asKey<SignSeed>(fromHex(deviceLists.accountSeed)), extraKeys };
    const { code } = recovery;
    const blob = await wrapAccountSecrets({ code, owner, secrets, rng: scripted(recovery.salt, recovery.nonce) });
    expect(toHex(blob)).toBe(recovery.blob);
  });

  it('agrees on every step of a linking and its digits', async () => {
    const { code, deviceName, sas } = linking;
    const nonces = linking.steps.map(({ nonce }) => nonce) as [string, string, string, string];
    const payloads = linking.steps.map(({ payload }) => payload);
    expect(linkingCodeKeys(code)).toEqual({ linkId: linking.linkId, codeKey: fromHex(linking.codeKey) });

    const newRng = scripted(linking.newEphemeralSeed, linking.opening, nonces[0], nonces[2]);
    const oldRng = scripted(linking.oldEphemeralSeed, nonces[1], nonces[3]);
    const one = await requestLink({ curves, rng: newRng, code, deviceName });
    const two = await answerLink({ curves, rng: oldRng, code, payload: one.payload });
    const three = await revealLink({ curves, rng: newRng, state: one.state, payload: two.payload });
    const check = await checkLink({ curves, state: two.state, payload: three.payload });
    const grant = {
      ...owner,
      username: linking.username,
      secrets: { accountSeed: asKey<SignSeed>(fromHex(deviceLists.accountSeed)), extraKeys: [] },
      deviceListVersion: linking.deviceListVersion,
      deviceListHash: fromHex(linking.deviceListHash),
    };
    const four: Bytes = grantLink({ state: check.state, grant, rng: oldRng });
    expect([one.payload, two.payload, three.payload, four].map(toHex)).toEqual(payloads);
    expect([three.sas, check.sas]).toEqual([sas, sas]);
    expect(acceptLink(three.state, four)).toEqual(grant);
  });
});
