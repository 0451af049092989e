import { utf8, asKey } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { openMessage, sealMessage } from './message-key.ts';
import type { HybridKey } from '../keys.ts';

const rng = seededRng('message key');
const context = { associatedData: utf8('data'), headerBytes: utf8('header') };

it('overwrites a message key when it has sealed, and leaves it when it opens', async () => {
  const key = asKey<HybridKey>(rng(32));
  const used = asKey<HybridKey>(key.slice());
  const sealed = sealMessage({ ...context, key: used, plaintext: utf8('text'), rng });
  expect(used).toEqual(new Uint8Array(32));
  const copy = asKey<HybridKey>(key.slice());
  const altered = { ...sealed, commitment: sealed.commitment.map((byte) => byte ^ 1) };
  expect(await codeOf(() => openMessage({ ...context, key: copy, sealed: altered }))).toBe('UNDECRYPTABLE');
  expect(openMessage({ ...context, key: copy, sealed })).toEqual(utf8('text'));
  expect(copy).toEqual(key);
});

it('keeps data and header apart', async () => {
  const key = asKey<HybridKey>(rng(32));
  const sealed = sealMessage({ ...context, key: asKey(key.slice()), plaintext: utf8('text'), rng });
  const moved = { associatedData: utf8('dat'), headerBytes: utf8('aheader') };
  expect(await codeOf(() => openMessage({ ...moved, key, sealed }))).toBe('UNDECRYPTABLE');
});
