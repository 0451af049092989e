import { webcrypto } from 'node:crypto';
import {
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  createPreKey,
  selectCurves,
  selectKem,
  sha256,
  signAuthProof,
  type Curves,
  type Kem,
  type Rng,
} from '@seal-chat/crypto';
import {
  TRANSPORT,
  fromBase64,
  newId,
  toBase64,
  type DeviceId,
  type PreKeyKind,
  type PublicPreKey,
  type UserId,
} from '@seal-chat/protocol';
import type { ChallengeAnswer, SessionAnswer } from '@seal-chat/protocol/api';

/** A registered, signed-in device; its account has no other. */
export interface Person {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly accessToken: string;
}

/** Where people register. */
export interface Site {
  readonly url: string;
  readonly appKey: string;
}

/** A person with the keys that sign further things. */
export interface Registered extends Person {
  readonly tenantId: ChallengeAnswer['tenantId'];
  readonly signKeys: Parameters<typeof createPreKey>[0]['signKeys'];
}

const rng: Rng = (length) => webcrypto.getRandomValues(new Uint8Array(length));

/** Publishable key of the demo tenant. */
export const DEMO_APP_KEY = 'pk_demo_seal';

/** One tRPC mutation over HTTP. @throws Error with the server's code */
async function mutate<Answer>(site: Site, path: string, input: unknown, accessToken?: string): Promise<Answer> {
  const response = await fetch(`${site.url}${TRANSPORT.path}/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [TRANSPORT.appKeyHeader]: site.appKey,
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as { result?: { data: Answer }; error?: { message: string } };
  if (answer.result === undefined) throw new Error(`${path}: ${JSON.stringify(answer.error ?? answer)}`);
  return answer.result.data;
}

/** What making keys takes. */
export interface Cryptography {
  readonly curves: Curves;
  readonly kem: Kem;
  readonly rng: Rng;
}

/** The same choice of implementations a client makes. */
export async function loadCryptography(): Promise<Cryptography> {
  const { subtle } = webcrypto;
  return { curves: await selectCurves(subtle), kem: await selectKem(subtle, rng), rng };
}

/** Opens an account with one device through the public procedures, as a client does. */
export async function register(site: Site, tools: Cryptography, username: string): Promise<Registered> {
  const { curves } = tools;
  const { tenantId, challengeId, nonce } = await mutate<ChallengeAnswer>(site, 'auth.challenge', {});
  const owner = { tenantId, userId: newId<UserId>(rng(16)), username };
  const { account } = await createAccountKeys({ ...tools, ...owner });
  const device = await createDeviceKeys(tools);
  const named = { keys: device, name: 'bench' };
  const { signed } = await createDeviceList({ ...tools, account, device: named, now: Date.now() });
  const { userId } = account;
  const { deviceId } = device;
  const signature = await signAuthProof(curves, device, {
    purpose: 'register',
    tenantId,
    challengeId,
    nonce: fromBase64(nonce)!,
    userId,
    deviceId,
    deviceListHash: sha256(signed.bytes),
  });
  const { accessToken } = await mutate<SessionAnswer>(site, 'auth.register', {
    challengeId,
    userId,
    deviceId,
    signature: toBase64(signature),
    username,
    deviceList: toBase64(signed.bytes),
    deviceListSignature: toBase64(signed.signature),
    vault: null,
  });
  return { userId, deviceId, accessToken, tenantId, signKeys: device.sign };
}

/** Publishes one prekey of each kind: what a device has to offer before others can write to it. */
export async function publishPreKeys(site: Site, tools: Cryptography, person: Registered): Promise<void> {
  const { tenantId, userId, deviceId, signKeys, accessToken } = person;
  const owner = { tenantId, userId, deviceId };
  const make = async (kind: PreKeyKind) => {
    const made = await createPreKey({ ...tools, owner, signKeys, kind, keyId: 1, now: Date.now() });
    return toWire(made.publicPreKey);
  };
  const input = {
    signedPreKey: await make('signed'),
    lastResortKemPreKey: await make('kemLastResort'),
    oneTimePreKeys: [await make('oneTime')],
    oneTimeKemPreKeys: [await make('kemOneTime')],
  };
  await mutate(site, 'preKeys.publish', input, accessToken);
}

function toWire({ keyId, publicKey, signature }: PublicPreKey) {
  return { keyId, publicKey: toBase64(publicKey), signature: toBase64(signature) };
}
