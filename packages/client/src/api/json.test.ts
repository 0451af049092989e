import { expect, it } from 'vitest';
import { parseJson } from './json.ts';

it('what this device writes for bytes is nothing a server says, in whatever spelling', () => {
  for (const name of ['$bytes', '\\u0024bytes', '\\u0024\\u0062ytes']) {
    const text = `{"username":{"${name}":[0,9]}}`;
    expect(() => parseJson(text), text).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  }
});

it('texts with such words are read as they are', () => {
  const answer = { name: 'costs "$5"', other: '$bytes', list: ['"$bytes"'] };
  expect(parseJson(JSON.stringify(answer))).toEqual(answer);
  expect(() => parseJson('<html>')).toThrow(SyntaxError);
});
