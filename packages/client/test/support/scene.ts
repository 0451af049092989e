import {
  newId,
  type ConversationId,
  type DeviceId,
  type MessageContent,
  type MessageId,
  type UserId,
} from '@seal-chat/protocol';
import { encodeContent, type RichContent } from '@seal-chat/protocol/content';
import { applyContent } from '../../src/content/apply-content.ts';
import { memoryStore, type Message, type MessageWindow } from '../../src/index.ts';
import { rowReader, transact, type DeviceTx } from '../../src/store/device-tx.ts';
import { ROWS, type AccountRow, type ConversationRow, type MemberRow } from '../../src/store/rows.ts';
import { createWindowContent } from '../../src/view/message-window.ts';

/** A conversation in a store without a server: messages are opened already, and say what the test wants them to. */
export interface Scene {
  readonly conversationId: ConversationId;
  readonly self: UserId;
  readonly other: UserId;
  readonly third: UserId;
  /** Server's clock, ms; may be set. */
  now: number;
  /** Applies a message at `seq` from `from`, accepted now unless said otherwise. */
  say(seq: number, from: UserId, content: RichContent | string, acceptedAt?: number): Promise<void>;
  /** The id that `say` gives to the message at `seq`. */
  idAt(seq: number): MessageId;
  commit<T>(task: (tx: DeviceTx) => Promise<T>): Promise<T>;
  row(): Promise<ConversationRow>;
  window(): Promise<MessageWindow>;
  message(seq: number): Promise<Message | undefined>;
}

const idOf = <T extends UserId | DeviceId | ConversationId | MessageId>(n: number): T =>
  newId<T>(Uint8Array.of(n >> 8, n, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));

export async function openScene(
  kind: 'dm' | 'channel' = 'dm',
  roles: Partial<Record<number, MemberRow['role']>> = {},
  more: Partial<ConversationRow> = {},
): Promise<Scene> {
  const store = await memoryStore()('scene');
  const reader = rowReader(store);
  const conversationId = idOf<ConversationId>(1);
  const people = [idOf<UserId>(10), idOf<UserId>(11), idOf<UserId>(12)] as const;
  const deviceId = idOf<DeviceId>(20);
  const commit: Scene['commit'] = (task) => transact({ store, committed: () => {} }, task);
  await commit(async (tx) => {
    tx.put(ROWS.account, { status: 'active', userId: people[0], device: { deviceId } } as AccountRow);
    tx.put(ROWS.conversation(conversationId), {
      kind,
      members: people.map((userId, i) => ({
        userId,
        username: null,
        deliveredSeq: 0,
        readSeq: 0,
        ...(roles[i] && { role: roles[i] }),
      })),
      createdAt: 0,
      lastSeq: 0,
      firstSeq: null,
      lastShownSeq: null,
      lastActivityAt: 0,
      readSeq: 0,
      announcedReadSeq: 0,
      unreadCount: 0,
      ...(kind === 'channel' && {
        channel: {
          visibility: 'private',
          state: 'joined',
          sharesHistory: false,
          name: null,
          description: '',
          profileSeq: 0,
        },
      }),
      ...more,
    });
  });
  const scene: Scene = {
    conversationId,
    self: people[0],
    other: people[1],
    third: people[2],
    now: 1_000_000,
    idAt: (seq) => idOf<MessageId>(1000 + seq),
    async say(seq, from, said, acceptedAt = scene.now) {
      const content: MessageContent = typeof said === 'string' ? { kind: 'text', text: said } : encodeContent(said);
      const senderDeviceId = from === people[0] ? deviceId : idOf<DeviceId>(21);
      const place = { conversationId, seq, messageId: scene.idAt(seq), senderUserId: from, senderDeviceId };
      const body = { content, sentAt: scene.now };
      await commit((tx) => applyContent({ now: () => scene.now }, tx, { ...place, acceptedAt }, body));
    },
    commit,
    row: async () => (await reader.get(ROWS.conversation(conversationId)))!,
    window: () =>
      createWindowContent(conversationId).load({ reader, self: { userId: people[0], deviceId }, isOnline: true }),
    message: async (seq) => (await scene.window()).messages.find((message) => message.seq === seq),
  };
  return scene;
}
