import { describe, expect, it } from 'vitest';
import type { Bytes } from '@seal-chat/protocol';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { createRecoveryCode, parseRecoveryCode } from './code.ts';

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('a recovery code', () => {
  it('reads back as its 128 bits', () => {
    const rng = seededRng('codes');
    for (let i = 0; i < 50; i++) {
      let drawn: Bytes | undefined;
      const code = createRecoveryCode((length) => (drawn = rng(length)));
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}$/);
      expect(parseRecoveryCode(code.toLowerCase().replaceAll('-', ' '))).toEqual(drawn);
    }
  });

  it('tells every single wrong symbol and every swap of neighbours at once', async () => {
    const code = createRecoveryCode(seededRng('typo')).replaceAll('-', '');
    const typos: string[] = [];
    for (let i = 0; i < code.length; i++) {
      for (const symbol of SYMBOLS) typos.push(code.slice(0, i) + symbol + code.slice(i + 1));
      typos.push(code.slice(0, i) + (code[i + 1] ?? '') + code[i]! + code.slice(i + 2));
    }
    for (const typo of typos) {
      if (typo !== code) expect(await codeOf(() => parseRecoveryCode(typo)), typo).toBe('WRONG_CODE');
    }
    for (const text of ['', '0'.repeat(28), code.slice(1), `${code}0`, `${code.slice(1)}U`]) {
      expect(await codeOf(() => parseRecoveryCode(text))).toBe('WRONG_CODE');
    }
  });
});
