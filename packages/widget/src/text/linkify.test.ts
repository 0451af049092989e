import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkify } from './linkify.ts';

const links = (text: string): readonly string[] =>
  linkify(text).flatMap((token) => (token.kind === 'link' ? [token.href] : []));

describe('linkify', () => {
  it('finds addresses between words and leaves the punctuation of the sentence outside', () => {
    expect(linkify('See https://example.org/a?b=1#c, or www.example.org.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=1#c', href: 'https://example.org/a?b=1#c' },
      { kind: 'text', text: ', or ' },
      { kind: 'link', text: 'www.example.org', href: 'https://www.example.org/' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('keeps a bracket that was opened inside the address, and no other', () => {
    expect(links('(https://en.wikipedia.org/wiki/Seal_(animal))')).toEqual([
      'https://en.wikipedia.org/wiki/Seal_(animal)',
    ]);
    expect(links('[https://example.org]')).toEqual(['https://example.org/']);
  });

  it('makes no link of anything but http and https', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,hello',
      'file:///etc/passwd',
      'mailto:a@example.org',
      'xhttps://example.org',
      'https://',
      'https://x',
      'a@www.example.org',
    ])
      expect(links(text), text).toEqual([]);
  });

  it('makes no link of an address that shows another host than it opens', () => {
    expect(links('https://bank.example@evil.example/')).toEqual([]);
    expect(links('https://bank.example\u202emoc.live/')).toEqual(['https://bank.example/']);
  });

  it('loses and adds no character, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('https://', 'www.', 'a.b', '(', ')', '\n', '.', '@', '\u202e', ' '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        const tokens = linkify(text);
        expect(tokens.map((token) => token.text).join('')).toBe(text);
        for (const token of tokens) if (token.kind === 'link') expect(token.href).toMatch(/^https?:\/\//);
      }),
    );
  });

  it('takes linear time on text made to be slow', () => {
    const text = `https://a.b/${'('.repeat(8_000)}${')'.repeat(8_000)}`;
    expect(linkify(text)).toHaveLength(1);
    expect(linkify(`https://a.b/${')'.repeat(16_000)}`)).toHaveLength(2);
  });
});
