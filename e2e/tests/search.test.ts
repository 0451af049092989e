import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findText, formsOf } from '../support/search.ts';

/** The search behind invariant 1 is itself proved: a search that finds nothing anywhere would pass every test. */

const needles = fc.string({ unit: 'binary', minLength: 8, maxLength: 40 });
const noise = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
const writers: readonly ((text: Buffer) => Buffer)[] = [
  (text) => text,
  (text) => Buffer.from(text.toString('hex')),
  (text) => Buffer.from(text.toString('hex').toUpperCase()),
  (text) => Buffer.from(text.toString('base64')),
  (text) => Buffer.from(text.toString('base64url')),
];

test('a text is found anywhere in plain, hexadecimal and base64 data, as UTF-8 and as UTF-16', () => {
  fc.assert(
    fc.property(
      needles,
      noise,
      noise,
      fc.constantFrom<BufferEncoding>('utf8', 'utf16le'),
      fc.constantFrom(...writers),
      (needle, before, after, encoding, write) => {
        const bytes = write(Buffer.concat([before, Buffer.from(needle, encoding), after]));
        expect(findText(needle, [{ name: 'data', bytes }])).not.toHaveLength(0);
      },
    ),
  );
});

test('a text is found in JSON and in addresses, where it is escaped', () => {
  const needle = 'Grüße 🦭 "x"';
  const escaped = [
    JSON.stringify({ needle }),
    `/search?q=${encodeURIComponent(needle)}`,
    '"Gr\\u00fc\\u00dfe \\ud83e\\uddad \\"x\\""',
  ];
  for (const text of escaped) expect(findText(needle, [{ name: text, bytes: Buffer.from(text) }])).not.toEqual([]);
});

test('nothing is found in data without the text', () => {
  const bytes = Buffer.concat(formsOf('another text altogether').map((form) => form.bytes));
  expect(findText('a canary in a coal mine', [{ name: 'data', bytes }])).toEqual([]);
});
