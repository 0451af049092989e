import type { DeviceId, SealError, TenantId, UserId } from '@seal-chat/protocol';
import type { LiveEvent, MailboxEvent } from '@seal-chat/protocol/api';

/** A new entry of a channel's log, as it is sent to devices. */
export type ChannelEntryEvent = Extract<LiveEvent, { type: 'channel-entry' }>;

/** One running subscription of one device in this process. */
export interface Inbox {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly sessionId: string;
  /** A mailbox entry that was just committed. */
  offer(event: MailboxEvent): void;
  /** The mailbox has entries that were not offered. */
  readMailbox(): void;
  /** The position up to which it has sent everything it knows of; null while more is on its way. */
  restsAt(): number | null;
  /** A live event. One that replaces another in its queue has the same `key`. */
  tell(event: LiveEvent, key: string): void;
  /** An entry of a channel's log. */
  tellEntry(event: ChannelEntryEvent): void;
  /** Ends the subscription with an error. */
  end(error: SealError): void;
}

/** The subscriptions of this process, found by device, user or session. Ids are unique within a tenant only. */
export interface Hub {
  /** @returns takes the inbox out again */
  add(inbox: Inbox): () => void;
  ofDevice(tenantId: TenantId, deviceId: DeviceId): readonly Inbox[];
  ofUser(tenantId: TenantId, userId: UserId): readonly Inbox[];
  all(): Iterable<Inbox>;
}

type Index = Map<TenantId, Map<string, readonly Inbox[]>>;

const NONE: readonly Inbox[] = [];

export function createHub(): Hub {
  const devices: Index = new Map();
  const users: Index = new Map();
  const inboxes = new Set<Inbox>();

  return {
    add(inbox) {
      inboxes.add(inbox);
      insert(devices, inbox.tenantId, inbox.deviceId, inbox);
      insert(users, inbox.tenantId, inbox.userId, inbox);
      return () => {
        inboxes.delete(inbox);
        remove(devices, inbox.tenantId, inbox.deviceId, inbox);
        remove(users, inbox.tenantId, inbox.userId, inbox);
      };
    },
    ofDevice: (tenantId, deviceId) => devices.get(tenantId)?.get(deviceId) ?? NONE,
    ofUser: (tenantId, userId) => users.get(tenantId)?.get(userId) ?? NONE,
    all: () => inboxes,
  };
}

function insert(index: Index, tenantId: TenantId, id: string, inbox: Inbox): void {
  let ofTenant = index.get(tenantId);
  if (ofTenant === undefined) index.set(tenantId, (ofTenant = new Map()));
  ofTenant.set(id, [...(ofTenant.get(id) ?? NONE), inbox]);
}

function remove(index: Index, tenantId: TenantId, id: string, inbox: Inbox): void {
  const ofTenant = index.get(tenantId);
  const rest = ofTenant?.get(id)?.filter((other) => other !== inbox) ?? NONE;
  if (rest.length > 0) ofTenant?.set(id, rest);
  else ofTenant?.delete(id);
  if (ofTenant?.size === 0) index.delete(tenantId);
}
