import { ENTRY_KINDS, openBody, sha256, type TranscriptEntry } from '@seal-chat/crypto';
import {
  idFromBytes,
  toBase64,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type KeyMessage,
  type MessageBody,
  type MessageId,
  type UserId,
} from '@seal-chat/protocol';
import type { HistoryAnswer } from '@seal-chat/protocol/api';
import type { OutboxRow } from '../../src/store/rows.ts';

export function idOf<T extends string>(name: string): T {
  return idFromBytes(sha256(new TextEncoder().encode(name)).slice(0, 16)) as string as T;
}

/** The one conversation of a model. */
export const CONVERSATION = idOf<ConversationId>('conversation');

export type Random = (below: number) => number;

/** Random numbers that a seed makes again: mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** What the server has at a place, and what those who can open it read there. */
export interface Placed {
  readonly entry: TranscriptEntry;
  /** Null for Commits, and where it cannot be opened. */
  readonly said: MessageBody | null;
  /** The sealed body and its key; null for Commits. */
  readonly kept: (KeyMessage & { readonly body: Bytes }) | null;
  /** Devices that a Commit lets in. */
  readonly adds: readonly DeviceId[];
  isEmptied: boolean;
}

/** Who sends. */
interface Sender {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

let commits = 0;

/** A server that keeps the log as it should. */
export class ModelServer {
  readonly log: Placed[] = [];

  /** What devices ask on their own: pages of history, the newest message first. */
  readonly history = (input: { readonly before?: number | null; readonly limit: number }): Promise<HistoryAnswer> => {
    const before = input.before ?? Infinity;
    const wanted = this.log.filter(({ entry, kept }) => kept !== null && entry.seq < before);
    return Promise.resolve({ messages: wanted.toReversed().slice(0, input.limit).map(storedOf) });
  };

  /** Stores a message once, whatever the attempts. */
  accept({ userId: senderUserId, deviceId: senderDeviceId }: Sender, { messageId, wire }: OutboxRow): Placed {
    const known = this.log.find(({ entry }) => entry.entryId === messageId);
    if (known !== undefined) return known;
    const { body, contentKey, bodyHash } = wire!;
    const expected = { messageId, conversationId: CONVERSATION };
    const said = openBody({ sealed: body, keyMessage: { contentKey, bodyHash }, expected });
    const sender = { seq: this.log.length + 1, senderUserId, senderDeviceId };
    const entry = { ...sender, kind: ENTRY_KINDS.message, entryId: messageId, hash: bodyHash };
    return this.#put({ entry, said, kept: { body, contentKey, bodyHash }, adds: [], isEmptied: false });
  }

  commit(
    { userId: senderUserId, deviceId: senderDeviceId }: Sender,
    kind: 'commit' | 'reset',
    adds: readonly DeviceId[] = [],
  ): Placed {
    const isReset = kind === 'reset';
    const entryId = isReset ? idFromBytes<MessageId>(new Uint8Array(16)) : idOf<MessageId>(`commit ${commits++}`);
    const hash = isReset ? new Uint8Array(32) : sha256(new TextEncoder().encode(entryId));
    const sender = { seq: this.log.length + 1, senderUserId, senderDeviceId };
    const entry = { ...sender, kind: ENTRY_KINDS[kind], entryId, hash };
    return this.#put({ entry, said: null, kept: null, adds, isEmptied: false });
  }

  #put(placed: Placed): Placed {
    this.log.push(placed);
    return placed;
  }
}

function storedOf({ entry, kept, isEmptied }: Placed): HistoryAnswer['messages'][number] {
  const { seq, entryId: messageId, senderUserId, senderDeviceId, hash } = entry;
  return {
    conversationId: CONVERSATION,
    seq,
    messageId,
    senderUserId,
    senderDeviceId,
    acceptedAt: 0,
    body: isEmptied ? '' : toBase64(kept!.body),
    ...(isEmptied && { bodyHash: toBase64(hash) }),
    envelope: null,
  };
}
