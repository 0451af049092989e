import nacl from 'tweetnacl';
import { describe, expect, it } from 'vitest';
import {
  SIZE_LIMITS,
  concatBytes,
  contextFields,
  encode,
  messageBodyCodec,
  newId,
  utf8,
  type KeyMessage,
  type MessageBody,
  type MessageId,
  asKey,
  type ContentKey,
} from '@seal-chat/protocol';
import { CONVERSATION, MESSAGE } from '../test/accounts.ts';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import { sha256 } from './kdf.ts';
import { openBody, sealBody } from './sealed-body.ts';

const expected = { messageId: MESSAGE, conversationId: CONVERSATION };

function textBody(text: string): MessageBody {
  return { ...expected, sentAt: 1_700_000_000_000, counter: 1, content: { kind: 'text', text }, context: [] };
}

/** Seals any plaintext, well-formed or not, as a dishonest sender could. */
function forge(plaintext: Uint8Array, version = 1) {
  const rng = seededRng('forge');
  const [contentKey, nonce] = [asKey<ContentKey>(rng(32)), rng(24)];
  const sealed = concatBytes(
    Uint8Array.of(version),
    sha256(concatBytes(utf8('SealChat_v1_BodyKey'), contentKey)),
    nonce,
    nacl.secretbox(plaintext, nonce, contentKey),
  );
  return { sealed, keyMessage: { contentKey, bodyHash: sha256(sealed) }, expected };
}

describe('a sealed body', () => {
  it('opens to what was sealed', () => {
    const contents: MessageBody['content'][] = [
      { kind: 'text', text: '' },
      { kind: 'text', text: 'Grüße 👋' },
      { kind: 'text', text: 'x'.repeat(SIZE_LIMITS.messageText) },
      { kind: 'read', upToSeq: 42, messageId: MESSAGE },
      { kind: 'coded', code: 200, payload: Uint8Array.of(1, 2, 3) },
    ];
    for (const content of contents) {
      const body = { ...textBody(''), content };
      const { sealed, keyMessage } = sealBody(body, seededRng('seal'));
      expect(openBody({ sealed, keyMessage, expected })).toEqual(body);
    }
  });

  it('has the length of every other short text', () => {
    const transcript = { seq: 2 ** 40, hash: new Uint8Array(32) };
    const context = contextFields({ transcript, previousCounter: 0 }, 2);
    const lengths = ['', 'yes', 'n'.repeat(130)].map(
      (text) => sealBody({ ...textBody(text), counter: 2, context }, seededRng('x')).sealed.length,
    );
    expect(new Set(lengths)).toEqual(new Set([1 + 32 + 24 + 16 + 256]));
  });

  it('has a key and nonce of its own', () => {
    const rng = seededRng('two');
    const [first, second] = [sealBody(textBody('same'), rng), sealBody(textBody('same'), rng)];
    expect(first.keyMessage.contentKey).not.toEqual(second.keyMessage.contentKey);
    expect(first.sealed.slice(33, 57)).not.toEqual(second.sealed.slice(33, 57));
  });

  it('does not open after any bit was changed, cut or added', async () => {
    const { sealed, keyMessage } = sealBody(textBody('hello'), seededRng('bits'));
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice();
      changed[i] = changed[i]! ^ (1 << (i % 8));
      expect(await codeOf(() => openBody({ sealed: changed, keyMessage, expected }))).toBe('BODY_MISMATCH');
    }
    for (const other of [
      sealed.slice(1),
      sealed.slice(0, -1),
      concatBytes(sealed, Uint8Array.of(0)),
      sealed.slice(0, 0),
    ]) {
      expect(await codeOf(() => openBody({ sealed: other, keyMessage, expected }))).toBe('BODY_MISMATCH');
    }
  });

  it('does not open with another key, in another conversation or as another message', async () => {
    const rng = seededRng('other');
    const { sealed, keyMessage } = sealBody(textBody('hello'), rng);
    const open = (change: { keyMessage?: KeyMessage; expected?: typeof expected }) =>
      codeOf(() => openBody({ sealed, keyMessage, expected, ...change }));
    expect(await open({ keyMessage: { ...keyMessage, contentKey: asKey(rng(32)) } })).toBe('BODY_MISMATCH');
    expect(await open({ expected: { ...expected, messageId: newId<MessageId>(rng(16)) } })).toBe('BODY_MISMATCH');
    expect(await open({ expected: { ...expected, conversationId: newId(rng(16)) } })).toBe('BODY_MISMATCH');
  });

  it('opens under no key but the one it commits to', async () => {
    const { sealed, keyMessage } = sealBody(textBody('hello'), seededRng('commit'));
    const changed = sealed.slice();
    changed[1] = changed[1]! ^ 1;
    const dishonest = { ...keyMessage, bodyHash: sha256(changed) };
    expect(await codeOf(() => openBody({ sealed: changed, keyMessage: dishonest, expected }))).toBe('BODY_MISMATCH');
  });

  it('is refused with a typed error when the sender made it wrong', async () => {
    const plaintext = encode(messageBodyCodec, textBody('hello'));
    const padded = (content: Uint8Array) =>
      concatBytes(Uint8Array.of(0, 0, 0, content.length), content, new Uint8Array(252 - content.length));
    expect(openBody(forge(padded(plaintext)))).toEqual(textBody('hello'));
    expect(await codeOf(() => openBody(forge(plaintext)))).toBe('MALFORMED');
    expect(await codeOf(() => openBody(forge(new Uint8Array(0))))).toBe('MALFORMED');
    expect(await codeOf(() => openBody(forge(padded(plaintext.slice(0, -1)))))).toBe('MALFORMED');
    const version1 = Uint8Array.of(1, ...plaintext.slice(1));
    expect(await codeOf(() => openBody(forge(padded(version1))))).toBe('UNSUPPORTED_VERSION');
    expect(await codeOf(() => openBody(forge(padded(plaintext), 2)))).toBe('UNSUPPORTED_VERSION');
    expect(await codeOf(() => openBody(forge(new Uint8Array(SIZE_LIMITS.sealedBody))))).toBe('TOO_LARGE');
    const short = Uint8Array.of(1);
    const keyMessage = { contentKey: asKey<ContentKey>(new Uint8Array(32)), bodyHash: sha256(short) };
    expect(await codeOf(() => openBody({ sealed: short, keyMessage, expected }))).toBe('MALFORMED');
  });

  it('is not made of a text that is too long or no Unicode', async () => {
    const rng = seededRng('limits');
    const long = 'é'.repeat(SIZE_LIMITS.messageText / 2 + 1);
    expect(await codeOf(() => sealBody(textBody(long), rng))).toBe('TOO_LARGE');
    expect(await codeOf(() => sealBody(textBody('half a \ud83d'), rng))).toBe('BAD_INPUT');
    const payload = new Uint8Array(SIZE_LIMITS.sealedBody - 100);
    const body = { ...textBody(''), content: { kind: 'coded' as const, code: 9, payload } };
    expect(await codeOf(() => sealBody(body, rng))).toBe('TOO_LARGE');
  });
});
