import type { Sql } from 'postgres';
import type { Bus } from '../bus/bus.ts';
import type { SqlDoor } from '../db/doors.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { MessageLimits } from '../limits/messages.ts';
import type { Waker } from '../outbox/waker.ts';
import type { Presence } from '../presence/presence.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Audience } from '../delivery/audience.ts';
import type { Hub } from '../delivery/hub.ts';
import type { Sweep } from '../delivery/sweep.ts';
import { createAnnouncer } from './members/announcer.ts';
import { createCommits, type Commits } from './commits/service.ts';
import { createDirectory, type Directory } from './directory/service.ts';
import { createFeed } from './log/feed.ts';
import { createMissedEntries } from './log/missed.ts';
import { createKeyPackages, type KeyPackages } from './key-packages/service.ts';
import { createChannelLog, type ChannelLog } from './log/service.ts';
import { createMembers, type Members } from './members/service.ts';
import { createChannelSender, type ChannelSender } from './messages/service.ts';
import { createChannelWriter } from './messages/writer.ts';

/** What the procedures of channels call. */
export interface Channels {
  readonly directory: Directory;
  readonly members: Members;
  readonly keyPackages: KeyPackages;
  readonly commits: Commits;
  readonly sender: ChannelSender;
  readonly log: ChannelLog;
  /** Resolves when messages given so far are settled. */
  drain(): Promise<void>;
}

/** Puts the delivery service together, and begins to listen to what other processes store. */
export function createChannels(deps: {
  readonly sql: SqlDoor;
  /** For batches of messages alone. */
  readonly writes: Sql;
  readonly bus: Bus;
  readonly hub: Hub;
  readonly sweep: Sweep;
  readonly audience: Audience;
  readonly presence: Presence;
  readonly limits: DurableLimits;
  readonly messageLimits: MessageLimits;
  readonly outbox: Pick<Waker, 'wake'>;
  readonly clock: () => number;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
}): Channels {
  const { sql, messageLimits } = deps;
  const feed = createFeed(deps);
  deps.sweep.add(createMissedEntries({ ...deps, feed }));
  const writer = createChannelWriter({ ...deps, sql: deps.writes, feed });
  const announcer = createAnnouncer(deps);
  return {
    directory: createDirectory({ ...deps, announcer }),
    members: createMembers({ ...deps, announcer }),
    keyPackages: createKeyPackages(deps),
    commits: createCommits({ ...deps, feed }),
    sender: createChannelSender({ sql, limits: messageLimits, writer }),
    log: createChannelLog(deps),
    drain: writer.drain,
  };
}
