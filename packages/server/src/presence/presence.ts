import type { TenantId, UserId } from '@seal-chat/protocol';
import type { LiveEvent, OwnPresence, PresenceState } from '@seal-chat/protocol/api';
import { chunks, type Bus, type PresenceReport } from '../bus/bus.ts';
import type { Audience } from '../delivery/audience.ts';

/** Who is there. Kept in memory alone; processes tell each other over the bus. */
export interface Presence {
  /** A socket of a user opened. */
  join(tenantId: TenantId, userId: UserId, connectionId: string, state?: OwnPresence): void;
  /** What the person at a socket does. */
  setState(tenantId: TenantId, userId: UserId, connectionId: string, state: OwnPresence): void;
  /** The socket closed. */
  leave(tenantId: TenantId, userId: UserId, connectionId: string): void;
  /** Open sockets of a user, in all processes. */
  sockets(tenantId: TenantId, userId: UserId): number;
  /** Ends what is under way. Other processes learn from the bus that no one is connected here any longer. */
  close(): void;
  /** The event that tells how a user is now; null for one who has not been seen. */
  eventOf(tenantId: TenantId, userId: UserId): Extract<LiveEvent, { type: 'presence' }> | null;
}

/** A page that reloads is not away. */
const LEAVE_GRACE_MS = 3_000;
/** Reports in one notice. */
const REPORTS_PER_NOTICE = 30;
/** Reports that were asked for have come by then, ms. */
const RENEWAL_MS = 4_000;
/** People who left are remembered for as long as there are not more of them. */
const MAX_ABSENT = 20_000;

type HeardReport = PresenceReport & {
  /** Milliseconds of `performance.now()`. */
  readonly heardAt: number;
};

/** What this process knows of a user: its own sockets, and the reports of others. */
interface Entry {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly connections: Map<string, OwnPresence>;
  /** Null while no other process has a socket of the user. */
  elsewhere: Map<string, HeardReport> | null;
  /** What the audience was told last. */
  told: PresenceState;
  lastSeenAt: number | null;
  leaving: NodeJS.Timeout | null;
}

export function createPresence(deps: {
  readonly bus: Bus;
  readonly audience: Audience;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
  readonly leaveGraceMs?: number;
}): Presence {
  const { bus, audience, clock, onError, leaveGraceMs = LEAVE_GRACE_MS } = deps;
  const entries = new Map<string, Entry>();
  const timers = new Set<NodeJS.Timeout>();

  bus.listen((notice, from) => {
    if (from === bus.processId) {
      if (notice.kind === 'hello') forgetUnlessRenewed(notice.tenantId ?? null, notice.to ?? null);
      return;
    }
    if (notice.kind === 'presence') for (const report of notice.users) hear(notice.tenantId, report, from);
    if (notice.kind === 'hello') reportAll(notice.tenantId ?? null);
  });
  bus.onGone((processId) => {
    const affected = [...entries.values()].filter((entry) => forgetReport(entry, processId, clock()));
    // Most of them come to another process at once.
    later(leaveGraceMs, () => {
      for (const entry of affected) tellChange(entry);
    });
  });

  function entryOf(tenantId: TenantId, userId: UserId): Entry {
    const key = tenantId + userId;
    let entry = entries.get(key);
    if (entry === undefined) {
      if (entries.size >= MAX_ABSENT) forgetAbsent();
      entry = {
        tenantId,
        userId,
        connections: new Map(),
        elsewhere: null,
        told: 'offline',
        lastSeenAt: null,
        leaving: null,
      };
      entries.set(key, entry);
    }
    return entry;
  }

  function forgetAbsent(): void {
    for (const [key, { connections, elsewhere, leaving }] of entries) {
      if (connections.size === 0 && elsewhere === null && leaving === null) entries.delete(key);
    }
  }

  function hear(tenantId: TenantId, report: PresenceReport, from: string): void {
    const entry = entryOf(tenantId, report.userId);
    if (report.sockets > 0) (entry.elsewhere ??= new Map()).set(from, { ...report, heardAt: performance.now() });
    else forgetReport(entry, from, report.lastSeenAt);
    entry.lastSeenAt = latest(entry.lastSeenAt, report.lastSeenAt);
    // The process where it happened tells the audience.
    entry.told = stateOf(entry);
  }

  /** Reports were asked for: those that do not come again are of people who left unheard. */
  function forgetUnlessRenewed(tenantId: TenantId | null, from: string | null): void {
    const askedAt = performance.now();
    later(RENEWAL_MS, () => {
      for (const entry of entries.values()) {
        if (tenantId !== null && entry.tenantId !== tenantId) continue;
        for (const [processId, { heardAt }] of entry.elsewhere ?? []) {
          const isOld = heardAt < askedAt && (from === null || from === processId);
          if (isOld && forgetReport(entry, processId, clock())) tellChange(entry);
        }
      }
    });
  }

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
  }

  function reportOf(entry: Entry): PresenceReport {
    const { userId, connections, lastSeenAt } = entry;
    return { userId, state: combined([...connections.values()]), sockets: connections.size, lastSeenAt };
  }

  /** Tells other processes of everybody who is here, or of the people of one tenant. */
  function reportAll(tenantId: TenantId | null): void {
    const here = [...entries.values()].filter(({ connections }) => connections.size > 0);
    tellOthers(tenantId === null ? here : here.filter((entry) => entry.tenantId === tenantId));
  }

  function tellOthers(some: readonly Entry[]): void {
    for (const [tenantId, own] of byTenant(some)) {
      for (const users of chunks(own.map(reportOf), REPORTS_PER_NOTICE)) {
        bus.publishToOthers({ kind: 'presence', tenantId, users });
      }
    }
  }

  /** Tells other processes of the sockets here, and the audience when the person's state is another now. */
  function update(entry: Entry): void {
    bus.publishToOthers({ kind: 'presence', tenantId: entry.tenantId, users: [reportOf(entry)] });
    tellChange(entry);
  }

  function tellChange(entry: Entry): void {
    const state = stateOf(entry);
    if (state === entry.told) return;
    entry.told = state;
    tellAudience(entry).catch(onError);
  }

  async function tellAudience({ tenantId, userId }: Entry): Promise<void> {
    const watchers = await audience.watchersOf(tenantId, userId);
    const event = eventOf(tenantId, userId);
    if (event !== null) audience.tell(tenantId, watchers, event);
  }

  function eventOf(tenantId: TenantId, userId: UserId): Extract<LiveEvent, { type: 'presence' }> | null {
    const entry = entries.get(tenantId + userId);
    return entry === undefined
      ? null
      : { type: 'presence', userId, state: entry.told, lastSeenAt: entry.told === 'offline' ? entry.lastSeenAt : null };
  }

  return {
    join(tenantId, userId, connectionId, state = 'online') {
      const entry = entryOf(tenantId, userId);
      if (entry.leaving !== null) clearTimeout(entry.leaving);
      entry.leaving = null;
      entry.connections.set(connectionId, state);
      update(entry);
    },

    setState(tenantId, userId, connectionId, state) {
      const entry = entryOf(tenantId, userId);
      if (!entry.connections.has(connectionId) || entry.connections.get(connectionId) === state) return;
      entry.connections.set(connectionId, state);
      update(entry);
    },

    leave(tenantId, userId, connectionId) {
      const entry = entryOf(tenantId, userId);
      const state = entry.connections.get(connectionId);
      if (!entry.connections.delete(connectionId)) return;
      if (state !== 'hidden') entry.lastSeenAt = clock();
      if (entry.connections.size > 0) {
        update(entry);
        return;
      }
      entry.leaving = setTimeout(() => {
        entry.leaving = null;
        update(entry);
      }, leaveGraceMs);
      entry.leaving.unref();
    },

    sockets(tenantId, userId) {
      const entry = entries.get(tenantId + userId);
      if (entry === undefined) return 0;
      let count = entry.connections.size;
      for (const { sockets } of entry.elsewhere?.values() ?? []) count += sockets;
      return count;
    },

    eventOf,

    close() {
      for (const timer of timers) clearTimeout(timer);
      for (const entry of entries.values()) {
        if (entry.leaving !== null) clearTimeout(entry.leaving);
        entry.connections.clear();
      }
    },
  };
}

function byTenant(entries: readonly Entry[]): ReadonlyMap<TenantId, readonly Entry[]> {
  const groups = new Map<TenantId, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.tenantId);
    if (group === undefined) groups.set(entry.tenantId, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** Takes out what a process reported, of a person who was seen there until `at`; whether there was anything. */
function forgetReport(entry: Entry, processId: string, at: number | null): boolean {
  const report = entry.elsewhere?.get(processId);
  if (report === undefined) return false;
  entry.elsewhere!.delete(processId);
  if (entry.elsewhere!.size === 0) entry.elsewhere = null;
  if (report.state !== 'offline') entry.lastSeenAt = latest(entry.lastSeenAt, at);
  return true;
}

function stateOf({ connections, elsewhere }: Entry): PresenceState {
  return combined([...connections.values(), ...[...(elsewhere?.values() ?? [])].map(({ state }) => state)]);
}

/** What others are told of a person whose connections, or processes with such, are in these states. */
function combined(states: readonly (PresenceState | OwnPresence)[]): PresenceState {
  if (states.includes('online')) return 'online';
  return states.includes('away') ? 'away' : 'offline';
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
