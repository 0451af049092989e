import { utf8 } from '@seal-chat/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../../protocol/test/any-character.ts';
import { fileName } from './file-name.ts';

test('file names are safe to save under on every system', () => {
  const known: [string, string][] = [
    ['holiday photo.jpg', 'holiday photo.jpg'],
    ['Übergröße – 図.pdf', 'Übergröße – 図.pdf'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\secret.txt', 'C__secret.txt'],
    ['gpj.\u202Eexe', 'gpj.exe'],
    ['a\r\nb\u0000.txt', 'ab.txt'],
    ['..', ''],
    ['', ''],
  ];
  for (const [from, to] of known) expect(fileName(from)).toBe(to);
  expect(fileName(`${'x'.repeat(400)}.jpeg`)).toBe(`${'x'.repeat(250)}.jpeg`);
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), (text) => {
      const name = fileName(text);
      expect(name.isWellFormed()).toBe(true);
      expect(utf8(name).length).toBeLessThanOrEqual(255);
      expect(name).not.toMatch(/[/\\\p{Cc}]/u);
      expect(fileName(name.trim())).toBe(name.trim());
    }),
  );
});
