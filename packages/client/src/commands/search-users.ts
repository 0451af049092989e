import type { Deps } from '../context/deps.ts';
import { underKnownNames } from '../conversations/names.ts';
import type { Person } from '../model/account.ts';

/** People that one search answers with at most. */
const LIMIT = 20;

/**
 * Finds people by the beginning of their name, under the names that this device knows them by.
 * @throws SealError MALFORMED, NOT_SIGNED_IN, OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function searchUsers(
  { api, reader }: Pick<Deps, 'api' | 'reader'>,
  query: string,
): Promise<readonly Person[]> {
  const found = await api.users.search.query({ query, limit: LIMIT });
  return underKnownNames(reader, found.slice(0, LIMIT));
}
