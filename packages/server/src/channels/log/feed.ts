import type { ConversationId, DeviceId, TenantId } from '@seal-chat/protocol';
import type { ChannelEntry } from '@seal-chat/protocol/api';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlDoor } from '../../db/doors.ts';
import { chunks, type Bus } from '../../bus/bus.ts';
import type { ChannelEntryEvent, Hub, Inbox } from '../../delivery/hub.ts';
import type { ChannelRef } from '../store.ts';
import { findChannelDevices, type ChannelDevices, type LogEnd } from './heads-store.ts';
import { findEntries } from './store.ts';

/** Follows the logs of channels, and gives every entry, in order and once, to the devices of this process. */
export interface Feed {
  /** Entries that this process has just committed. */
  offer(ref: ChannelRef, entries: readonly ChannelEntry[]): void;
  /** Logs reach at least this far: gives what was not given yet, or tells devices how far a log reaches. */
  catchUp(tenantId: TenantId, ends: readonly LogEnd[]): Promise<void>;
}

/** How far a channel's log was given to the devices here. */
interface Tail extends ChannelRef {
  delivered: number;
  /** The log is known to reach up to here. */
  upTo: number;
  /** Entries at hand that are not delivered yet, by sequence number. */
  readonly ready: Map<number, ChannelEntry>;
  devices: ChannelDevices | null;
  /** Reads what is not at hand, or is still delivering to a large channel. */
  isBusy: boolean;
}

const MAX_TAILS = 10_000;
/** With more to catch up on than this, devices are only told how far the log reaches. */
const MAX_BEHIND = 100;
const CHANNELS_PER_QUERY = 50;
/** Subscriptions that get an entry in one turn of the event loop; others have theirs in between. */
const INBOXES_PER_TURN = 500;

export function createFeed(deps: {
  readonly sql: SqlDoor;
  readonly bus: Bus;
  readonly hub: Hub;
  readonly onError: (error: unknown) => void;
}): Feed {
  const { sql, bus, hub, onError } = deps;
  /** The least recently used first. */
  const tails = new Map<string, Tail>();

  function tailOf({ tenantId, conversationId }: ChannelRef, from: number): Tail {
    const key = tenantId + conversationId;
    const tail = tails.get(key) ?? {
      tenantId,
      conversationId,
      delivered: from - 1,
      upTo: 0,
      ready: new Map<number, ChannelEntry>(),
      devices: null,
      isBusy: false,
    };
    tails.delete(key);
    if (tails.size >= MAX_TAILS) tails.delete(tails.keys().next().value!);
    tails.set(key, tail);
    return tail;
  }

  function inboxesOf(tenantId: TenantId, deviceIds: readonly DeviceId[]): Inbox[] {
    return deviceIds.flatMap((deviceId) => hub.ofDevice(tenantId, deviceId));
  }

  /** Delivers what is at hand, and reads what is not. */
  function advance(tail: Tail): void {
    if (tail.isBusy) return;
    while (tail.delivered < tail.upTo) {
      const entry = tail.ready.get(tail.delivered + 1);
      if (entry === undefined || !isFor(tail.devices, entry)) {
        return goOnAfter(tail, read(tail));
      }
      tail.ready.delete(entry.seq);
      tail.delivered = entry.seq;
      const delivery = deliver(tail, entry, tail.devices);
      if (delivery !== null) return goOnAfter(tail, delivery);
    }
  }

  function reach(tail: Tail, seq: number): void {
    tail.upTo = Math.max(tail.upTo, seq);
    advance(tail);
  }

  function goOnAfter(tail: Tail, work: Promise<void>): void {
    tail.isBusy = true;
    void work
      .catch((error: unknown) => {
        // Devices that miss an entry read the log at the next one.
        skip(tail);
        onError(error);
      })
      .finally(() => {
        tail.isBusy = false;
        advance(tail);
      });
  }

  function skip(tail: Tail): void {
    tail.delivered = Math.max(tail.delivered, tail.upTo);
    tail.ready.clear();
  }

  async function read(tail: Tail): Promise<void> {
    const [devices] = await findChannelDevices(sql.of(tail.tenantId), tail.tenantId, [tail.conversationId]);
    tail.devices = devices ?? null;
    const isHeard =
      devices !== undefined && inboxesOf(tail.tenantId, [...devices.leaves, ...devices.desired]).length > 0;
    if (!isHeard) return skip(tail);
    if (tail.upTo - tail.delivered > MAX_BEHIND) {
      tellHead(tail.tenantId, devices);
      return skip(tail);
    }
    if (tail.ready.has(tail.delivered + 1)) return;
    const entries = await findEntries(sql.of(tail.tenantId), tail, tail.delivered, tail.upTo - tail.delivered);
    const [first] = entries;
    if (first === undefined) return skip(tail);
    // Entries go when an account goes.
    tail.delivered = Math.max(tail.delivered, first.seq - 1);
    for (const entry of entries) tail.ready.set(entry.seq, entry);
  }

  /** The event is made once; every inbox gets the same. @returns null when all of them have it */
  function deliver(
    { tenantId, conversationId }: Tail,
    entry: ChannelEntry,
    devices: ChannelDevices,
  ): Promise<void> | null {
    const event: ChannelEntryEvent = { type: 'channel-entry', conversationId, entry };
    // Only devices in the group can read a message; what happens to the group concerns every device that should be in it.
    const inboxes = inboxesOf(tenantId, entry.kind === 'message' ? devices.leaves : devices.desired);
    if (inboxes.length > INBOXES_PER_TURN) return deliverInTurns(event, inboxes);
    for (const inbox of inboxes) inbox.tellEntry(event);
    return null;
  }

  async function deliverInTurns(event: ChannelEntryEvent, inboxes: readonly Inbox[]): Promise<void> {
    for (const some of chunks(inboxes, INBOXES_PER_TURN)) {
      for (const inbox of some) inbox.tellEntry(event);
      await nextTurn();
    }
  }

  function tellHead(tenantId: TenantId, { conversationId, lastSeq, leaves, desired }: ChannelDevices): void {
    const inGroup = new Set(leaves);
    const isPending = leaves.length !== desired.length || desired.some((deviceId) => !inGroup.has(deviceId));
    for (const inbox of inboxesOf(tenantId, desired)) {
      inbox.tell({ type: 'channel-head', conversationId, lastSeq, isPending }, `channel-head:${conversationId}`);
    }
  }

  async function tellHeads(tenantId: TenantId, conversationIds: readonly ConversationId[]): Promise<void> {
    for (const some of chunks(conversationIds, CHANNELS_PER_QUERY)) {
      for (const devices of await findChannelDevices(sql.of(tenantId), tenantId, some)) tellHead(tenantId, devices);
    }
  }

  bus.listen((notice) => {
    if (notice.kind === 'channel-entries') {
      reach(tailOf(notice, notice.from), notice.to);
    } else if (notice.kind === 'channel-heads') {
      tellHeads(notice.tenantId, notice.conversationIds).catch(onError);
    }
  });
  // What was lost is found by `missed.ts`.
  bus.onGap(() => tails.clear());

  return {
    offer(ref, entries) {
      const [first] = entries;
      if (first === undefined) return;
      const tail = tailOf(ref, first.seq);
      for (const entry of entries) {
        if (entry.seq <= tail.delivered) continue;
        tail.ready.set(entry.seq, entry);
        tail.upTo = Math.max(tail.upTo, entry.seq);
      }
      advance(tail);
    },

    async catchUp(tenantId, ends) {
      const unknown: ConversationId[] = [];
      for (const { conversationId, lastSeq } of ends) {
        const tail = tails.get(tenantId + conversationId);
        if (tail === undefined) unknown.push(conversationId);
        else reach(tail, lastSeq);
      }
      await tellHeads(tenantId, unknown);
    },
  };
}

/**
 * Whether `devices` are those of `entry`: they do not change within an epoch that takes messages, and never count for
 * what was accepted after they were looked up.
 */
function isFor(devices: ChannelDevices | null, entry: ChannelEntry): devices is ChannelDevices {
  if (devices === null) return false;
  if (devices.lastSeq >= entry.seq) return true;
  return entry.kind === 'message' && devices.incarnation === entry.incarnation && devices.epoch === entry.epoch;
}
