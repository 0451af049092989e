import { loadChannels } from '../channels/load.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';

/** Loads what keeps channels up to date once the device is connected, after all that conversations of two need. */
export function createChannelsPart(deps: Deps): LeaderPart {
  let channels: LeaderPart | null = null;
  let isConnected = false;

  async function start(): Promise<void> {
    const { createChannelSync } = await loadChannels();
    channels ??= createChannelSync(deps);
    if (isConnected) await channels.connected?.();
  }

  return {
    connected() {
      isConnected = true;
      // The next connection tries again when the code cannot be loaded.
      void start().catch(() => {});
    },
    disconnected() {
      isConnected = false;
      channels?.disconnected?.();
    },
    // What comes before the code is here is not missed: it begins by comparing everything with the server.
    apply: (event) => channels?.apply?.(event),
    committed: (keys) => channels?.committed?.(keys),
    stop: () => channels?.stop?.(),
  };
}
