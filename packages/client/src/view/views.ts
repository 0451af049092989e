import { SYNC_TOPICS, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { Person, PrivacySettings } from '../model/account.ts';
import type { ConversationSummary, Invitation, MessageWindow } from '../model/conversation.ts';
import type { Message } from '../model/message.ts';
import { createAtom, type Atom, type Readable } from '../state/atom.ts';
import { isSame } from '../state/is-same.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import type { Committed, RowReader } from '../store/device-tx.ts';
import { viewMessage, viewOutbox } from '../store/message-view.ts';
import { ROWS, placeOf } from '../store/rows.ts';
import type { Self } from '../store/self.ts';
import type { LiveState } from '../sync/live-state.ts';
import { privacyOf } from '../store/privacy.ts';
import { isListed, readConversations, summarize, type ConversationParts } from './conversation-view.ts';
import type { Emitter } from './emitter.ts';
import { createWindows } from './windows.ts';

/** What people see of the store, kept up to date with every commit of any tab. Holds no truth of its own. */
export interface Views {
  readonly conversations: Readable<readonly ConversationSummary[]>;
  readonly requests: Readable<readonly ConversationSummary[]>;
  readonly blocked: Readable<readonly Person[]>;
  readonly privacy: Readable<PrivacySettings>;
  /** Whether the others of a conversation are told that the person types. */
  readonly tellsTyping: (conversationId: ConversationId) => boolean;
  readonly invitations: Readable<readonly Invitation[]>;
  summary(conversationId: ConversationId): Readable<ConversationSummary | null>;
  window(conversationId: ConversationId): Readable<MessageWindow>;
  /** Resolves when the window has grown by a page. */
  loadEarlier(conversationId: ConversationId): Promise<void>;
  /** Resolves when the window is back to its last page. */
  dropEarlier(conversationId: ConversationId): Promise<void>;
  /** One message by where it is stored; null when it is gone or never shown. */
  message(rowKey: string): Promise<Message | null>;
  /** An account is signed in, or none: everything is read again. */
  show(source: { readonly reader: RowReader; readonly self: Self } | null): Promise<void>;
  committed(change: Committed): void;
  liveChanged(): void;
  /** Resolves when everything committed so far is shown. */
  settled(): Promise<void>;
}

export function createViews(deps: { readonly live: Readable<LiveState>; readonly emitter: Emitter }): Views {
  const { live, emitter } = deps;
  const conversations = createAtom<readonly ConversationSummary[]>([]);
  const requests = createAtom<readonly ConversationSummary[]>([]);
  const blocked = createAtom<readonly Person[]>([]);
  const privacy = createAtom<PrivacySettings>({ typing: true, presence: true, receipts: true });
  const invitations = createAtom<readonly Invitation[]>([]);
  const summaries = new Map<ConversationId, Atom<ConversationSummary | null>>();
  const windows = createWindows(() => schedule());
  let parts = new Map<ConversationId, ConversationParts>();
  let source: { readonly reader: RowReader; readonly self: Self } | null = null;
  let blockedIds: readonly UserId[] = [];
  let listed: ReadonlySet<ConversationId> = new Set();
  let dirty = new Set<ConversationId>();
  const refreshing = createTaskQueue((error) => emitter.fail(error));
  let unread = 0;
  let lastLive = live.get();

  const summaryAtom = (conversationId: ConversationId): Atom<ConversationSummary | null> => {
    const known = summaries.get(conversationId);
    if (known !== undefined) return known;
    const atom = createAtom<ConversationSummary | null>(null);
    summaries.set(conversationId, atom);
    return atom;
  };

  /** Makes summaries from what was read, and tells those that differ. */
  function publish(ids: Iterable<ConversationId>): void {
    const self = source?.self;
    let hasChanged = false;
    for (const conversationId of ids) {
      const read = parts.get(conversationId);
      const attitude = { privacy: privacy.get(), blocked: blockedIds };
      const summary = self && read ? summarize(read, live.get(), self, attitude) : null;
      const atom = summaryAtom(conversationId);
      if (listed.has(conversationId) !== (read !== undefined && isListed(read))) hasChanged = true;
      if (isSame(summary, atom.get())) continue;
      hasChanged = true;
      atom.set(summary);
      if (summary !== null) emitter.emit('conversation', summary);
    }
    if (!hasChanged) return;
    listed = new Set([...parts.values()].filter(isListed).map(({ conversationId }) => conversationId));
    const all = [...listed]
      .map((conversationId) => summaryAtom(conversationId).get())
      .filter((summary) => summary !== null)
      .toSorted((a, b) => Number(b.isPinned) - Number(a.isPinned) || b.lastActivityAt - a.lastActivityAt);
    const chats = all.filter(({ isRequest }) => !isRequest);
    conversations.set(chats);
    requests.set(all.filter(({ isRequest }) => isRequest));
    const count = chats.reduce(
      (sum, { isMuted, isArchived, unreadCount, mentionCount }) =>
        sum + (isMuted || isArchived ? mentionCount : unreadCount),
      0,
    );
    if (count !== unread) emitter.emit('unread', (unread = count));
  }

  async function refresh(): Promise<void> {
    const ids = [...dirty];
    dirty = new Set();
    if (source === null) return;
    const { reader, self } = source;
    if (ids.length > 0) {
      const read = await readConversations(reader, ids, self, await reader.list(VERIFIED));
      for (const conversationId of ids) {
        const found = read.get(conversationId);
        if (found === undefined) parts.delete(conversationId);
        else parts.set(conversationId, found);
      }
    }
    await windows.refresh({ reader, self, isOnline: isOnline(live.get()) });
    publish(ids);
  }

  /** Conversations with any of these people. */
  function conversationsWith(people: ReadonlySet<string>): readonly ConversationId[] {
    if (people.size === 0) return [];
    const found = [...parts].filter(([, { row }]) => row.members.some(({ userId }) => people.has(userId)));
    return found.map(([conversationId]) => conversationId);
  }

  /** Conversations of which something that lasts only as long as the connection is different now. */
  function concerned(before: LiveState, after: LiveState): ReadonlySet<ConversationId> {
    const typing = differing(before.typing, after.typing).filter((id) => parts.has(id as ConversationId));
    const people = new Set(differing(before.presence, after.presence));
    return new Set([...(typing as ConversationId[]), ...conversationsWith(people)]);
  }

  async function refreshInvitations(): Promise<void> {
    const all = (await source?.reader.get(ROWS.invitations)) ?? [];
    invitations.set(all.filter(({ inviter }) => !blockedIds.includes(inviter.userId)));
  }

  async function refreshAttitude(): Promise<void> {
    if (source === null) return;
    const { reader, self } = source;
    privacy.set(await privacyOf(reader, self.userId));
    blockedIds = (await reader.get(ROWS.blocked)) ?? [];
    const known = new Map([...parts.values()].flatMap(({ row }) => row.members).map((one) => [one.userId, one]));
    blocked.set(blockedIds.map((userId) => ({ userId, username: known.get(userId)?.username ?? null })));
    publish(parts.keys());
    await refreshInvitations();
  }

  /** At most one refresh runs and one waits: what is dirty until it starts is covered by it. */
  function schedule(task = refresh): void {
    void refreshing.add(task);
  }

  return {
    conversations,
    requests,
    blocked,
    privacy,
    invitations,
    tellsTyping(conversationId) {
      const summary = summaryAtom(conversationId).get();
      return summary !== null && privacy.get().typing && !summary.isRequest && !summary.isBlocked;
    },
    summary: summaryAtom,
    window: windows.of,
    async loadEarlier(conversationId) {
      windows.of(conversationId);
      // What is asked for first is how the window is now.
      await refreshing.idle();
      windows.grow(conversationId);
      schedule();
      await refreshing.idle();
    },
    async dropEarlier(conversationId) {
      windows.shrink(conversationId);
      await refreshing.idle();
    },
    async message(rowKey) {
      if (source === null) return null;
      const { reader, self } = source;
      const { conversationId, seq } = placeOf(rowKey);
      if (rowKey.startsWith(ROWS.allOutbox)) {
        const row = await reader.get(ROWS.outbox(conversationId, seq));
        return row && viewOutbox(conversationId, row, self);
      }
      const row = await reader.get(ROWS.message(conversationId, seq));
      if (row === null) return null;
      return viewMessage({ conversationId, seq, row }, await reader.get(ROWS.conversation(conversationId)), self);
    },
    async show(next) {
      source = next;
      const known = next === null ? [] : await next.reader.list(ROWS.conversations);
      const gone = [...parts.keys()];
      parts = new Map();
      if (next === null) windows.empty();
      windows.reset();
      dirty = new Set(known.map(({ key }) => placeOf(key).conversationId));
      publish(gone);
      schedule();
      schedule(refreshAttitude);
      await refreshing.idle();
    },
    committed({ keys }) {
      for (const key of keys) {
        if (IN_CONVERSATION.test(key)) dirty.add(placeOf(key).conversationId);
        else if (key.startsWith(PEERS))
          for (const id of conversationsWith(new Set([key.slice(PEERS.length)]))) dirty.add(id);
        else if (key.startsWith(VERIFIED)) for (const conversationId of parts.keys()) dirty.add(conversationId);
        else if (key === ROWS.blocked || key.startsWith(PRIVACY)) schedule(refreshAttitude);
        else if (key === ROWS.invitations) schedule(refreshInvitations);
      }
      if (windows.note(keys) || dirty.size > 0) schedule();
    },
    liveChanged() {
      const before = lastLive;
      lastLive = live.get();
      publish(concerned(before, lastLive));
      if (isOnline(before) === isOnline(lastLive)) return;
      windows.reset();
      schedule();
    },
    settled: () => refreshing.idle(),
  };
}

function isOnline({ connection }: LiveState): boolean {
  return connection.status === 'online';
}

const IN_CONVERSATION = /^(conversation|message|outbox|draft)\//;
const PEERS = 'peer/';
const VERIFIED = ROWS.registersAbout(SYNC_TOPICS.verified);
const PRIVACY = ROWS.registersAbout(SYNC_TOPICS.privacy);

/** Names whose values are not the same. */
function differing<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): readonly string[] {
  if (before === after) return [];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isSame(before[name], after[name]));
}
