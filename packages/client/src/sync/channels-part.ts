import { loadChannels } from '../channels/load.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart, StoredLiveEvent } from '../context/leader-part.ts';
import { CHANNEL_ROWS } from '../store/channel-rows.ts';

/** When the code of channels is loaded: with the first connection, or not before the account has to do with one. */
export type ChannelsMode = 'prepared' | 'on-demand';

/** Rows that only a device in a channel has. */
const PREFIXES = [CHANNEL_ROWS.channels, CHANNEL_ROWS.welcomes];

/**
 * Loads what keeps channels up to date, after all that direct messages need. With `on-demand` that is when this device
 * has a channel, when the server lists a channel or an invitation, or when an event of a channel arrives.
 */
export function createChannelsPart(deps: Deps, mode: ChannelsMode): LeaderPart {
  let channels: LeaderPart | null = null;
  let isWanted = mode === 'prepared';
  let isConnected = false;

  async function start(): Promise<void> {
    isWanted = true;
    const { createChannelSync } = await loadChannels();
    if (channels !== null) return;
    channels = createChannelSync(deps);
    if (isConnected) await channels.connected?.();
  }

  /** What was missed while this device was offline is not told again: the server is asked. */
  async function isNeeded(): Promise<boolean> {
    if (isWanted || (await deps.reader.list(CHANNEL_ROWS.channels, { limit: 1 })).length > 0) return true;
    const { channels: api } = deps.api;
    const [heads, invitations] = await Promise.all([api.heads.query({}), api.invitations.query({})]);
    return heads.length > 0 || invitations.length > 0;
  }

  return {
    connected() {
      isConnected = true;
      if (channels !== null) return channels.connected?.();
      // The next connection tries again when the server does not answer or the code cannot be loaded.
      void isNeeded()
        .then((needed) => (needed ? start() : undefined))
        .catch(() => {});
      return undefined;
    },
    disconnected() {
      isConnected = false;
      channels?.disconnected?.();
    },
    // What comes before the code is loaded is not missed: channel sync begins by comparing everything with the server.
    apply(event) {
      if (channels !== null) return channels.apply?.(event);
      if (concernsChannels(event)) void start().catch(() => {});
      return undefined;
    },
    committed(keys) {
      if (channels !== null) channels.committed?.(keys);
      else if (isConnected && keys.some((key) => PREFIXES.some((prefix) => key.startsWith(prefix))))
        void start().catch(() => {});
    },
    stop: () => channels?.stop?.(),
  };
}

function concernsChannels(event: StoredLiveEvent): boolean {
  if (event.type === 'conversation') return event.conversation.kind === 'channel';
  return event.type === 'channel-entry' || event.type === 'channel-head' || event.type === 'invitations';
}
