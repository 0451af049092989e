import { readFileSync } from 'node:fs';
import {
  asKey,
  decodeRegisters,
  encodeRegisters,
  fromHex,
  toHex,
  type ConversationId,
  type MessageId,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { decodeContent, encodeContent } from '@seal-chat/protocol/content';
import { describe, expect, it } from 'vitest';
import { checkVerificationCode, selfId, verificationCode } from '../src/index.ts';
import { runPython } from './python.ts';

interface Vectors {
  selfIds: { tenantId: TenantId; userId: UserId; conversationId: ConversationId }[];
  verificationCodes: {
    tenantId: TenantId;
    shower: UserId;
    reader: UserId;
    showerKey: string;
    readerKey: string;
    code: string;
  }[];
  syncs: {
    topic: number;
    entries: { writtenAt: number; writeId: MessageId; subject: UserId; field: number; value: string }[];
    registers: string;
    payload: string;
  }[];
}

const text = readFileSync(new URL('../vectors/social.vectors.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text) as Vectors;
const party = (userId: UserId, key: string) => ({ userId, identityKey: asKey<SignPublicKey>(fromHex(key)) });

describe('vectors of the second implementation', () => {
  it('are what the Python program writes', () => {
    expect(runPython('social_vectors.py') === text).toBe(true);
  });

  it('agree on the ids of conversations with oneself', () => {
    for (const { tenantId, userId, conversationId } of vectors.selfIds)
      expect(selfId(tenantId, userId)).toBe(conversationId);
  });

  it('agree on what devices of an account tell each other', () => {
    for (const { topic, entries, registers, payload } of vectors.syncs) {
      const written = entries.map((entry) => ({ ...entry, value: fromHex(entry.value) }));
      const bytes = encodeRegisters(written);
      expect(toHex(bytes)).toBe(registers);
      expect(decodeRegisters(fromHex(registers))).toEqual(written);
      const content = { kind: 'sync', topic, payload: bytes } as const;
      const coded = encodeContent(content);
      expect({ code: coded.code, payload: toHex(coded.payload) }).toEqual({ code: 12, payload });
      expect(decodeContent(coded)).toEqual(content);
    }
  });

  it('agree on the codes that people show each other, which match from the other side alone', () => {
    for (const { tenantId, shower, reader, showerKey, readerKey, code } of vectors.verificationCodes) {
      const [one, other] = [party(shower, showerKey), party(reader, readerKey)];
      expect(toHex(verificationCode(tenantId, one, other))).toBe(code);
      expect(checkVerificationCode(tenantId, other, one, fromHex(code))).toBe('match');
      expect(checkVerificationCode(tenantId, one, other, fromHex(code))).toBe('other');
    }
  });

  it('a code with another key on either side is a mismatch; one of other people, another tenant or no code is none', () => {
    const { tenantId, shower, reader, showerKey, readerKey, code } = vectors.verificationCodes[0]!;
    const [one, other] = [party(shower, showerKey), party(reader, readerKey)];
    const changed = party(shower, `00${showerKey.slice(2)}`);
    expect(checkVerificationCode(tenantId, other, changed, fromHex(code))).toBe('mismatch');
    expect(checkVerificationCode(tenantId, party(reader, showerKey), one, fromHex(code))).toBe('mismatch');
    const elsewhere = shower as string as TenantId;
    expect(checkVerificationCode(elsewhere, other, one, fromHex(code))).toBe('other');
    expect(checkVerificationCode(tenantId, other, party(reader, readerKey), fromHex(code))).toBe('other');
    for (const none of ['', code.slice(2), `${code}00`, `02${code.slice(2)}`])
      expect(checkVerificationCode(tenantId, other, one, fromHex(none))).toBe('other');
  });

  it('registers written in the far future are refused, as no one could overrule them', () => {
    const { entries } = vectors.syncs[2]!;
    const late = entries.map((entry) => ({ ...entry, value: fromHex(entry.value), writtenAt: 2 ** 48 + 1 }));
    expect(() => decodeRegisters(encodeRegisters(late))).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});
