import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../../protocol/test/any-character.ts';
import { isPlainJson } from './json-scan.ts';

const MIB = 1_048_576;

test.each([
  ['brackets', '['.repeat(2 * MIB)],
  ['objects', '{"a":'.repeat(MIB / 4)],
  ['brackets behind a text with quotes', `{"a":"\\\\\\"","b":${'['.repeat(5_000)}`],
  ['a list of very many values', `[${'0,'.repeat(MIB)}0]`],
])('%s are too much', (_name, text) => {
  expect(isPlainJson(Buffer.from(text))).toBe(false);
});

test('a text may hold what it wants, and long ones of base64 are plain', () => {
  const text = `${'['.repeat(9_000)}\\${','.repeat(90_000)}"`;
  expect(isPlainJson(Buffer.from(JSON.stringify({ text, body: 'A'.repeat(MIB) })))).toBe(true);
});

test('what JSON.stringify makes of inputs is plain, whatever is in their texts', () => {
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: anyCharacter });
  fc.assert(
    fc.property(value, (input) => {
      const text = JSON.stringify({ input, padding: ' '.repeat(5_000) });
      expect(isPlainJson(Buffer.from(text))).toBe(true);
    }),
  );
});
