import { fixed, malformed, nullable, struct, u32, u8, variable, type Codec, ByteReader, encode } from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import { SealError } from '../errors.ts';
import { keyCodec, type DhPublicKey } from '../keys.ts';
import { SIZE_LIMITS } from '../limits.ts';
import { WIRE_VERSION } from '../version.ts';
import { KEM_CIPHERTEXT_LENGTH } from './prekeys.ts';

/**
 * Double Ratchet header (Double Ratchet §3.2): the sender's ratchet key, the length of its last chain, the number in
 * this one.
 */
export interface RatchetHeader {
  readonly dhKey: DhPublicKey;
  readonly pn: number;
  readonly n: number;
}

/** PQXDH initial message (PQXDH §3.3), carried by every message until the first answer arrives. */
export interface PreKeyHeader {
  /** Registration id of the recipient device the session was made for. */
  readonly registrationId: number;
  /** The initiator's ephemeral X25519 key EK_A. */
  readonly ephemeralKey: DhPublicKey;
  readonly signedPreKeyId: number;
  readonly oneTimePreKeyId: number | null;
  readonly kemPreKeyId: number;
  /** 0 = one-time, 1 = last resort. */
  readonly kemIsLastResort: number;
  /** ML-KEM-768 ciphertext, 1088 bytes. */
  readonly kemCiphertext: Bytes;
}

/** What everybody can read of an envelope; all of it is authenticated by the ciphertext. */
export interface EnvelopeHeader {
  /** Version of the sender's device list as the sender knows it. */
  readonly senderListVersion: number;
  /** Version of the recipient's device list as the sender knows it. */
  readonly recipientListVersion: number;
  readonly preKey: PreKeyHeader | null;
  readonly ratchet: RatchetHeader;
}

/** A key envelope: one ratchet message for one device. */
export interface Envelope {
  readonly header: EnvelopeHeader;
  /** The header exactly as received: associated data is never re-serialised. */
  readonly headerBytes: Bytes;
  /** Key commitment, 32 bytes. */
  readonly commitment: Bytes;
  /** 24 random bytes. */
  readonly nonce: Bytes;
  /** XSalsa20-Poly1305. */
  readonly ciphertext: Bytes;
}

const flag: Codec<number> = {
  write(out, value) {
    if (value !== 0 && value !== 1) throw new RangeError(`flag: ${value} is neither 0 nor 1`);
    u8.write(out, value);
  },
  read(input) {
    const value = u8.read(input);
    if (value > 1) throw malformed('flag is neither 0 nor 1');
    return value;
  },
};

const headerCodec: Codec<EnvelopeHeader> = struct<EnvelopeHeader>({
  senderListVersion: u32,
  recipientListVersion: u32,
  preKey: nullable(
    struct<PreKeyHeader>({
      registrationId: u32,
      ephemeralKey: keyCodec(32),
      signedPreKeyId: u32,
      oneTimePreKeyId: nullable(u32),
      kemPreKeyId: u32,
      kemIsLastResort: flag,
      kemCiphertext: fixed(KEM_CIPHERTEXT_LENGTH),
    }),
  ),
  ratchet: struct<RatchetHeader>({ dhKey: keyCodec(32), pn: u32, n: u32 }),
});

const tailCodec = struct<Omit<Envelope, 'header' | 'headerBytes'>>({
  commitment: fixed(32),
  nonce: fixed(24),
  ciphertext: variable(SIZE_LIMITS.envelope),
});

/** Returns the bytes of a header, version byte included: what goes on the wire and into the key derivation. */
export function encodeEnvelopeHeader(header: EnvelopeHeader): Bytes {
  return encode(
    { write: (out, value) => (u8.write(out, WIRE_VERSION), headerCodec.write(out, value)), read: headerCodec.read },
    header,
  );
}

/** Returns the wire form of an envelope; `header` itself is not looked at, `headerBytes` is what is sent. */
export function encodeEnvelope(envelope: Omit<Envelope, 'header'>): Bytes {
  return encode(
    { write: (out, value) => (out.bytes(value.headerBytes), tailCodec.write(out, value)), read: () => envelope },
    envelope,
  );
}

/**
 * Decodes an envelope.
 * @throws SealError TOO_LARGE, UNSUPPORTED_VERSION or MALFORMED; nothing else, whatever the bytes.
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > SIZE_LIMITS.envelope) throw new SealError('TOO_LARGE', `envelope: ${bytes.length} bytes`);
  const input = new ByteReader(bytes);
  const version = input.uint(1);
  if (version !== WIRE_VERSION) throw new SealError('UNSUPPORTED_VERSION', `envelope: version ${version}`);
  const header = headerCodec.read(input);
  const headerBytes = new Uint8Array(bytes.subarray(0, input.position));
  const tail = tailCodec.read(input);
  input.end();
  return { header, headerBytes, ...tail };
}
