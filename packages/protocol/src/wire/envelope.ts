import { fixed, malformed, nullable, struct, u32, u8, variable, type Codec, ByteReader, encode } from '../codec.ts';
import type { Bytes } from '../bytes.ts';
import { SealError } from '../errors.ts';
import { keyCodec, type DhPublicKey, type KemPublicKey } from '../keys.ts';
import { SIZE_LIMITS } from '../limits.ts';
import { PQ_ENVELOPE_VERSION, WIRE_VERSION } from '../version.ts';
import { KEM_CIPHERTEXT_LENGTH, KEM_KEY_LENGTH } from './prekeys.ts';

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

/** One of the two messages that begin a new epoch of the post-quantum ratchet. */
export type PqMessage =
  | {
      readonly kind: 'encapsulationKey';
      /** ML-KEM-768, 1184 bytes: offers the epoch after this message's. */
      readonly encapsulationKey: KemPublicKey;
    }
  | {
      readonly kind: 'ciphertext';
      /** ML-KEM-768, 1088 bytes: answers such an offer. */
      readonly ciphertext: Bytes;
    };

/** Header of the post-quantum ratchet: where in it the message is, and what it carries to move it on. */
export interface PqHeader {
  /** The epoch whose keys this message is encrypted with; 0 is the one a session begins with. */
  readonly epoch: number;
  /** Number of this message among those of its sender in this epoch, from 0. */
  readonly n: number;
  readonly message: PqMessage | null;
}

/** What everybody can read of an envelope; all of it is authenticated by the ciphertext. */
export interface EnvelopeHeader {
  /** Version of the sender's device list as the sender knows it. */
  readonly senderListVersion: number;
  /** Version of the recipient's device list as the sender knows it. */
  readonly recipientListVersion: number;
  readonly preKey: PreKeyHeader | null;
  readonly ratchet: RatchetHeader;
  /** Null in version 1, of sessions without the post-quantum ratchet. */
  readonly pq: PqHeader | null;
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

/** What both versions begin with. */
const commonCodec = struct<Omit<EnvelopeHeader, 'pq'>>({
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

const NO_MESSAGE = 0;
const ENCAPSULATION_KEY = 1;
const CIPHERTEXT = 2;
const encapsulationKeyCodec = keyCodec<KemPublicKey>(KEM_KEY_LENGTH);
const ciphertextCodec = fixed(KEM_CIPHERTEXT_LENGTH);

/** What version 2 has after that. */
const pqCodec: Codec<PqHeader> = {
  write(out, { epoch, n, message }) {
    const kind = message === null ? NO_MESSAGE : message.kind === 'ciphertext' ? CIPHERTEXT : ENCAPSULATION_KEY;
    u8.write(out, kind);
    u32.write(out, epoch);
    u32.write(out, n);
    if (message?.kind === 'encapsulationKey') encapsulationKeyCodec.write(out, message.encapsulationKey);
    if (message?.kind === 'ciphertext') ciphertextCodec.write(out, message.ciphertext);
  },
  read(input) {
    const kind = u8.read(input);
    const place = { epoch: u32.read(input), n: u32.read(input) };
    switch (kind) {
      case NO_MESSAGE:
        return { ...place, message: null };
      case ENCAPSULATION_KEY:
        return { ...place, message: { kind: 'encapsulationKey', encapsulationKey: encapsulationKeyCodec.read(input) } };
      case CIPHERTEXT:
        return { ...place, message: { kind: 'ciphertext', ciphertext: ciphertextCodec.read(input) } };
      default:
        throw malformed('unknown kind of post-quantum message');
    }
  },
};

const versionCodec: Codec<number> = {
  write: u8.write,
  read(input) {
    const version = input.uint(1);
    if (version !== WIRE_VERSION && version !== PQ_ENVELOPE_VERSION)
      throw new SealError('UNSUPPORTED_VERSION', `envelope: version ${version}`);
    return version;
  },
};

/** The first epoch is that of the session's beginning, so an initial message moves nothing on. */
function isConsistent({ preKey, pq }: EnvelopeHeader): boolean {
  return preKey === null || pq === null || (pq.epoch === 0 && pq.message === null);
}

const headerCodec: Codec<EnvelopeHeader> = {
  write(out, header) {
    if (!isConsistent(header)) throw new RangeError('envelope: initial, of an epoch');
    versionCodec.write(out, header.pq === null ? WIRE_VERSION : PQ_ENVELOPE_VERSION);
    commonCodec.write(out, header);
    if (header.pq !== null) pqCodec.write(out, header.pq);
  },
  read(input) {
    const version = versionCodec.read(input);
    const common = commonCodec.read(input);
    const header = { ...common, pq: version === WIRE_VERSION ? null : pqCodec.read(input) };
    if (!isConsistent(header)) throw malformed('an initial message is of epoch 0 and moves nothing on');
    return header;
  },
};

const tailCodec = struct<Omit<Envelope, 'header' | 'headerBytes'>>({
  commitment: fixed(32),
  nonce: fixed(24),
  ciphertext: variable(SIZE_LIMITS.envelope),
});

/** Returns the bytes of a header, version byte included: what goes on the wire and into the key derivation. */
export function encodeEnvelopeHeader(header: EnvelopeHeader): Bytes {
  return encode(headerCodec, header);
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
  const header = headerCodec.read(input);
  const headerBytes = new Uint8Array(bytes.subarray(0, input.position));
  const tail = tailCodec.read(input);
  input.end();
  return { header, headerBytes, ...tail };
}
