import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../protocol/test/any-character.ts';
import { fromCrockford, toCrockford } from './crockford.ts';

describe('codes people type', () => {
  it('show known bits as known symbols', () => {
    expect(toCrockford(Uint8Array.of(0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff), 16)).toBe('0000-0000-ZZZZ-ZZZZ');
    // 00000 00001 00010 ... 01111: every symbol stands where the alphabet has it.
    expect(toCrockford(Uint8Array.of(0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf), 16)).toBe(
      '0123-4567-89AB-CDEF',
    );
  });

  it('round-trip, however they are typed', () => {
    const spellings: ((text: string) => string)[] = [
      (text) => text,
      (text) => text.toLowerCase(),
      (text) => text.replaceAll('-', ''),
      (text) => text.replaceAll('-', ' – '),
      (text) => `  ${text}\n`,
      (text) => text.replaceAll('0', 'o').replaceAll('1', 'l'),
      (text) => text.replaceAll('0', 'O').replaceAll('1', 'I'),
      (text) => text.replace(/[0-9A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), fc.constantFrom(...spellings), (bytes, spell) => {
        expect(fromCrockford(spell(toCrockford(bytes, 16)), 16)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it('are refused when they are none', () => {
    for (const text of [
      '',
      '0000-0000-0000-000',
      '0000-0000-0000-0000-0',
      '0000-0000-0000-000U',
      '0000-0000-0000-000é',
    ]) {
      expect(fromCrockford(text, 16)).toBeNull();
    }
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 40 }), (text) => {
        fromCrockford(text, 16);
      }),
    );
  });
});
