import { SealError, type ConversationId, type SealClient, type UserId } from '@seal-chat/client';

/** What pages can have the element do. Loaded when a page asks: most pages leave it to the person. */

/** Signs in with the account the device has, or opens one. @throws SealError USERNAME_TAKEN, BAD_INPUT, OFFLINE, RATE_LIMITED */
export async function signIn(
  client: SealClient,
  options: { readonly username: string | null; readonly withoutRecoveryCode?: boolean },
): Promise<{ readonly userId: UserId; readonly username: string | null }> {
  const found = await client.ready();
  if (found.status === 'signed-out') {
    if (found.resumable !== null) await client.signIn();
    else {
      const recoveryCode = options.withoutRecoveryCode !== true;
      await client.createAccount({ username: options.username, recoveryCode });
    }
  }
  const account = client.account.get();
  if (account.status !== 'signed-in') throw new SealError('NOT_SIGNED_IN', `account is ${account.status}`);
  return { userId: account.userId, username: account.username };
}

/** The conversation with the person called `username`. @throws SealError NOT_FOUND when no one has that name */
export async function openDirect(client: SealClient, username: string): Promise<ConversationId> {
  const wanted = foldName(username);
  const people = await client.searchUsers(username);
  const person = people.find((one) => one.username !== null && foldName(one.username) === wanted);
  if (person === undefined) throw new SealError('NOT_FOUND', 'openDirect: no one has that name');
  return (await client.openDm(person.userId)).conversationId;
}

/** Names are compared as the server does it: normalised and without case. */
function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
