import { readFileSync } from 'node:fs';
import {
  RATCHET_LIMITS,
  decodeEnvelope,
  encodeEnvelopeHeader,
  fromHex,
  toHex,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type PreKeyBundle,
  type PreKeyKind,
  type PublicPreKey,
  type TenantId,
  type UserId,
  asKey,
  type DhPublicKey,
} from '@seal-chat/protocol';
import { describe, expect, it } from 'vitest';
import type { Curves } from '../src/curves/curves.ts';
import { tweetnaclCurves } from '../src/curves/tweetnacl.ts';
import { nobleKem } from '../src/kem/noble.ts';
import { accept, initiate, type AcceptPreKeys } from '../src/pqxdh.ts';
import { createPreKey } from '../src/create-prekey.ts';
import type { PrivatePreKey } from '../src/prekeys.ts';
import { decryptEnvelope, neededPreKeys } from '../src/session/decrypt-envelope.ts';
import { encryptEnvelope } from '../src/session/encrypt-envelope.ts';
import { initiateSession } from '../src/session/initiate-session.ts';
import { offerEpoch } from '../src/session/offer-epoch.ts';
import type { OwnDevice, Parties, PeerDevice } from '../src/session/parties.ts';
import type { SessionRecord } from '../src/session/session.ts';
import { curves as native } from './accounts.ts';
import { runPython } from './python.ts';
import { scripted } from './rng.ts';
import type { SignKeyPair } from '../src/keys.ts';

interface DeviceVector {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly dhSeed: string;
  readonly signSeed: string;
}

interface PreKeyVector {
  readonly kind: PreKeyKind;
  readonly keyId: number;
  readonly seed: string;
  readonly publicKey: string;
  readonly signature: string;
}

interface SendStep {
  readonly who: 'alice' | 'bob';
  readonly sends: string;
  readonly listVersions: [number, number];
  readonly nonce: string;
  readonly plaintext: string;
  readonly header: string;
  readonly commitment: string;
  readonly envelope: string;
}

interface ReceiveStep {
  readonly who: 'alice' | 'bob';
  readonly receives: string;
  /** Of the ratchet key made on receiving; null when the message was of a known chain. */
  readonly ratchetSeed: string | null;
  /** Of the ciphertext made on receiving an offer; null when none was made. */
  readonly kemRandomness: string | null;
}

/** A new epoch's key is made: the next messages carry it. */
interface OfferStep {
  readonly who: 'alice' | 'bob';
  /** d || z of the key. */
  readonly offers: string;
}

interface Conversation {
  readonly name: string;
  readonly pqRatchet: boolean;
  readonly preKeys: readonly PreKeyVector[];
  readonly agreement: {
    readonly ephemeralSeed: string;
    readonly ratchetSeed: string;
    readonly kemRandomness: string;
    readonly sharedSecret: string;
    readonly pqSecret: string | null;
    readonly associatedData: string;
    readonly header: string;
  };
  readonly steps: readonly (SendStep | ReceiveStep | OfferStep)[];
  readonly lastResortUse: string | null;
}

interface SessionVectors {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly alice: DeviceVector;
  readonly bob: DeviceVector;
  readonly conversations: readonly Conversation[];
}

const text = readFileSync(new URL('../vectors/session.vectors.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text) as SessionVectors;
const { tenantId, conversationId } = vectors;
const NOW = 1_700_000_000_000;

/** WebCrypto makes its own new keys; a vector says which. */
const curves: Curves = { ...native, newDhKeyPair: (rng) => native.dhKeyPair(asKey(rng(32))) };

interface TestEnd {
  readonly own: OwnDevice;
  readonly signKeys: SignKeyPair;
  readonly asPeer: PeerDevice;
}

async function end(device: DeviceVector, pqRatchet: boolean): Promise<TestEnd> {
  const { userId, deviceId, registrationId, dhSeed, signSeed } = device;
  const dhKeys = await curves.dhKeyPair(asKey(fromHex(dhSeed)));
  const signKeys = await curves.signKeyPair(asKey(fromHex(signSeed)));
  const own = { userId, deviceId, registrationId, dhKeys };
  return { own, signKeys, asPeer: { ...own, dhKey: dhKeys.publicKey, signKey: signKeys.publicKey, pqRatchet } };
}

const toPublic = ({ keyId, publicKey, signature }: PreKeyVector): PublicPreKey => ({
  keyId,
  publicKey: fromHex(publicKey),
  signature: fromHex(signature),
});
const toPrivate = ({ kind, keyId, publicKey, seed }: PreKeyVector): PrivatePreKey => ({
  kind,
  keyId,
  createdAt: NOW,
  publicKey: fromHex(publicKey),
  privateKey: fromHex(seed),
  uses: new Uint8Array(0),
});

function bundleOf(bob: TestEnd, preKeys: readonly PreKeyVector[]): PreKeyBundle {
  const [signed, kem, oneTime] = preKeys;
  return {
    deviceId: bob.own.deviceId,
    registrationId: bob.own.registrationId,
    signedPreKey: toPublic(signed!),
    oneTimePreKey: oneTime === undefined ? null : toPublic(oneTime),
    kemPreKey: { ...toPublic(kem!), kind: kem!.kind as 'kemOneTime' | 'kemLastResort' },
  };
}

const noKem = nobleKem(scripted());

it('the Python implementation still makes the same vectors', () => {
  expect(runPython('session_vectors.py') === text).toBe(true);
});

describe.each(vectors.conversations)(
  'the Python implementation agrees: $name',
  ({ pqRatchet, preKeys, agreement, steps, lastResortUse }) => {
    it('on prekeys and their signatures', async () => {
      const bob = await end(vectors.bob, pqRatchet);
      const owner = { tenantId, userId: bob.own.userId, deviceId: bob.own.deviceId };
      for (const vector of preKeys) {
        const { kind, keyId } = vector;
        const rng = scripted(vector.seed);
        const made = await createPreKey({
          curves,
          kem: noKem,
          rng,
          owner,
          signKeys: bob.signKeys,
          kind,
          keyId,
          now: NOW,
        });
        expect(made).toEqual({ privatePreKey: toPrivate(vector), publicPreKey: toPublic(vector) });
      }
    });

    it.each([
      ['WebCrypto', curves],
      ['tweetnacl', tweetnaclCurves],
    ])('on the secret and the data PQXDH gives either side, over %s', async (_name, used) => {
      const [alice, bob] = [await end(vectors.alice, pqRatchet), await end(vectors.bob, pqRatchet)];
      const {
        header,
        ratchet: _,
        ...alices
      } = await initiate({
        curves: used,
        kem: nobleKem(scripted(agreement.kemRandomness)),
        // The second pair is the ratchet's, which the agreement does not depend on.
        rng: scripted(agreement.ephemeralSeed, agreement.ephemeralSeed),
        parties: { tenantId, own: alice.own, peer: bob.asPeer },
        bundle: bundleOf(bob, preKeys),
        pqRatchet,
      });
      const [signed, kem, oneTime] = preKeys.map(toPrivate);
      const bobs = await accept({
        curves: used,
        kem: noKem,
        parties: { tenantId, own: bob.own, peer: alice.asPeer },
        header,
        preKeys: { signed, kem, oneTime: oneTime ?? null } as AcceptPreKeys,
        pqRatchet,
      });
      expect(bobs).toEqual(alices);
      expect(toHex(alices.sharedSecret)).toBe(agreement.sharedSecret);
      expect(alices.pqSecret && toHex(alices.pqSecret)).toBe(agreement.pqSecret);
      expect(toHex(alices.associatedData)).toBe(agreement.associatedData);
      const ratchet = { dhKey: asKey<DhPublicKey>(new Uint8Array(32)), pn: 0, n: 0 };
      const versions = { senderListVersion: 1, recipientListVersion: 1 };
      const whole = toHex(encodeEnvelopeHeader({ ...versions, preKey: header, ratchet, pq: null }));
      expect(whole.slice(20, -80)).toBe(agreement.header);
    });

    it('on every envelope of a conversation with late messages and turns, sent and received', async () => {
      const ends = { alice: await end(vectors.alice, pqRatchet), bob: await end(vectors.bob, pqRatchet) };
      const partiesOf = (who: 'alice' | 'bob'): Parties => {
        const peer = ends[who === 'alice' ? 'bob' : 'alice'];
        return { tenantId, own: ends[who].own, peer: peer.asPeer };
      };
      const started = await initiateSession({
        curves,
        kem: nobleKem(scripted(agreement.kemRandomness)),
        rng: scripted(agreement.ephemeralSeed, agreement.ratchetSeed),
        parties: partiesOf('alice'),
        record: null,
        bundle: bundleOf(ends.bob, preKeys),
        now: NOW,
        localNow: NOW,
      });
      const records: Record<'alice' | 'bob', SessionRecord | null> = { alice: started.record, bob: null };
      const onTheWay = new Map<string, { envelope: Bytes; plaintext: string }>();
      let lastResort: PrivatePreKey | null = null;

      for (const step of steps) {
        const { who } = step;
        const parties = partiesOf(who);
        if ('offers' in step) {
          const [rng, record] = [scripted(step.offers), records[who]!];
          const localNow = NOW + RATCHET_LIMITS.pqEpochMs;
          records[who] = await offerEpoch({ kem: noKem, rng, record, peer: parties.peer, now: NOW, localNow });
        } else if ('sends' in step) {
          const [senderListVersion, recipientListVersion] = step.listVersions;
          const { record, envelope } = encryptEnvelope({
            rng: scripted(step.nonce),
            parties,
            record: records[who]!,
            conversationId,
            listVersions: { senderListVersion, recipientListVersion },
            plaintext: fromHex(step.plaintext),
            now: NOW,
          });
          const { headerBytes, commitment } = decodeEnvelope(envelope);
          expect([headerBytes, commitment, envelope].map(toHex), step.sends).toEqual([
            step.header,
            step.commitment,
            step.envelope,
          ]);
          records[who] = record;
          onTheWay.set(step.sends, { envelope, plaintext: step.plaintext });
        } else {
          const { envelope: bytes, plaintext } = onTheWay.get(step.receives)!;
          const envelope = decodeEnvelope(bytes);
          const needed = neededPreKeys(records[who], envelope);
          const received = await decryptEnvelope({
            curves,
            kem: step.kemRandomness === null ? noKem : nobleKem(scripted(step.kemRandomness)),
            rng: step.ratchetSeed === null ? scripted() : scripted(step.ratchetSeed),
            parties,
            record: records[who],
            conversationId,
            envelope,
            preKeys: needed.length === 0 ? [] : preKeys.map(toPrivate),
            now: NOW,
            localNow: NOW,
          });
          expect(toHex(received.plaintext), step.receives).toBe(plaintext);
          records[who] = received.record;
          lastResort ??= received.consumed.updated;
        }
      }
      expect(lastResort === null ? null : toHex(lastResort.uses)).toBe(lastResortUse);
    });
  },
);
