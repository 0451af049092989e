import { describeGroup, joinByWelcome, joinExternal, type ExternalJoin } from '@seal-chat/crypto/mls';
import { SealError, isSealError, newId, toHex, type Bytes, type ConversationId } from '@seal-chat/protocol';
import type { GroupAnswer } from '@seal-chat/protocol/api';
import { bytesOf, expectCount } from '../api/answers.ts';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import type { FoundRow } from '../store/device-tx.ts';
import { placeOf } from '../store/rows.ts';
import { catchUp } from './catch-up.ts';
import { CHANNEL_ROWS, NEW_CHANNEL, type ChannelRow, type PendingRow, type WelcomeRow } from '../store/channel-rows.ts';
import { putChannel, wipeGroup } from './channel-state.ts';
import { learnAllMembers } from './learn-members.ts';
import { authenticateBy, groupName, identityOf, mlsDeps } from './mls-context.ts';

/**
 * A device that is broken again and again joins again this often on its own, ms (RFC 9750 §6.4: joining heals nothing).
 */
export const REJOIN_INTERVAL_MS = 60 * 60 * 1000;

/**
 * Prepares to enter the group of `group` without help: a member's device without keys, or with keys that are no
 * longer those of the other members. Nothing of the old state changes before the server has accepted it.
 *
 * @throws SealError EPOCH_STALE or INVALID_COMMIT when what the server shows is no state to join
 */
export async function prepareExternalJoin(
  deps: Deps,
  conversationId: ConversationId,
  group: GroupAnswer,
): Promise<void> {
  const row = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
  if (row === null) return;
  expectCount(group.incarnation);
  expectCount(group.epoch);
  if (group.incarnation < row.incarnation)
    throw new SealError('CHANNEL_FORKED', 'channel: the server shows an earlier group');
  const account = await activeAccount(deps.reader);
  const groupInfo = bytesOf(group.groupInfo);
  const name = groupName(account, conversationId, group.incarnation);
  const minEpoch = Math.max(group.epoch, group.incarnation === row.incarnation ? row.epoch : 0);
  const joined = await withDeviceLists(deps, conversationId, () =>
    joinExternal(mlsDeps(deps), {
      groupInfo,
      identity: identityOf(account),
      authenticate: authenticateBy(deps.reader),
      group: name,
      minEpoch,
    }),
  );
  await putPending(deps, conversationId, row, {
    ...externalOf(deps, group, joined, account),
    isRecovery: row.status === 'broken' || row.isStale === true,
  });
}

function externalOf(
  { rng }: Pick<Deps, 'rng'>,
  { incarnation, epoch }: GroupAnswer,
  { state, commit, groupInfo, authenticator, removes }: ExternalJoin,
  account: Awaited<ReturnType<typeof activeAccount>>,
): PendingRow {
  const { userId, deviceId } = identityOf(account);
  const leaves = describeGroup(state).members;
  return {
    kind: 'external',
    commitId: newId(rng(16)),
    seq: null,
    incarnation,
    epoch,
    next: { state, authenticator, leaves },
    request: { commit, welcome: null, groupInfo, adds: [{ userId, deviceId }], removes },
    mustRefresh: false,
  };
}

/** Put only where the channel is as it was when the step was made. */
async function putPending(
  deps: Deps,
  conversationId: ConversationId,
  made: ChannelRow,
  pending: PendingRow,
): Promise<void> {
  await deps.transact(async (tx) => {
    const row = await tx.get(CHANNEL_ROWS.channel(conversationId));
    if (
      row === null ||
      row.status !== made.status ||
      row.incarnation !== made.incarnation ||
      row.epoch !== made.epoch
    ) {
      return;
    }
    if ((await tx.get(CHANNEL_ROWS.pending(conversationId))) !== null) return;
    tx.put(CHANNEL_ROWS.pending(conversationId), pending);
  });
}

/**
 * Opens the Welcomes that were taken out of the mailbox. Each gives the state that begins with its Commit; it becomes
 * the group's when the log is followed up to there, which the caller does.
 *
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED; a Welcome that cannot be opened is reported and forgotten: the
 *   device joins on its own
 */
export async function takeWelcomes(deps: Deps, conversationId: ConversationId): Promise<void> {
  for (const found of await deps.reader.list(CHANNEL_ROWS.welcomesOf(conversationId))) {
    try {
      await takeWelcome(deps, conversationId, found);
    } catch (error) {
      const code = deps.judge.verdict(error, found.key);
      if (code === null || code === 'UNKNOWN_PREKEY') throw error;
      deps.report(error);
      await deps.transact(async (tx) => tx.delete(found.key));
    }
  }
}

async function takeWelcome(
  deps: Deps,
  conversationId: ConversationId,
  { key, value }: FoundRow<WelcomeRow>,
): Promise<void> {
  const account = await activeAccount(deps.reader);
  // One that is in the group finds out first whether it was taken out and in again.
  if ((await deps.reader.get(CHANNEL_ROWS.group(conversationId))) !== null) await catchUp(deps, conversationId);
  const known = await deps.reader.get(CHANNEL_ROWS.channel(conversationId));
  const isIn = known?.status === 'joined' || (known?.processedSeq != null && known.processedSeq >= value.seq);
  if (isIn || (known !== null && known.incarnation > value.incarnation)) {
    await deps.transact(async (tx) => tx.delete(key));
    return;
  }
  const findKeyPackage = async (ref: Bytes): Promise<Bytes | null> =>
    (await deps.reader.get(CHANNEL_ROWS.keyPackage(toHex(ref))))?.privateBytes ?? null;
  const { state, ref, description } = await withDeviceLists(deps, conversationId, () =>
    joinByWelcome(mlsDeps(deps), {
      welcome: value.welcome,
      findKeyPackage,
      identity: identityOf(account),
      authenticate: authenticateBy(deps.reader),
      group: groupName(account, conversationId, value.incarnation),
    }),
  );
  await deps.transact(async (tx) => {
    tx.delete(key);
    const packageKey = CHANNEL_ROWS.keyPackage(toHex(ref));
    const isLastResort = (await tx.get(packageKey))?.isLastResort ?? false;
    if (!isLastResort) tx.delete(packageKey);
    const row = (await tx.get(CHANNEL_ROWS.channel(conversationId))) ?? NEW_CHANNEL;
    if (row.processedSeq !== null && row.processedSeq >= value.seq) return;
    tx.put(CHANNEL_ROWS.pending(conversationId), {
      kind: 'welcome',
      commitId: null,
      seq: value.seq,
      incarnation: value.incarnation,
      epoch: description.epoch - 1,
      next: { state, authenticator: description.authenticator, leaves: description.members },
      request: null,
      mustRefresh: isLastResort,
    });
    await wipeGroup(tx, conversationId);
    await putChannel(tx, conversationId, {
      ...row,
      status: 'joining',
      processedSeq: row.processedSeq ?? value.seq - 1,
    });
  });
}

/** Runs `join`, once more with the device lists of all members brought up to date when one was not enough. */
async function withDeviceLists<T>(deps: Deps, conversationId: ConversationId, join: () => Promise<T>): Promise<T> {
  try {
    return await join();
  } catch (error) {
    if (!isSealError(error, 'UNVERIFIED_DEVICE')) throw error;
    await learnAllMembers(deps, conversationId);
    return join();
  }
}

/** Channels that have Welcomes to open. */
export async function channelsWithWelcomes(deps: Pick<Deps, 'reader'>): Promise<ReadonlySet<ConversationId>> {
  const found = await deps.reader.list(CHANNEL_ROWS.welcomes);
  return new Set(found.map(({ key }) => placeOf(key).conversationId));
}
