import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, type ConversationId, type TenantId } from '@seal-chat/protocol';
import { encodeTranscriptEntry, transcriptNext, transcriptStart, type TranscriptEntry } from '../src/transcript.ts';
import { runPython } from './python.ts';

interface TranscriptVectors {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly start: string;
  readonly entries: readonly (Omit<TranscriptEntry, 'hash'> & { readonly hash: string; readonly value: string })[];
}

const text = readFileSync(new URL('../vectors/transcript.vectors.json', import.meta.url), 'utf8');

describe('the Python implementation', () => {
  it('still makes the same vectors', () => {
    expect(runPython('transcript_vectors.py') === text).toBe(true);
  });

  it('agrees on the running hash of a conversation', () => {
    const { tenantId, conversationId, start, entries } = JSON.parse(text) as TranscriptVectors;
    let value = transcriptStart(tenantId, conversationId);
    expect(toHex(value)).toBe(start);
    for (const { hash, value: after, ...entry } of entries) {
      value = transcriptNext(value, encodeTranscriptEntry({ ...entry, hash: fromHex(hash) }));
      expect(toHex(value)).toBe(after);
    }
  });
});
