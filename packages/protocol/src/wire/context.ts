import { concatBytes, type Bytes } from '../bytes.ts';
import { decode, encode, fixed, list, malformed, struct, u53, u8, variable, type Codec } from '../codec.ts';

/**
 * What the body of a message says of its sender's view of the conversation. The list is there to grow: readers keep the
 * fields they do not know.
 */
export interface ContextField {
  /** 1 to 255; those a version knows are in `KIND`. */
  readonly kind: number;
  readonly value: Bytes;
}

const MAX_FIELDS = 16;
const MAX_VALUE = 256;

/** Kind 2 is set aside for a checkpoint of a key log. */
const KIND = { transcript: 1, transcriptRest: 3, previousCounter: 4 } as const;

const HALF = 16;

const fieldCodec = struct<ContextField>({ kind: u8, value: variable(MAX_VALUE) });
const fieldsCodec = list(fieldCodec, MAX_FIELDS);

/** Carries the fields in ascending order of their kinds, each kind once; kind 0 is refused. */
export const contextCodec: Codec<readonly ContextField[]> = {
  write(out, fields) {
    if (!isAscending(fields)) throw new RangeError('context: not ascending');
    fieldsCodec.write(out, fields);
  },
  read(input) {
    const fields = fieldsCodec.read(input);
    if (!isAscending(fields)) throw malformed('context kinds are not ascending');
    return fields;
  },
};

function isAscending(fields: readonly ContextField[]): boolean {
  return fields.every(({ kind }, i) => kind > (fields[i - 1]?.kind ?? 0));
}

/** A place of a conversation and the transcript hash there, 32 bytes. */
export interface TranscriptPoint {
  readonly seq: number;
  readonly hash: Bytes;
}

/** What this version says and reads in the context of a body. */
export interface BodyContext {
  /** The highest place up to which the sender knew everything; null where it knew no transcript. */
  readonly transcript: TranscriptPoint | null;
  /** The counter of the body before this one that the server had accepted from the device; 0 for none. */
  readonly previousCounter: number;
}

const point = struct<{ seq: number; hash: Bytes }>({ seq: u53, hash: fixed(HALF) });
const half = fixed(HALF);

/** Returns the fields that say `context` in the body with that counter. */
export function contextFields({ transcript, previousCounter }: BodyContext, counter: number): readonly ContextField[] {
  const fields: ContextField[] = [];
  if (transcript !== null) {
    const { seq, hash } = transcript;
    fields.push({ kind: KIND.transcript, value: encode(point, { seq, hash: hash.slice(0, HALF) }) });
    fields.push({ kind: KIND.transcriptRest, value: hash.slice(HALF) });
  }
  if (previousCounter !== counter - 1) fields.push({ kind: KIND.previousCounter, value: encode(u53, previousCounter) });
  return fields;
}

/**
 * Reads what the fields of a body say.
 *
 * @param counter the body's counter: without a field the body before it has the number before
 * @throws SealError MALFORMED when a field of a known kind is none, or one half of a hash stands alone
 */
export function readContext(fields: readonly ContextField[], counter: number): BodyContext {
  const valueOf = (kind: number): Bytes | undefined => fields.find((field) => field.kind === kind)?.value;
  const [first, rest, previous] = [
    valueOf(KIND.transcript),
    valueOf(KIND.transcriptRest),
    valueOf(KIND.previousCounter),
  ];
  if ((first === undefined) !== (rest === undefined)) throw malformed('context with half a transcript hash');
  const previousCounter = previous === undefined ? counter - 1 : decode(u53, previous);
  if (previousCounter >= counter) throw malformed('context with a later counter');
  if (first === undefined || rest === undefined) return { transcript: null, previousCounter };
  const { seq, hash } = decode(point, first);
  return { transcript: { seq, hash: concatBytes(hash, decode(half, rest)) }, previousCounter };
}
