import { ENTRY_KINDS, sha256, type TranscriptEntry } from '@seal-chat/crypto';
import {
  idFromBytes,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type MessageBody,
  type MessageId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { withMissing } from '../../src/conversations/sequence.ts';
import { withMessage } from '../../src/conversations/progress.ts';
import type { DeviceTx } from '../../src/store/device-tx.ts';
import { ROWS, type ConversationRow, type NoticeRow } from '../../src/store/rows.ts';
import { TRANSCRIPT_ROWS } from '../../src/store/transcript-rows.ts';
import { nextCount, noteAccepted } from '../../src/transcript/own-counter.ts';
import { recordEntry } from '../../src/transcript/record.ts';

/** Devices of one conversation and a server, as far as the running hash sees them: no network, no encryption. */

const CONVERSATION = idOf<ConversationId>('conversation');

export function idOf<T extends string>(name: string): T {
  return idFromBytes(sha256(new TextEncoder().encode(name)).slice(0, 16)) as string as T;
}

/** Random numbers that a seed makes again: mulberry32. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Said = Pick<MessageBody, 'counter' | 'context'>;

/** What the server has at a place, and what those who can open it read there. */
export interface Placed {
  readonly entry: TranscriptEntry;
  readonly said: Said | null;
  isEmptied: boolean;
}

interface Queued {
  readonly messageId: MessageId;
  readonly wire: { readonly said: Said; readonly bodyHash: Bytes } | null;
}

let bodies = 0;

/** A device: its store, what it waits to send, and how far it has read. */
export class ModelDevice {
  readonly deviceId: DeviceId;
  readonly reports: unknown[] = [];
  rows = new Map<string, unknown>();
  outbox: readonly Queued[] = [];
  failed: readonly Queued[] = [];
  next: number;
  revisionsSkipped = 0;

  readonly name: string;
  readonly userId: UserId;

  constructor(name: string, userId: UserId, kind: ConversationRow['kind'], start: number) {
    this.name = name;
    this.userId = userId;
    this.deviceId = idOf(`device ${name}`);
    this.next = start;
    const account = {
      status: 'active',
      tenantId: idOf<TenantId>('tenant'),
      userId,
      device: { deviceId: this.deviceId },
    };
    this.rows.set(ROWS.account, account);
    const row: ConversationRow = {
      kind,
      members: [],
      createdAt: 0,
      lastSeq: 0,
      firstSeq: null,
      lastShownSeq: null,
      lastActivityAt: 0,
      readSeq: 0,
      announcedReadSeq: 0,
      unreadCount: 0,
      ...(start === 1 && { seenSeq: 0, seenFrom: 1 }),
    };
    this.rows.set(ROWS.conversation(CONVERSATION), row);
  }

  readonly tx = {
    get: async (key: string) => (this.rows.get(key) ?? null) as never,
    put: (key: string, value: unknown) => void this.rows.set(key, value),
    delete: (key: string) => void this.rows.delete(key),
  } as unknown as DeviceTx;

  get conversation(): ConversationRow {
    return this.rows.get(ROWS.conversation(CONVERSATION)) as ConversationRow;
  }

  get notices(): readonly NoticeRow[] {
    return this.conversation.notices ?? [];
  }

  get isForked(): boolean {
    const row = this.rows.get(TRANSCRIPT_ROWS.transcript(CONVERSATION)) as { readonly fork: unknown } | undefined;
    return row !== undefined && row.fork !== null;
  }

  /** @param isAfterSkipped what the ratchet says, which may be wrong */
  async take({ entry, said }: Pick<Placed, 'entry' | 'said'>, isAfterSkipped = false): Promise<void> {
    const place = { seq: entry.seq, acceptedAt: 0, isShown: true };
    this.rows.set(ROWS.conversation(CONVERSATION), withMessage(this.conversation, place));
    const deps = { now: () => 0, report: (error: unknown) => this.reports.push(error) };
    const isOwn = entry.senderDeviceId === this.deviceId;
    await recordEntry(deps, this.tx, CONVERSATION, entry, isOwn || said === null ? null : { ...said, isAfterSkipped });
  }

  /** The server was asked for what is not here, and has nothing. */
  deny(from: number, to: number): void {
    this.rows.set(ROWS.conversation(CONVERSATION), withMissing(this.conversation, [[from, to]]));
  }

  queue(): void {
    this.outbox = [...this.outbox, { messageId: idOf(`message ${bodies++}`), wire: null }];
  }

  /** Seals the next message, unless that was done. */
  async seal(): Promise<Queued | null> {
    const [head, ...others] = this.outbox;
    if (head === undefined || head.wire !== null) return head ?? null;
    const said = await nextCount(this.tx, CONVERSATION);
    const sealed = { ...head, wire: { said, bodyHash: sha256(new TextEncoder().encode(`body ${bodies++}`)) } };
    this.outbox = [sealed, ...others];
    return sealed;
  }

  async accepted(queued: Queued, placed: Placed): Promise<void> {
    const { said, bodyHash } = queued.wire!;
    this.outbox = this.outbox.filter(({ messageId }) => messageId !== queued.messageId);
    this.failed = this.failed.filter(({ messageId }) => messageId !== queued.messageId);
    await noteAccepted(this.tx, CONVERSATION, { counter: said.counter, bodyHash }, placed.entry.hash);
    await this.take(placed);
  }

  /** A copy of all that the device has on disk. */
  save(): Snapshot {
    const { rows, outbox, failed, next } = this;
    return { rows: new Map(rows), outbox, failed, next };
  }

  /** The store is an old copy; the server has seen a later one, and the device learns that before it sends. */
  restore({ rows, outbox, failed, next }: Snapshot): void {
    this.revisionsSkipped += 1_000_000_000;
    this.rows = new Map(rows);
    this.rows.set(ROWS.checkpoint, this.revisionsSkipped);
    Object.assign(this, { outbox, failed, next });
  }
}

interface Snapshot extends Pick<ModelDevice, 'outbox' | 'failed' | 'next'> {
  readonly rows: ReadonlyMap<string, unknown>;
}

/** A server that keeps the log as it should. */
export class ModelServer {
  readonly log: Placed[] = [];

  /** Stores a message once, whatever the attempts. */
  accept(device: ModelDevice, { messageId, wire }: Queued): Placed {
    const known = this.log.find(({ entry }) => entry.entryId === messageId);
    if (known !== undefined) return known;
    const { userId: senderUserId, deviceId: senderDeviceId } = device;
    const sender = { seq: this.log.length + 1, senderUserId, senderDeviceId };
    return this.#put({ ...sender, kind: ENTRY_KINDS.message, entryId: messageId, hash: wire!.bodyHash }, wire!.said);
  }

  commit({ userId: senderUserId, deviceId: senderDeviceId }: ModelDevice, kind: 'commit' | 'reset'): Placed {
    const isReset = kind === 'reset';
    const entryId = isReset ? idFromBytes<MessageId>(new Uint8Array(16)) : idOf<MessageId>(`commit ${bodies++}`);
    const hash = isReset ? new Uint8Array(32) : sha256(new TextEncoder().encode(entryId));
    const sender = { seq: this.log.length + 1, senderUserId, senderDeviceId };
    return this.#put({ ...sender, kind: ENTRY_KINDS[kind], entryId, hash }, null);
  }

  #put(entry: TranscriptEntry, said: Said | null): Placed {
    const placed = { entry, said, isEmptied: false };
    this.log.push(placed);
    return placed;
  }
}
