import type { ConversationId } from '@seal-chat/protocol';
import type { Device } from '../device/device.ts';
import type { PendingAttachment } from '../model/attachments.ts';
import { createAtom, type Atom, type Readable } from '../state/atom.ts';
import type { Committed } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';

/** Returns what is attached to a conversation and not sent: the same list whenever it is asked for. */
export type PendingAttachments = (conversationId: ConversationId) => Readable<readonly PendingAttachment[]>;

/** Reads the lists from the store when they are first asked for. The code of attachments is loaded once there is one. */
export function createPendingAttachments(device: Promise<Device>): PendingAttachments {
  const lists = new Map<ConversationId, Atom<readonly PendingAttachment[]>>();

  async function watch(conversationId: ConversationId, list: Atom<readonly PendingAttachment[]>): Promise<void> {
    const { attachments, reader, watchers } = await device;
    const rows = ROWS.uploadsOf(conversationId);
    const begin = async (): Promise<void> => (await attachments()).watchPending(conversationId, list);
    const waitForFirst = ({ keys }: Committed): void => {
      if (!keys.some((key) => key.startsWith(rows))) return;
      watchers.delete(waitForFirst);
      begin().catch(() => lists.delete(conversationId));
    };
    watchers.add(waitForFirst);
    if ((await reader.list(rows, { limit: 1 })).length === 0) return;
    watchers.delete(waitForFirst);
    await begin();
  }

  return (conversationId) => {
    let list = lists.get(conversationId);
    if (list === undefined) {
      lists.set(conversationId, (list = createAtom<readonly PendingAttachment[]>([])));
      watch(conversationId, list).catch(() => lists.delete(conversationId));
    }
    return list;
  };
}
