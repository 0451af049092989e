import { SIZE_LIMITS, SealError, type UserId } from '@seal-chat/protocol';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import { isSeen } from '../store/is-seen.ts';
import { takeRoom } from '../store/room.ts';
import { ROWS } from '../store/rows.ts';

/** UTF-16 units of a name as a server may tell it: more than user names have. */
const LONGEST = 4 * SIZE_LIMITS.usernameMax;

/**
 * Decides what a person is called whose device list is not known here yet. A name stays the one that was first seen with
 * the user id: the server cannot give a known person the name of another. What it says instead is told as a line.
 */
function shownName(firstSeen: string | null, claimed: string | null): string | null {
  return firstSeen ?? claimed;
}

/** A name in an answer of the server. @throws SealError MALFORMED when it is none */
function expectName(name: string | null): string | null {
  if (name === null || (typeof name === 'string' && name.length <= LONGEST && isSeen(name))) return name;
  throw new SealError('MALFORMED', 'answer: not a name');
}

/**
 * What the person is called here: by the name in the first list of theirs that this device saw, which their key signed;
 * before that, by the name that is seen first.
 *
 * @throws SealError MALFORMED
 */
export async function learnName(tx: DeviceTx, userId: UserId, claimed: string | null): Promise<string | null> {
  const key = ROWS.name(userId);
  const known = await tx.get(key);
  const told = expectName(claimed);
  if (known !== null && known === told) return known;
  // With the list comes its name, or none for a guest (`bindName`); nothing takes its place later.
  if ((await tx.get(ROWS.peer(userId))) !== null) return known;
  const shown = shownName(known, told);
  if (known === null && shown !== null && (await takeRoom(tx, 'name'))) tx.put(key, shown);
  return shown;
}

/** People of an answer under the names that this device knows them by. @throws SealError MALFORMED */
export function underKnownNames<Person extends { readonly userId: UserId; readonly username: string | null }>(
  reader: RowReader,
  people: readonly Person[],
): Promise<readonly Person[]> {
  return Promise.all(
    people.map(async (person) => ({
      ...person,
      username: shownName(await reader.get(ROWS.name(person.userId)), expectName(person.username)),
    })),
  );
}
