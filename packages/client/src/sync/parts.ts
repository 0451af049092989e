import type { Attachments } from '../attachments/attachments.ts';
import { loadChannels } from '../channels/load.ts';
import { loadChanges } from '../commands/load-changes.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import type { Loader } from '../context/loader.ts';
import { createReadAnnouncer } from '../conversations/read-announcer.ts';
import { createOutbox } from '../send/outbox.ts';
import { sendMessage } from '../send/send-message.ts';
import { createChannelsPart, type ChannelsMode } from './channels-part.ts';
import { createExpiry } from './expiry.ts';
import { createLivePeople } from './live-people.ts';
import type { LiveState } from './live-state.ts';
import { createMaintenance } from './maintenance.ts';
import { createPeoplePart, type StrangersMode } from './people-part.ts';
import type { Atom } from '../state/atom.ts';
import { createBatchTaker, type BatchTaker } from './take-batch.ts';
import { createUploadsPart } from './uploads-part.ts';

/** What the leading tab does with a device. */
export interface Parts {
  /** In the order in which they are told. */
  readonly list: readonly LeaderPart[];
  readonly takeBatch: BatchTaker;
}

export interface PartsDeps extends Deps {
  readonly attachments: Loader<Attachments>;
  readonly channels: ChannelsMode;
  readonly strangers: StrangersMode;
}

/** Creates the parts of the leading tab. Maintenance comes first: a store that was rolled back must not send. */
export function createParts(deps: PartsDeps, live: Atom<LiveState>, endConnection: (error: unknown) => void): Parts {
  const people = createLivePeople(live);
  const list: LeaderPart[] = [
    createMaintenance(deps, live, { isPrepared: deps.channels === 'prepared', endConnection }),
    createChannelsPart(deps, deps.channels),
    createUploadsPart(deps),
    createReadAnnouncer(deps),
    createPeoplePart(deps, deps.strangers),
    createExpiry(deps),
    // Told of what comes by `takeBatch` alone.
    { disconnected: people.disconnected },
    createOutbox(deps, {
      dm: (key, attempt) => sendMessage(deps, key, attempt),
      channel: async (key, attempt) => (await loadChannels()).sendToChannel(deps, key, attempt),
      // What people may do about these is needed without a network, too.
      passed: () => void loadChanges().catch(() => {}),
    }),
  ];
  return { list, takeBatch: createBatchTaker(deps, list, people) };
}
