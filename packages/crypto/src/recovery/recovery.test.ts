import { beforeAll, describe, expect, it } from 'vitest';
import { KEY_WRAP_PARAMETERS, SIZE_LIMITS, newId, type Bytes } from '@seal-chat/protocol';
import { TENANT, testAccount } from '../../test/accounts.ts';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import type { AccountSecrets } from '../account-secrets.ts';
import { createRecoveryCode, parseRecoveryCode } from './code.ts';
import { unwrapAccountSecrets, wrapAccountSecrets, type RecoveryOwner } from './wrap.ts';

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

/** Argon2id costs about a second here, so the cases that need it share one blob. */
describe('wrapped account secrets', () => {
  const rng = seededRng('wrap');
  const code = createRecoveryCode(rng);
  const progress: number[] = [];
  let owner: RecoveryOwner;
  let secrets: AccountSecrets;
  let blob: Bytes;

  beforeAll(async () => {
    const { account } = await testAccount('alice');
    owner = { tenantId: TENANT, userId: account.userId };
    secrets = { accountSeed: account.key.privateKey, extraKeys: [{ kind: 1, key: rng(32) }] };
    blob = await wrapAccountSecrets({ code, owner, secrets, rng, onProgress: (fraction) => progress.push(fraction) });
  });

  it('open with the code as a person types it', async () => {
    const typed = ` ${code.toLowerCase().replaceAll('0', 'o')}`;
    expect(await unwrapAccountSecrets({ code: typed, owner, blob })).toEqual(secrets);
    expect(progress.at(-1)).toBe(1);
    expect(blob.length).toBeLessThan(SIZE_LIMITS.recoveryBlob);
  });

  it('do not open with another code or for another account', async () => {
    const other = createRecoveryCode(rng);
    expect(await codeOf(() => unwrapAccountSecrets({ code: other, owner, blob }))).toBe('WRONG_CODE');
    const otherUser = { ...owner, userId: newId<RecoveryOwner['userId']>(rng(16)) };
    expect(await codeOf(() => unwrapAccountSecrets({ code, owner: otherUser, blob }))).toBe('WRONG_CODE');
    const otherTenant = { ...owner, tenantId: newId<RecoveryOwner['tenantId']>(rng(16)) };
    expect(await codeOf(() => unwrapAccountSecrets({ code, owner: otherTenant, blob }))).toBe('WRONG_CODE');
  });

  it('are refused before Argon2id runs when the cost is too low, absurd, or the code mistyped', async () => {
    const view = (change: (view: DataView) => void) => {
      const bytes = blob.slice();
      change(new DataView(bytes.buffer));
      return bytes;
    };
    const { memoryKiB, iterations } = KEY_WRAP_PARAMETERS;
    const bad = [
      view((bytes) => bytes.setUint32(1, memoryKiB - 1)),
      view((bytes) => bytes.setUint32(1, 0xffff_ffff)),
      view((bytes) => bytes.setUint32(5, iterations - 1)),
      view((bytes) => bytes.setUint32(5, 1_000)),
      view((bytes) => bytes.setUint8(9, 0)),
      view((bytes) => bytes.setUint8(9, 255)),
      blob.slice(0, -1),
      blob.slice(0, 12),
    ];
    const run = (input: { code?: string; blob?: Bytes }) =>
      codeOf(() =>
        unwrapAccountSecrets({
          code,
          owner,
          blob,
          ...input,
          onProgress: () => expect.unreachable('Argon2id was started'),
        }),
      );
    for (const each of bad) expect(await run({ blob: each })).toBe('MALFORMED');
    expect(await run({ blob: view((bytes) => bytes.setUint8(0, 2)) })).toBe('UNSUPPORTED_VERSION');
    expect(await run({ blob: new Uint8Array(SIZE_LIMITS.recoveryBlob + 1) })).toBe('TOO_LARGE');
    expect(await run({ code: code.replace(/.$/, (last) => (last === 'X' ? 'Y' : 'X')) })).toBe('WRONG_CODE');
  });
});
