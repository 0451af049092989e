import {
  decodeEnvelope,
  encodeEnvelope,
  encodeEnvelopeHeader,
  fromUtf8,
  isSealError,
  utf8,
  type Bytes,
  type EnvelopeHeader,
  type ErrorCode,
  type PreKeyHeader,
  type PqHeader,
  type KemPublicKey,
  asKey,
} from '@seal-chat/protocol';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  NOW,
  addPreKey,
  copyOf,
  offer,
  receive,
  recordOf,
  send,
  startSession,
  testDevice,
  type TestDevice,
} from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';

let alice: TestDevice;
let bob: TestDevice;
/** The first message of a session, and one of an established session. */
let initial: Bytes;
let established: Bytes;
/** An established session's messages that offer an epoch and answer the offer; Bob sends the second. */
let offering: Bytes;
let answering: Bytes;
/** The receiver before each of them. */
let beforeInitial: TestDevice;
let beforeEstablished: TestDevice;
let beforeOffering: TestDevice;
let beforeAnswering: TestDevice;
const encapsulationKey = asKey<KemPublicKey>(new Uint8Array(1184));

beforeAll(async () => {
  [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  await addPreKey(bob, 'oneTime');
  await addPreKey(bob, 'kemOneTime');
  await startSession(alice, bob);
  initial = send(alice, bob, utf8('initial'));
  beforeInitial = copyOf(bob);
  await receive(bob, alice, initial);
  await receive(alice, bob, send(bob, alice, utf8('answer')));
  await receive(bob, alice, send(alice, bob, utf8('one')));
  await receive(bob, alice, send(alice, bob, utf8('two')));
  established = send(alice, bob, utf8('established'));
  beforeEstablished = copyOf(bob);
  await offer(alice, bob, NOW + 86_400_000);
  beforeOffering = copyOf(bob);
  offering = send(alice, bob, utf8('offering'));
  await receive(bob, alice, offering);
  beforeAnswering = copyOf(alice);
  answering = send(bob, alice, utf8('answering'));
  await receive(alice, bob, answering);
});

/** The header with one thing changed, everything else as it was. */
function withHeader(bytes: Bytes, change: (header: EnvelopeHeader) => EnvelopeHeader): Bytes {
  const { header, ...rest } = decodeEnvelope(bytes);
  return encodeEnvelope({ ...rest, headerBytes: encodeEnvelopeHeader(change(header)) });
}

const inPreKey = (change: (preKey: PreKeyHeader) => Partial<PreKeyHeader>) => (header: EnvelopeHeader) => ({
  ...header,
  preKey: { ...header.preKey!, ...change(header.preKey!) },
});
const flipped = (bytes: Bytes) => bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte));

const inPq = (change: (pq: PqHeader) => Partial<PqHeader>) => (header: EnvelopeHeader) => ({
  ...header,
  pq: { ...header.pq!, ...change(header.pq!) },
});

const BOTH: Record<string, [change: (header: EnvelopeHeader) => EnvelopeHeader, code: ErrorCode]> = {
  "version of the sender's list": [(h) => ({ ...h, senderListVersion: h.senderListVersion ^ 1 }), 'UNDECRYPTABLE'],
  "version of the recipient's list": [
    (h) => ({ ...h, recipientListVersion: h.recipientListVersion ^ 1 }),
    'UNDECRYPTABLE',
  ],
  'ratchet key': [
    (h) => ({ ...h, ratchet: { ...h.ratchet, dhKey: asKey(flipped(h.ratchet.dhKey)) } }),
    'UNDECRYPTABLE',
  ],
  'length of the chain before': [(h) => ({ ...h, ratchet: { ...h.ratchet, pn: h.ratchet.pn ^ 1 } }), 'UNDECRYPTABLE'],
  'message number': [(h) => ({ ...h, ratchet: { ...h.ratchet, n: h.ratchet.n + 1 } }), 'UNDECRYPTABLE'],
  'message number of the post-quantum ratchet': [inPq((pq) => ({ n: pq.n + 1 })), 'UNDECRYPTABLE'],
  'both message numbers': [
    (h) => ({ ...h, ratchet: { ...h.ratchet, n: h.ratchet.n + 1 }, pq: { ...h.pq!, n: h.pq!.n + 1 } }),
    'UNDECRYPTABLE',
  ],
};
const INITIAL: typeof BOTH = {
  ...BOTH,
  registration: [inPreKey((p) => ({ registrationId: p.registrationId ^ 1 })), 'UNKNOWN_PREKEY'],
  'base key': [inPreKey((p) => ({ ephemeralKey: asKey(flipped(p.ephemeralKey)) })), 'LOW_ORDER_KEY'],
  'id of the signed prekey': [inPreKey((p) => ({ signedPreKeyId: p.signedPreKeyId ^ 1 })), 'UNKNOWN_PREKEY'],
  'id of the one-time prekey': [inPreKey((p) => ({ oneTimePreKeyId: p.oneTimePreKeyId! ^ 1 })), 'UNKNOWN_PREKEY'],
  'no one-time prekey': [inPreKey(() => ({ oneTimePreKeyId: null })), 'UNDECRYPTABLE'],
  'id of the KEM prekey': [inPreKey((p) => ({ kemPreKeyId: p.kemPreKeyId ^ 1 })), 'UNKNOWN_PREKEY'],
  'kind of the KEM prekey': [inPreKey(() => ({ kemIsLastResort: 1 })), 'UNKNOWN_PREKEY'],
  'KEM ciphertext': [inPreKey((p) => ({ kemCiphertext: flipped(p.kemCiphertext) })), 'UNDECRYPTABLE'],
  'no initial header': [(h) => ({ ...h, preKey: null }), 'NO_SESSION'],
};
const ESTABLISHED: typeof BOTH = {
  ...BOTH,
  'an earlier message number': [(h) => ({ ...h, ratchet: { ...h.ratchet, n: 0 } }), 'DUPLICATE_MESSAGE'],
  'a far message number': [
    (h) => ({ ...h, ratchet: { ...h.ratchet, n: 2_102 }, pq: { ...h.pq!, n: h.pq!.n + 2_100 } }),
    'TOO_FAR_AHEAD',
  ],
  'a message number that does not fit the one of the post-quantum ratchet': [
    (h) => ({ ...h, ratchet: { ...h.ratchet, n: 2_102 } }),
    'UNDECRYPTABLE',
  ],
  'an epoch that has not begun': [inPq(() => ({ epoch: 1 })), 'UNDECRYPTABLE'],
  'a key offered': [inPq(() => ({ message: { kind: 'encapsulationKey', encapsulationKey } })), 'UNDECRYPTABLE'],
  'a ciphertext': [
    inPq(() => ({ message: { kind: 'ciphertext', ciphertext: new Uint8Array(1088) } })),
    'UNDECRYPTABLE',
  ],
  'an initial header': [
    (h) => ({ ...h, preKey: decodeEnvelope(initial).header.preKey }),
    'UNDECRYPTABLE', // base key of the known session, and yet another header than was authenticated
  ],
};

describe('an altered header field', () => {
  it.each(Object.entries(INITIAL))('makes an initial message fail: %s', async (_, [change, code]) => {
    const altered = withHeader(initial, change);
    expect(altered).not.toEqual(initial);
    // One flip in two turns the base key into a point of the twist, which is refused; of the others into another point.
    expect([code, 'UNDECRYPTABLE']).toContain(await codeOf(() => receive(copyOf(beforeInitial), alice, altered)));
  });

  it.each(Object.entries(ESTABLISHED))('makes a later message fail: %s', async (_, [change, code]) => {
    const altered = withHeader(established, change);
    expect(altered).not.toEqual(established);
    expect(await codeOf(() => receive(copyOf(beforeEstablished), alice, altered))).toBe(code);
  });
});

/** Every code that bytes from outside may end in. */
const REFUSALS: readonly ErrorCode[] = [
  'UNDECRYPTABLE',
  'MALFORMED',
  'UNSUPPORTED_VERSION',
  'UNKNOWN_PREKEY',
  'LOW_ORDER_KEY',
  'DUPLICATE_MESSAGE',
  'TOO_FAR_AHEAD',
  'NO_SESSION',
  'TOO_LARGE',
];

/** The codes of all attempts; no attempt may succeed, change anything or end in another error. */
async function attempt(from: TestDevice, altered: readonly Bytes[], sender = alice): Promise<Set<string>> {
  const device = copyOf(from);
  const outcomeOf = async (bytes: Bytes, i: number): Promise<string> => {
    try {
      await receive(device, sender, bytes);
      return `opened ${i}`;
    } catch (error) {
      return isSealError(error) ? error.code : `${i}: ${String(error)}`;
    }
  };
  // All at once: most of the time of an attempt is spent waiting for WebCrypto's threads.
  const codes = new Set(await Promise.all(altered.map(outcomeOf)));
  expect(recordOf(device, sender)).toBe(recordOf(from, sender));
  expect([...device.privatePreKeys]).toEqual([...from.privatePreKeys]);
  return codes;
}

const withFlip = (bytes: Bytes, at: number, bit: number) => {
  const out = bytes.slice();
  out[at]! ^= 1 << bit;
  return out;
};

describe('a flipped bit', () => {
  it('makes a later message fail, whichever of all its bits it is', async () => {
    const altered = Array.from({ length: established.length * 8 }, (_, i) => withFlip(established, i >> 3, i & 7));
    const codes = await attempt(beforeEstablished, altered);
    expect([...codes].filter((code) => !REFUSALS.includes(code as ErrorCode))).toEqual([]);
    expect(fromUtf8(await receive(copyOf(beforeEstablished), alice, established))).toBe('established');
  });

  it('makes an initial message fail, in whichever of all its bytes it is', async () => {
    const altered = Array.from(initial, (_, at) => withFlip(initial, at, at % 8));
    const codes = await attempt(beforeInitial, altered);
    expect([...codes].filter((code) => !REFUSALS.includes(code as ErrorCode))).toEqual([]);
    expect(fromUtf8(await receive(copyOf(beforeInitial), alice, initial))).toBe('initial');
  });
});

describe('a flipped bit in the messages that begin an epoch', () => {
  it.each([
    ['offers a key', () => [beforeOffering, alice, bob, offering] as const],
    ['answers it', () => [beforeAnswering, bob, alice, answering] as const],
  ])('makes the one that %s fail before ML-KEM has a part in it', async (_, given) => {
    const [before, from, to, bytes] = given();
    const { headerBytes } = decodeEnvelope(bytes);
    expect(headerBytes.length).toBeGreaterThan(1_100);
    const [encapsulate, decapsulate] = [vi.spyOn(to.kem, 'encapsulate'), vi.spyOn(to.kem, 'decapsulate')];
    const altered = Array.from(bytes, (_byte, at) => withFlip(bytes, at, at % 8));
    const codes = await attempt(before, altered, from);
    expect([...codes].filter((code) => !REFUSALS.includes(code as ErrorCode))).toEqual([]);
    expect(encapsulate).not.toHaveBeenCalled();
    expect(decapsulate).not.toHaveBeenCalled();
    await receive(copyOf(before), from, bytes);
    expect(encapsulate.mock.calls.length + decapsulate.mock.calls.length).toBe(1);
    encapsulate.mockRestore();
    decapsulate.mockRestore();
  });
});

describe('bytes cut off, added or exchanged', () => {
  it('make a message fail', async () => {
    const cut = Array.from(established, (_, length) => established.slice(0, length));
    const added = [1, 16, 5_000].map((more) => {
      const out = new Uint8Array(established.length + more);
      out.set(established);
      return out;
    });
    const codes = await attempt(beforeEstablished, [...cut, ...added]);
    expect([...codes].toSorted()).toEqual(['MALFORMED', 'TOO_LARGE']);
  });

  it('make a message fail: parts of two messages', async () => {
    const [one, two] = [decodeEnvelope(established), decodeEnvelope(send(alice, bob, utf8('established')))];
    const parts = ['headerBytes', 'commitment', 'nonce', 'ciphertext'] as const;
    const spliced = parts.map((part) => encodeEnvelope({ ...one, [part]: two[part] }));
    expect([...(await attempt(beforeEstablished, spliced))]).toEqual(['UNDECRYPTABLE']);
  });
});
