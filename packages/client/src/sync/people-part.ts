import { loadPeople } from '../commands/load.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { otherDevices } from '../conversations/registers.ts';
import { activeAccount } from '../store/account.ts';

/** What becomes of a stranger's first message: it is a request, or the chat is like any. */
export type StrangersMode = 'ask' | 'accept';

/** Loads what keeps a person's decisions in step, once there is another device to keep in step, or strangers to accept. */
export function createPeoplePart(deps: Deps, mode: StrangersMode): LeaderPart {
  const acceptsAll = mode === 'accept';
  let people: LeaderPart | null = null;
  let isConnected = false;

  async function start(): Promise<void> {
    if (people !== null || !isConnected) return;
    const account = await activeAccount(deps.reader);
    if (!acceptsAll && (await otherDevices(deps.reader, account)).length === 0) return;
    const { createPeopleSync } = await loadPeople();
    if (people !== null) return;
    people = createPeopleSync(deps, acceptsAll);
    await people.connected?.();
  }
  // The next connection, or the next device, tries again.
  const tryToStart = (): void => void start().catch(() => {});

  return {
    connected() {
      isConnected = true;
      if (people === null) tryToStart();
      else return people.connected?.();
    },
    disconnected() {
      isConnected = false;
    },
    committed(keys) {
      if (people !== null) people.committed?.(keys);
      else if (keys.some((key) => key.startsWith('peer/'))) tryToStart();
    },
    stop: () => people?.stop?.(),
  };
}
