import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyText,
  bytes,
  bytesUpTo,
  expectOnlyCanonical,
  expectRoundTrip,
  uint32,
  uint53,
} from '../../test/codec-properties.ts';
import { decode, encode, type Codec } from '../codec.ts';
import { isSealError } from '../errors.ts';
import { idFromBytes, type AnyId } from '../ids.ts';
import { COUNT_LIMITS, SIZE_LIMITS } from '../limits.ts';
import { contextFields, readContext } from './context.ts';
import { keyMessageCodec, messageBodyCodec, type KeyMessage, type MessageBody, type MessageContent } from './body.ts';
import { certificateCodec, type AccountCertificate } from './certificate.ts';
import { deviceListCodec, type Device, type DeviceList } from './device-list.ts';
import {
  decodeEnvelope,
  encodeEnvelope,
  encodeEnvelopeHeader,
  type Envelope,
  type EnvelopeHeader,
  type PqHeader,
  type PqMessage,
  type PreKeyHeader,
} from './envelope.ts';
import { methodRecordCodec, vaultCodec, type MethodRecord, type Vault } from './vault.ts';
import { utf8 } from '../bytes.ts';
import { asKey, type DhPublicKey, type Key, type ContentKey, type KemPublicKey } from '../keys.ts';

const ids = <T extends AnyId>() => bytes(16).map((value) => idFromBytes<T>(value));

function subject<T>(codec: Codec<T>, values: fc.Arbitrary<T>) {
  return { encode: (value: T) => encode(codec, value), decode: (input: Uint8Array) => decode(codec, input), values };
}

const contents: fc.Arbitrary<MessageContent> = fc.oneof(
  anyText.map((text) => ({ kind: 'text' as const, text })),
  fc.record({ kind: fc.constant('read' as const), upToSeq: uint53, messageId: ids<MessageBody['messageId']>() }),
  fc.record({
    kind: fc.constant('coded' as const),
    code: fc.integer({ min: 3, max: 255 }),
    payload: bytesUpTo(300),
  }),
);
const bodies: fc.Arbitrary<MessageBody> = fc.record({
  messageId: ids<MessageBody['messageId']>(),
  conversationId: ids<MessageBody['conversationId']>(),
  sentAt: uint53,
  counter: uint53.filter((counter) => counter > 0),
  content: contents,
  context: fc
    .uniqueArray(fc.record({ kind: fc.integer({ min: 1, max: 255 }), value: bytesUpTo(256) }), {
      maxLength: 16,
      selector: ({ kind }) => kind,
    })
    .map((fields) => fields.toSorted((a, b) => a.kind - b.kind)),
});
const keys = <K extends Key<string>>() => bytes(32).map((value) => asKey<K>(value));
const keyMessages: fc.Arbitrary<KeyMessage> = fc.record({
  contentKey: keys<KeyMessage['contentKey']>(),
  bodyHash: bytes(32),
});

const devices: fc.Arbitrary<Device> = fc.record({
  deviceId: ids<Device['deviceId']>(),
  dhKey: keys<Device['dhKey']>(),
  signKey: keys<Device['signKey']>(),
  registrationId: uint32,
  capabilities: uint32,
  addedIn: uint32,
});
const deviceLists: fc.Arbitrary<DeviceList> = fc.record({
  tenantId: ids<DeviceList['tenantId']>(),
  userId: ids<DeviceList['userId']>(),
  username: fc.option(anyText.filter((text) => utf8(text).length <= 128)),
  certificate: fc.record({ bytes: bytesUpTo(256), signature: bytes(64) }),
  version: uint32,
  previousHash: bytes(32),
  issuedAt: uint53,
  author: ids<Device['deviceId']>(),
  archiveEpoch: uint32,
  labels: bytesUpTo(300),
  vaultVersion: uint32,
  vaultHash: bytes(32),
  devices: fc
    .uniqueArray(devices, { maxLength: COUNT_LIMITS.devicesPerUser, selector: (device) => device.deviceId })
    .map((list) => list.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1))),
});

const certificates: fc.Arbitrary<AccountCertificate> = fc.record({
  tenantId: ids<AccountCertificate['tenantId']>(),
  userId: ids<AccountCertificate['userId']>(),
  identityKey: keys<AccountCertificate['identityKey']>(),
  number: uint32,
  accountKey: keys<AccountCertificate['accountKey']>(),
  previousHash: bytes(32),
});
const vaults: fc.Arbitrary<Vault> = fc.record({
  tenantId: ids<Vault['tenantId']>(),
  userId: ids<Vault['userId']>(),
  identityKey: keys<Vault['identityKey']>(),
  version: uint32,
  previousHash: bytes(32),
  issuedAt: uint53,
  archiveEpoch: uint32,
  links: fc.array(fc.record({ epoch: uint32, box: bytesUpTo(128) }), { maxLength: 64 }),
  recordHashes: fc.array(bytes(32), { maxLength: 8 }),
});
const records: fc.Arbitrary<MethodRecord> = fc.record({
  methodId: ids<MethodRecord['methodId']>(),
  kind: fc.integer({ min: 0, max: 255 }),
  createdAt: uint53,
  label: anyText.filter((text) => utf8(text).length <= 64),
  params: bytesUpTo(1_024),
  publicKey: bytes(1_216).map((value) => asKey<MethodRecord['publicKey']>(value)),
  binding: bytes(32),
  sealed: bytesUpTo(2_048),
});

const preKeyHeaders: fc.Arbitrary<PreKeyHeader> = fc.record({
  registrationId: uint32,
  ephemeralKey: keys<DhPublicKey>(),
  signedPreKeyId: uint32,
  oneTimePreKeyId: fc.option(uint32, { nil: null }),
  kemPreKeyId: uint32,
  kemIsLastResort: fc.constantFrom(0, 1),
  kemCiphertext: bytes(1088),
});
const pqMessages: fc.Arbitrary<PqMessage | null> = fc.oneof(
  fc.constant(null),
  bytes(1184).map((key) => ({
    kind: 'encapsulationKey' as const,
    encapsulationKey: asKey<KemPublicKey>(key),
  })),
  bytes(1088).map((ciphertext) => ({ kind: 'ciphertext' as const, ciphertext })),
);
const pqHeaders: fc.Arbitrary<PqHeader> = fc.record({ epoch: uint32, n: uint32, message: pqMessages });
const headers: fc.Arbitrary<EnvelopeHeader> = fc
  .record({
    senderListVersion: uint32,
    recipientListVersion: uint32,
    preKey: fc.option(preKeyHeaders, { nil: null }),
    ratchet: fc.record({ dhKey: keys<DhPublicKey>(), pn: uint32, n: uint32 }),
    pq: fc.option(pqHeaders, { nil: null }),
  })
  .map((header) =>
    header.preKey === null ? header : { ...header, pq: header.pq && { ...header.pq, epoch: 0, message: null } },
  );
const envelopes: fc.Arbitrary<Envelope> = fc
  .record({ header: headers, commitment: bytes(32), nonce: bytes(24), ciphertext: bytesUpTo(200) })
  .map((envelope) => ({ ...envelope, headerBytes: encodeEnvelopeHeader(envelope.header) }));
const envelopeSubject = { encode: encodeEnvelope, decode: decodeEnvelope, values: envelopes };

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return isSealError(error) ? error.code : String(error);
  }
  return 'accepted';
};

describe('every structure round-trips', () => {
  it('message body', () => expectRoundTrip(subject(messageBodyCodec, bodies)));
  it('key message', () => expectRoundTrip(subject(keyMessageCodec, keyMessages)));
  it('device list', () => expectRoundTrip(subject(deviceListCodec, deviceLists)));
  it('certificate', () => expectRoundTrip(subject(certificateCodec, certificates)));
  it('vault', () => expectRoundTrip(subject(vaultCodec, vaults)));
  it('method record', () => expectRoundTrip(subject(methodRecordCodec, records)));
  it('envelope', () => expectRoundTrip(envelopeSubject));
});

describe('every structure has one encoding, and gives a typed error on anything else', () => {
  it('message body', () => expectOnlyCanonical(subject(messageBodyCodec, bodies)));
  it('key message', () => expectOnlyCanonical(subject(keyMessageCodec, keyMessages)));
  it('device list', () => expectOnlyCanonical(subject(deviceListCodec, deviceLists)));
  it('certificate', () => expectOnlyCanonical(subject(certificateCodec, certificates)));
  it('vault', () => expectOnlyCanonical(subject(vaultCodec, vaults)));
  it('method record', () => expectOnlyCanonical(subject(methodRecordCodec, records)));
  it('envelope', () => expectOnlyCanonical(envelopeSubject));
});

describe('sizes fit their limits', () => {
  it('a key message has 65 bytes', () => {
    expect(
      encode(keyMessageCodec, { contentKey: asKey<ContentKey>(new Uint8Array(32)), bodyHash: new Uint8Array(32) }),
    ).toHaveLength(65);
  });

  it('the longest device list is within the limit', () => {
    const list = fc.sample(deviceLists, { numRuns: 1, seed: 1 })[0]!;
    const many = Array.from({ length: COUNT_LIMITS.devicesPerUser }, (_, i) => ({
      ...fc.sample(devices, { numRuns: 1, seed: 2 })[0]!,
      deviceId: idFromBytes<Device['deviceId']>(new Uint8Array(16).fill(i)),
    }));
    const longest = {
      ...list,
      username: 'x'.repeat(4 * SIZE_LIMITS.usernameMax),
      certificate: { bytes: new Uint8Array(133), signature: new Uint8Array(64) },
      labels: new Uint8Array(SIZE_LIMITS.deviceLabels),
      devices: many,
    };
    expect(encode(deviceListCodec, longest).length).toBeLessThanOrEqual(SIZE_LIMITS.deviceList);
  });

  it('an envelope over the limit is refused before it is read', () => {
    expect(refusal(() => decodeEnvelope(new Uint8Array(SIZE_LIMITS.envelope + 1)))).toBe('TOO_LARGE');
  });
});

describe('details', () => {
  it('devices are in ascending order, none twice', () => {
    const [list] = fc.sample(
      deviceLists.filter((each) => each.devices.length >= 2),
      { numRuns: 1, seed: 3 },
    );
    const good = encode(deviceListCodec, list!);
    const [first, second] = list!.devices as [Device, Device];
    expect(() => encode(deviceListCodec, { ...list!, devices: [second, first] })).toThrow(RangeError);
    expect(() => encode(deviceListCodec, { ...list!, devices: [first, first] })).toThrow(RangeError);
    // The same, made by someone else: the first two ids swapped, and the second made equal to the first.
    const size = 16 + 32 + 32 + 4 + 4 + 4;
    const start = good.length - list!.devices.length * size;
    const swapped = good.slice();
    swapped.set(good.subarray(start, start + 16), start + size);
    expect(refusal(() => decode(deviceListCodec, swapped))).toBe('MALFORMED');
    swapped.set(good.subarray(start + size, start + size + 16), start);
    expect(refusal(() => decode(deviceListCodec, swapped))).toBe('MALFORMED');
  });

  it('content of a later version is kept as it came', () => {
    const [body] = fc.sample(bodies, { numRuns: 1, seed: 4 });
    const later: MessageBody = { ...body!, content: { kind: 'coded', code: 77, payload: Uint8Array.of(1, 2) } };
    expect(decode(messageBodyCodec, encode(messageBodyCodec, later)).content).toEqual(later.content);
    const kindAt = 1 + 16 + 16 + 8 + 8;
    const kindZero = encode(messageBodyCodec, later).fill(0, kindAt, kindAt + 1);
    expect(refusal(() => decode(messageBodyCodec, kindZero))).toBe('MALFORMED');
    const disguised = { ...body!, content: { kind: 'coded' as const, code: 1, payload: Uint8Array.of() } };
    expect(() => encode(messageBodyCodec, disguised)).toThrow(RangeError);
  });

  it('a body has a counter from 1, and context in ascending order of kinds without kind 0', () => {
    const [sample] = fc.sample(bodies, { numRuns: 1, seed: 7 });
    const field = (kind: number) => ({ kind, value: Uint8Array.of(kind) });
    const body: MessageBody = { ...sample!, counter: 1, context: [field(1), field(2)] };
    const good = encode(messageBodyCodec, body);
    const counterAt = 1 + 16 + 16 + 8;
    expect(refusal(() => decode(messageBodyCodec, good.slice().fill(0, counterAt, counterAt + 8)))).toBe('MALFORMED');
    for (const kinds of [
      [2, 1],
      [1, 1],
      [0, 1],
    ] as const) {
      expect(() => encode(messageBodyCodec, { ...body, context: kinds.map(field) })).toThrow(RangeError);
      const bad = good.slice();
      bad[good.length - 12] = kinds[0];
      bad[good.length - 6] = kinds[1];
      expect(refusal(() => decode(messageBodyCodec, bad))).toBe('MALFORMED');
    }
    expect(() => encode(messageBodyCodec, { ...body, counter: 0 })).toThrow(RangeError);
    expect(refusal(() => decode(messageBodyCodec, Uint8Array.of(1, ...good.slice(1))))).toBe('UNSUPPORTED_VERSION');
  });

  it('the context of a body is read as it was said, with fields of a later version beside it', () => {
    const context = { transcript: { seq: 2 ** 40, hash: new Uint8Array(32).fill(7) }, previousCounter: 3 };
    const fields = contextFields(context, 9);
    expect(readContext([...fields, { kind: 99, value: Uint8Array.of(1) }], 9)).toEqual(context);
    expect(contextFields({ transcript: null, previousCounter: 8 }, 9)).toEqual([]);
    expect(readContext([], 9)).toEqual({ transcript: null, previousCounter: 8 });
    const [point, rest, previous] = fields;
    for (const bad of [
      [point!],
      [rest!],
      [{ ...point!, value: point!.value.slice(1) }, rest!],
      [{ ...previous!, value: Uint8Array.of(1) }],
    ])
      expect(refusal(() => readContext(bad, 9))).toBe('MALFORMED');
    expect(refusal(() => readContext([previous!], 3))).toBe('MALFORMED');
  });

  it('the bytes of a header are those received, not a copy written again', () => {
    const [envelope] = fc.sample(envelopes, { numRuns: 1, seed: 5 });
    const encoded = encodeEnvelope(envelope!);
    const { headerBytes } = decodeEnvelope(encoded);
    expect(headerBytes).toEqual(encoded.slice(0, headerBytes.length));
    expect(refusal(() => decodeEnvelope(Uint8Array.of(3, ...encoded.slice(1))))).toBe('UNSUPPORTED_VERSION');
  });

  it('an initial message is of the first epoch, moves none on, and no message carries anything but key or ciphertext', () => {
    const [initial] = fc.sample(
      envelopes.filter(({ header }) => header.preKey !== null && header.pq !== null),
      { numRuns: 1, seed: 7 },
    );
    const { header, headerBytes, ...tail } = initial!;
    const pq = header.pq!;
    expect(() => encodeEnvelopeHeader({ ...header, pq: { ...pq, epoch: 1 } })).toThrow(RangeError);
    const at = headerBytes.length - 9;
    for (const [place, value] of [
      [at, 3], // no kind
      [at + 4, 1], // epoch 1
    ] as const) {
      const changed = headerBytes.slice().fill(value, place, place + 1);
      expect(refusal(() => decodeEnvelope(encodeEnvelope({ ...tail, headerBytes: changed })))).toBe('MALFORMED');
    }
  });

  it('a KEM prekey is one-time or last-resort, nothing else', () => {
    const withPreKey = envelopes.filter((each) => each.header.preKey !== null);
    const [{ header, ...envelope }] = fc.sample(withPreKey, { numRuns: 1, seed: 6 }) as [Envelope];
    const preKey = { ...header.preKey!, oneTimePreKeyId: null };
    const headerBytes = encodeEnvelopeHeader({ ...header, preKey });
    const flagAt = 1 + 4 + 4 + 1 + 4 + 32 + 4 + 1 + 4;
    expect(headerBytes[flagAt]).toBe(preKey.kemIsLastResort);
    const changed = headerBytes.slice().fill(2, flagAt, flagAt + 1);
    expect(refusal(() => decodeEnvelope(encodeEnvelope({ ...envelope, headerBytes: changed })))).toBe('MALFORMED');
    expect(() => encodeEnvelopeHeader({ ...header, preKey: { ...preKey, kemIsLastResort: 2 } })).toThrow(RangeError);
  });
});
