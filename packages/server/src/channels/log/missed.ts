import type { TenantId, UserId } from '@seal-chat/protocol';
import type { SqlDoor } from '../../db/doors.ts';
import { chunks, type Bus } from '../../bus/bus.ts';
import type { Hub } from '../../delivery/hub.ts';
import type { Feed } from './feed.ts';
import { findLogEnds } from './heads-store.ts';

const USERS_PER_QUERY = 500;

/**
 * Creates a look for entries of channels' logs that no notice told of: each log that grew since the last look. Once notices
 * were lost, devices are told how far every log reaches: what they were not told of may be a change of the group.
 */
export function createMissedEntries(deps: {
  readonly sql: SqlDoor;
  readonly bus: Pick<Bus, 'onGap'>;
  readonly hub: Hub;
  readonly feed: Feed;
}): () => Promise<void> {
  const { sql, bus, hub, feed } = deps;
  let seen: ReadonlyMap<string, number> = new Map();
  bus.onGap(() => (seen = new Map()));
  return async () => {
    const ends = new Map<string, number>();
    for (const [tenantId, userIds] of connectedUsers(hub)) {
      for (const some of chunks([...userIds], USERS_PER_QUERY)) {
        const found = await findLogEnds(sql.of(tenantId), tenantId, some);
        const grown = found.filter(({ conversationId, lastSeq }) => seen.get(tenantId + conversationId) !== lastSeq);
        for (const { conversationId, lastSeq } of found) ends.set(tenantId + conversationId, lastSeq);
        await feed.catchUp(tenantId, grown);
      }
    }
    seen = ends;
  };
}

function connectedUsers(hub: Hub): ReadonlyMap<TenantId, ReadonlySet<UserId>> {
  const users = new Map<TenantId, Set<UserId>>();
  for (const { tenantId, userId } of hub.all()) {
    const known = users.get(tenantId);
    if (known === undefined) users.set(tenantId, new Set([userId]));
    else known.add(userId);
  }
  return users;
}
