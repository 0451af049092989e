import type { DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { ConversationAnswer, LiveEvent } from '@seal-chat/protocol/api';
import { chunks, type Bus, type NoticedEvent } from '../bus/bus.ts';
import type { Hub } from './hub.ts';

/** Sends live events to devices, whichever process their sockets are on. */
export interface Audience {
  /** The users who share a conversation with a user. */
  peersOf(tenantId: TenantId, userId: UserId): Promise<readonly UserId[]>;
  /** Those of them who are told of the user's presence. */
  watchersOf(tenantId: TenantId, userId: UserId): Promise<readonly UserId[]>;
  /** Tells every connected device of some users. */
  tell(tenantId: TenantId, userIds: readonly UserId[], event: NoticedEvent): void;
  /** Tells one device, where it is connected. */
  tellDevice(tenantId: TenantId, deviceId: DeviceId, event: NoticedEvent): void;
}

export function createAudience(deps: Pick<Audience, 'peersOf' | 'watchersOf'> & { readonly bus: Bus }): Audience {
  const { bus, peersOf, watchersOf } = deps;
  return {
    peersOf,
    watchersOf,
    tell(tenantId, userIds, event) {
      for (const some of chunks(userIds)) {
        bus.publish({ kind: 'event', tenantId, userIds: some, deviceIds: [], event });
      }
    },
    tellDevice(tenantId, deviceId, event) {
      bus.publish({ kind: 'event', tenantId, userIds: [], deviceIds: [deviceId], event });
    },
  };
}

/** Gives notices of the bus to the subscriptions of this process. */
export function deliverNotices(deps: {
  readonly bus: Bus;
  readonly hub: Hub;
  readonly findConversation: (tenantId: TenantId, conversationId: string) => Promise<ConversationAnswer | null>;
  readonly onError: (error: unknown) => void;
}): void {
  const { bus, hub, findConversation, onError } = deps;

  bus.listen((notice) => {
    if (notice.kind === 'mailboxes') {
      for (const deviceId of notice.deviceIds) {
        for (const inbox of hub.ofDevice(notice.tenantId, deviceId)) inbox.readMailbox();
      }
    } else if (notice.kind === 'delivered') {
      for (const { event, to } of notice.entries) {
        for (const userId of to) {
          for (const inbox of hub.ofUser(notice.tenantId, userId)) {
            inbox.tell(event, `delivered:${event.conversationId}:${event.userId}`);
          }
        }
      }
    } else if (notice.kind === 'event') {
      const { tenantId, userIds, deviceIds, event } = notice;
      const inboxes = [
        ...userIds.flatMap((userId) => hub.ofUser(tenantId, userId)),
        ...deviceIds.flatMap((deviceId) => hub.ofDevice(tenantId, deviceId)),
      ];
      if (inboxes.length === 0) return;
      const tellAll = (told: LiveEvent): void => {
        for (const inbox of inboxes) inbox.tell(told, keyOf(event));
      };
      if (event.type !== 'conversation') tellAll(event);
      else {
        findConversation(tenantId, event.conversationId).then((conversation) => {
          if (conversation !== null) tellAll({ type: 'conversation', conversation });
        }, onError);
      }
    }
  });
}

/** Of two events with the same key, only the later one matters to a reader that has seen neither. */
function keyOf(event: NoticedEvent): string {
  switch (event.type) {
    case 'typing':
      return `typing:${event.conversationId}:${event.userId}`;
    case 'presence':
    case 'device-list':
      return `${event.type}:${event.userId}`;
    case 'conversation':
      return `conversation:${event.conversationId}`;
    case 'channel-entry':
      return `channel-entry:${event.conversationId}:${event.entry.seq}`;
    case 'channel-head':
    case 'conversation-gone':
      return `${event.type}:${event.conversationId}`;
    case 'removed':
      return `removed:${event.conversationId}:${event.seq}`;
    case 'prekeys-low':
    case 'key-packages-low':
    case 'invitations':
      return event.type;
  }
}
