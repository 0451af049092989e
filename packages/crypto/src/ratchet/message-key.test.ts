import { utf8, asKey } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { openMessage, sealMessage } from './message-key.ts';
import type { MessageKey } from '../keys.ts';

const rng = seededRng('message key');
const context = { associatedData: utf8('data'), headerBytes: utf8('header') };

it('overwrites a message key when it has sealed, and leaves it when it opens', async () => {
  const messageKey = asKey<MessageKey>(rng(32));
  const used = asKey<MessageKey>(messageKey.slice());
  const sealed = sealMessage({ ...context, messageKey: used, plaintext: utf8('text'), rng });
  expect(used).toEqual(new Uint8Array(32));
  const copy = asKey<MessageKey>(messageKey.slice());
  const altered = { ...sealed, commitment: sealed.commitment.map((byte) => byte ^ 1) };
  expect(await codeOf(() => openMessage({ ...context, messageKey: copy, sealed: altered }))).toBe('UNDECRYPTABLE');
  expect(openMessage({ ...context, messageKey: copy, sealed })).toEqual(utf8('text'));
  expect(copy).toEqual(messageKey);
});

it('keeps data and header apart', async () => {
  const messageKey = asKey<MessageKey>(rng(32));
  const sealed = sealMessage({ ...context, messageKey: asKey(messageKey.slice()), plaintext: utf8('text'), rng });
  const moved = { associatedData: utf8('dat'), headerBytes: utf8('aheader') };
  expect(await codeOf(() => openMessage({ ...moved, messageKey, sealed }))).toBe('UNDECRYPTABLE');
});
