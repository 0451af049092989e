import type { DeviceId, TenantId } from '@seal-chat/protocol';
import { chunks, type Notice } from './bus.ts';

type Mailboxes = Extract<Notice, { kind: 'mailboxes' }>;
type Entries = Extract<Notice, { kind: 'channel-entries' }>;

/**
 * Says in fewer notices what `notices` say: each mailbox and each channel's log once. Those that only say that there is
 * something to read come last; the others keep their order.
 */
export function coalesce(notices: readonly Notice[]): readonly Notice[] {
  if (notices.length < 2) return notices;
  const others: Notice[] = [];
  const mailboxes = new Map<TenantId, Set<DeviceId>>();
  const entries = new Map<string, Entries>();
  for (const notice of notices) {
    if (notice.kind === 'mailboxes') {
      const known = mailboxes.get(notice.tenantId);
      if (known === undefined) mailboxes.set(notice.tenantId, new Set(notice.deviceIds));
      else for (const deviceId of notice.deviceIds) known.add(deviceId);
    } else if (notice.kind === 'channel-entries') {
      const key = notice.tenantId + notice.conversationId;
      const known = entries.get(key);
      entries.set(key, known === undefined ? notice : spanning(known, notice));
    } else {
      others.push(notice);
    }
  }
  const toRead = [...mailboxes].flatMap(([tenantId, deviceIds]) =>
    chunks([...deviceIds]).map((some): Mailboxes => ({ kind: 'mailboxes', tenantId, deviceIds: some })),
  );
  return [...others, ...toRead, ...entries.values()];
}

/** Whatever is between the two was committed by a process that tells of it; reading it twice does no harm. */
function spanning(one: Entries, other: Entries): Entries {
  return { ...one, from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
}
