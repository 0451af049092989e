import { checkKeyPackage, createCommit, describeGroup, type MlsMember } from '@seal-chat/crypto/mls';
import {
  CHANNEL_LIMITS,
  COUNT_LIMITS,
  SealError,
  isSealError,
  newId,
  type Bytes,
  type ConversationId,
  type DeviceId,
} from '@seal-chat/protocol';
import type { GroupAnswer, LeafAnswer } from '@seal-chat/protocol/api';
import { sleep } from '../api/backoff.ts';
import { bytesOf, expectIds, expectMost } from '../api/answers.ts';
import { knownConversation, learnConversations } from '../conversations/conversation-rows.ts';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { ROWS } from '../store/rows.ts';
import { catchUp } from './catch-up.ts';
import { CHANNEL_ROWS, type ChannelRow, type GroupRow } from '../store/channel-rows.ts';
import { leaveChannel } from './channel-state.ts';
import { prepareExternalJoin, takeWelcomes } from './join.ts';
import { learnDevices, refreshChannel } from './learn-members.ts';
import { authenticateBy, identityOf, mlsDeps, unlistedAmong } from './mls-context.ts';
import { handleBroken } from './recover.ts';
import { submitPending } from './submit.ts';

/** Devices of all members that a channel can have. */
const MOST_DEVICES = CHANNEL_LIMITS.members * COUNT_LIMITS.devicesPerUser;
/** Others are quicker, the group moves on: after this many rounds it is left to the next occasion. */
const MAX_ROUNDS = 10;
/** Devices taken in by one Commit: keeps Welcome and Commit within their limits. */
const ADDS_PER_COMMIT = 50;
/** Between two attempts, ms. */
const JITTER_MS = 300;

/**
 * Brings a channel to where it should be, as far as this device can: takes Welcomes, follows the log, sends what is
 * pending, enters the group when this device is not in it, takes out leaves that must not be there, takes in devices
 * that are missing, and renews this device's leaf. One client of a device at a time.
 *
 * @returns whether nothing is left to do that this device could
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export function reconcile(deps: Deps, conversationId: ConversationId): Promise<boolean> {
  return deps.store.locks.run(`channel/${conversationId}`, async () => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (round > 0) await sleep(Math.random() * JITTER_MS * round);
      const outcome = await step(deps, conversationId).catch((error: unknown) =>
        leaveIfOut(deps, conversationId, error),
      );
      if (outcome !== 'again') return outcome === 'done';
    }
    return false;
  });
}

type Outcome = 'done' | 'again' | 'later';

async function step(deps: Deps, conversationId: ConversationId): Promise<Outcome> {
  await learnConversations(deps, [conversationId]);
  await knownConversation(deps.reader, conversationId, 'channel');
  await takeWelcomes(deps, conversationId);
  if ((await submitPending(deps, conversationId)) === 'lost') return 'again';
  await catchUp(deps, conversationId);
  const row = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
  if (row === null || row.status === 'left' || row.status === 'creating') return 'done';
  const isQuiet = row.status === 'joined' && !row.isStale && row.unlisted.length === 0 && !isLeafDue(deps, row);
  // The group's state is large: most devices that look find that another was quicker.
  if (isQuiet && !(await isPending(deps, conversationId))) return 'done';
  const group = await deps.api.channels.group.query({ conversationId });
  for (const list of [group.toAdd, group.toRemove]) expectMost(list, MOST_DEVICES);
  if (row.status === 'broken') return handleBroken(deps, conversationId, { row, group, rejoin });
  if (row.status === 'joining' || row.isStale) return rejoin(deps, conversationId, group);
  const own = await deps.reader.get(CHANNEL_ROWS.group(conversationId));
  if (own === null) return 'again';
  if (group.incarnation !== own.incarnation || group.epoch !== own.epoch) {
    // Read a moment apart; should it stay so, the log and this answer contradict each other.
    return 'again';
  }
  return change(deps, conversationId, { row, own, group });
}

/** Whether this device's leaf is to get new keys: each member renews its own regularly. */
export function isLeafDue({ now }: Pick<Deps, 'now'>, { leafAt, mustRefresh }: ChannelRow): boolean {
  return mustRefresh || now() - leafAt > CHANNEL_LIMITS.leafRefreshMs;
}

async function isPending({ api }: Deps, conversationId: ConversationId): Promise<boolean> {
  const heads = await api.channels.heads.query({});
  return heads.some((head) => head.conversationId === conversationId && head.isPending);
}

/** A notice that got lost is made up for by the answer. */
async function leaveIfOut(deps: Deps, conversationId: ConversationId, error: unknown): Promise<Outcome> {
  if (!isSealError(error, 'NOT_A_MEMBER')) throw error;
  await deps.transact((tx) => leaveChannel(tx, conversationId));
  return 'done';
}

async function rejoin(deps: Deps, conversationId: ConversationId, group: GroupAnswer): Promise<Outcome> {
  await prepareExternalJoin(deps, conversationId, group);
  await submitPending(deps, conversationId);
  const row = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
  return row?.status === 'joined' && !row.isStale ? 'done' : 'again';
}

/** Makes and sends the Commit that is needed, if one is. */
async function change(
  deps: Deps,
  conversationId: ConversationId,
  at: { readonly row: ChannelRow; readonly own: GroupRow; readonly group: GroupAnswer },
): Promise<Outcome> {
  const { row, own, group } = at;
  const account = await activeAccount(deps.reader);
  const identity = identityOf(account);
  const removes = removesOf(at, identity.deviceId);
  // One thing at a time: who comes and who goes is told apart by the Commit.
  const missing = removes.length > 0 ? [] : await addsOf(deps, conversationId, at);
  if (removes.length === 0 && missing.length === 0 && !isLeafDue(deps, row)) return 'done';
  const { state: epoch } = own;
  const ratchets = await deps.reader.get(CHANNEL_ROWS.ratchets(conversationId));
  if (ratchets === null) return 'again';
  const made = await createCommit(mlsDeps(deps), {
    state: { epoch, ratchets },
    identity,
    authenticate: authenticateBy(deps.reader),
    adds: missing,
    removes,
  });
  const commitId = newId<never>(deps.rng(16));
  await deps.transact(async (tx) => {
    const now = await tx.get(CHANNEL_ROWS.group(conversationId));
    if (now?.incarnation !== own.incarnation || now.epoch !== own.epoch) return;
    if ((await tx.get(CHANNEL_ROWS.pending(conversationId))) !== null) return;
    tx.put(CHANNEL_ROWS.pending(conversationId), {
      kind: 'commit',
      commitId,
      seq: null,
      incarnation: own.incarnation,
      epoch: own.epoch,
      next: { state: made.state, authenticator: made.authenticator, leaves: describeGroup(made.state).members },
      request: {
        commit: made.commit,
        welcome: made.welcome,
        groupInfo: made.groupInfo,
        adds: missing.map(({ member }) => member),
        removes,
      },
      mustRefresh: false,
    });
  });
  await submitPending(deps, conversationId);
  // Those that could not be taken in with this one, and what has changed meanwhile.
  return group.toAdd.length > missing.length || removes.length > 0 ? 'again' : 'done';
}

/** What the server wants out, and what by our own lists must not be in. */
function removesOf(
  { row, own, group }: { readonly row: ChannelRow; readonly own: GroupRow; readonly group: GroupAnswer },
  ownDeviceId: DeviceId,
): readonly DeviceId[] {
  const leaves = new Set(own.leaves.map(({ deviceId }) => deviceId));
  const named = group.toRemove.map(({ deviceId }) => deviceId);
  expectIds(...named);
  const all = new Set([...named, ...row.unlisted]);
  return [...all].filter((deviceId) => leaves.has(deviceId) && deviceId !== ownDeviceId);
}

interface Addition {
  readonly member: MlsMember;
  readonly keyPackage: Bytes;
}

/** Devices to take in with their KeyPackages. Those that have none, or a wrong one, join on their own. */
async function addsOf(
  deps: Deps,
  conversationId: ConversationId,
  { own, group }: { readonly own: GroupRow; readonly group: GroupAnswer },
): Promise<readonly Addition[]> {
  const known = new Set(own.leaves.map(({ deviceId }) => deviceId));
  const wanted = group.toAdd.filter(({ deviceId }) => !known.has(deviceId)).slice(0, ADDS_PER_COMMIT);
  if (wanted.length === 0) return [];
  expectIds(...wanted.flatMap(({ userId, deviceId }) => [userId, deviceId]));
  await expectMembers(deps, conversationId, wanted);
  await learnDevices(deps, wanted);
  // A device that has left its list is not taken in again, whatever the server asks for.
  const unlisted = new Set(await unlistedAmong(deps.reader, wanted));
  const deviceIds = wanted.map(({ deviceId }) => deviceId);
  const { keyPackages } = await deps.api.channels.claimKeyPackages.mutate({ conversationId, deviceIds });
  const { tenantId } = await activeAccount(deps.reader);
  const additions: Addition[] = [];
  for (const { userId, deviceId } of wanted) {
    const claimed = keyPackages.find((answer) => answer.deviceId === deviceId);
    if (claimed === undefined || unlisted.has(deviceId)) continue;
    const member = { userId, deviceId };
    try {
      const keyPackage = bytesOf(claimed.keyPackage);
      const authenticate = authenticateBy(deps.reader);
      await checkKeyPackage(mlsDeps(deps), {
        bytes: keyPackage,
        expected: member,
        tenantId,
        authenticate,
        suite: group.suite,
      });
      additions.push({ member, keyPackage });
    } catch (error) {
      // Not that device's: the party that put it there wants to be in its place.
      if (!isSealError(error)) throw error;
      deps.report(error);
    }
  }
  return additions;
}

/** Refuses devices of people whom the member list here does not show. */
async function expectMembers(deps: Deps, conversationId: ConversationId, wanted: readonly LeafAnswer[]): Promise<void> {
  const isShown = async (): Promise<boolean> => {
    const conversation = await deps.reader.get(ROWS.conversation(conversationId));
    const members = new Set(conversation?.members.map(({ userId }) => userId));
    return wanted.every(({ userId }) => members.has(userId));
  };
  if (await isShown()) return;
  await refreshChannel(deps, conversationId);
  if (!(await isShown())) throw new SealError('MALFORMED', 'channel: devices of people who are not members');
}
