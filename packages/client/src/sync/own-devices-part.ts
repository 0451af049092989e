import { SYNC_TOPICS, type UserId } from '@seal-chat/protocol';
import { loadPeople } from '../commands/load.ts';
import type { Deps } from '../context/deps.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import { otherDevices } from '../conversations/registers.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { activeAccount } from '../store/account.ts';
import { ROWS } from '../store/rows.ts';
import { reportFinal } from './report-final.ts';

/**
 * Tells a new device of the account what the registers say. Every device that was there before does: which of them is
 * connected next, none can know, and telling twice changes nothing. And fetches the lists of people who were verified
 * elsewhere, so that their keys are compared before anything is sent.
 */
export function createOwnDevicesPart(deps: Deps): LeaderPart {
  const queue = createTaskQueue(reportFinal(deps));
  async function introduce(): Promise<void> {
    if (await isNews(deps)) await (await loadPeople()).introduceNewDevices(deps);
  }
  const check = (): void => void queue.add(introduce);
  const compare = (): void => void queue.add(() => learnVerified(deps));
  return {
    connected() {
      check();
      compare();
    },
    committed(keys) {
      if (keys.some((key) => key.startsWith(PEERS))) check();
      if (keys.some((key) => key.startsWith(VERIFIED))) compare();
    },
    stop: () => queue.idle(),
  };
}

const PEERS = 'peer/';
const VERIFIED = ROWS.registersAbout(SYNC_TOPICS.verified);

async function learnVerified(deps: Deps): Promise<void> {
  for (const { value } of await deps.reader.list(VERIFIED)) {
    const userId = value.subject as UserId;
    if (value.value.length === 0 || (await deps.reader.get(ROWS.peer(userId))) !== null) continue;
    await learnDeviceLists(deps, [userId]);
  }
}

/** Whether a device has come that was told nothing yet, or this one has not noted who was there before it. */
async function isNews({ reader }: Deps): Promise<boolean> {
  const introduced = await reader.get(ROWS.introduced);
  const others = await otherDevices(reader, await activeAccount(reader));
  return others.some(({ deviceId }) => !introduced?.includes(deviceId));
}
