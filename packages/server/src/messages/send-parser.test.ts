import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBySchema, takeWellFormed } from './send-parser.ts';

const id = fc.uuid();
const base64 = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const good = fc.record({
  conversationId: id,
  messageId: id,
  deviceLists: fc.array(fc.record({ userId: id, version: fc.nat() }), { minLength: 1, maxLength: 3 }),
  body: base64,
  envelopes: fc.array(fc.record({ deviceId: id, envelope: base64 }), { maxLength: 3 }),
});
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', 'A', 'AB', 'AA==', 'A+/A', '\u0000', -0, 1.5, 2 ** 32, NaN),
  id,
  base64,
);

/** The schema's answer, or null when it refuses. */
function schemaAnswer(input: unknown) {
  try {
    return parseBySchema(input);
  } catch {
    return null;
  }
}

const plain = (input: ReturnType<typeof schemaAnswer>) =>
  JSON.parse(
    JSON.stringify(input, (_key, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
  ) as unknown;

describe('taking a message by hand', () => {
  test('the parser accepts what the schema accepts, with the same result', () => {
    fc.assert(
      fc.property(good, (input) => {
        const taken = takeWellFormed(input);
        expect(taken).not.toBeNull();
        expect(JSON.stringify(taken!.body.bytes)).toBe(JSON.stringify(Buffer.from(input.body, 'base64url')));
        expect({ ...taken, body: taken!.body.text, envelopes: taken!.envelopes.map((e) => e.envelope.text) }).toEqual({
          ...input,
          envelopes: input.envelopes.map(({ envelope }) => envelope),
        });
      }),
    );
  });

  test('the parser refuses what the schema refuses', () => {
    const path = fc.array(fc.nat(10), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(good, path, odd, fc.constantFrom('replace', 'remove', 'add'), (input, where, value, how) => {
        const spoilt = structuredClone(input) as Record<string, unknown>;
        let at: Record<string, unknown> = spoilt;
        for (const [depth, choice] of where.entries()) {
          const keys = Object.keys(at);
          const key = keys[choice % Math.max(1, keys.length)] ?? 'x';
          const next = at[key];
          if (depth < where.length - 1 && typeof next === 'object' && next !== null) {
            at = next as Record<string, unknown>;
            continue;
          }
          if (how === 'remove') delete at[key];
          else at[how === 'add' ? 'added' : key] = value;
          break;
        }
        const taken = takeWellFormed(spoilt);
        if (taken !== null) expect(plain(taken)).toEqual(plain(withBuffers(schemaAnswer(spoilt))));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Buffers print otherwise than plain arrays; both sides get the former. */
function withBuffers(input: ReturnType<typeof schemaAnswer>) {
  if (input === null) return null;
  const again = ({ bytes, text }: { bytes: Uint8Array; text: string }) => ({ bytes: Buffer.from(bytes), text });
  return {
    ...input,
    body: again(input.body),
    envelopes: input.envelopes.map(({ deviceId, envelope }) => ({ deviceId, envelope: again(envelope) })),
  };
}
