import { processCommit, type MlsMember } from '@seal-chat/crypto/mls';
import { SealError, constantTimeEqual, newId, type DeviceId, type UserId } from '@seal-chat/protocol';
import type { ConversationEvent } from '../model/message.ts';
import { putDeviceLines } from '../transcript/device-lines.ts';
import { wipeGroup, putEvent } from './channel-state.ts';
import { deviceChanges } from './device-changes.ts';
import { planSharedHistory } from './plan-shared-history.ts';
import type { LogEntry } from './log-entry.ts';
import { conversationOf, type LogWork } from './log-work.ts';
import { authenticateBy, identityOf, mlsDeps, unlistedAmong } from './mls-context.ts';

type CommitEntry = Extract<LogEntry, { kind: 'commit' }>;

/**
 * Takes a Commit: this device's own that waited for its place, or another's, which then is checked against what the
 * server says of it: who made it, whom it added and removed, and that all members are in the same state after it (its
 * epoch's authenticator). This device's own Commit for the same epoch has lost then.
 *
 * @throws SealError CHANNEL_FORKED, INVALID_COMMIT, UNVERIFIED_DEVICE, STORAGE_FAILED: nothing of `work` has changed
 */
export async function takeCommit(work: LogWork, entry: CommitEntry): Promise<void> {
  const { account, pending } = work;
  const isOwn = pending?.commitId === entry.commitId && entry.senderDeviceId === account.device.deviceId;
  if (isOwn || (pending?.kind === 'welcome' && pending.seq === entry.seq)) return applyPending(work, entry);
  // Without keys nothing can be said of it.
  if (work.group === null) return putEvent(work.tx, work.conversationId, entry, null);
  return applyOthers(work, entry);
}

/** The group goes on in the state that was prepared, or received with a Welcome. */
async function applyPending(work: LogWork, entry: CommitEntry): Promise<void> {
  const { tx, conversationId, deps, account } = work;
  const pending = work.pending!;
  const { state, authenticator, leaves } = pending.next;
  if (pending.incarnation !== entry.incarnation || pending.epoch !== entry.epoch) throw forked('another epoch');
  if (!constantTimeEqual(authenticator, entry.authenticator)) throw forked('another authenticator');
  if (pending.request !== null && !constantTimeEqual(pending.request.commit, entry.commit)) {
    throw forked('other bytes than were sent');
  }
  const isJoin = work.group === null;
  const before = work.group?.leaves ?? leaves.filter(({ deviceId }) => !isAdded(entry, deviceId));
  if (isJoin && !isAdded(entry, account.device.deviceId)) throw forked('a join that adds another device');
  await wipeGroup(tx, conversationId);
  work.group = { incarnation: entry.incarnation, epoch: entry.epoch + 1, state: state.epoch, authenticator, leaves };
  work.ratchets = state.ratchets;
  work.pending = null;
  // A Commit that only adds has no path: this device's leaf stays as it was (RFC 9420 §12.4).
  const isWithoutPath = pending.kind === 'commit' && (pending.request?.adds.length ?? 0) > 0;
  work.row = {
    ...work.row,
    status: 'joined',
    cause: null,
    incarnation: entry.incarnation,
    epoch: entry.epoch + 1,
    leafAt: isWithoutPath ? work.row.leafAt : deps.now(),
    mustRefresh: isWithoutPath ? work.row.mustRefresh : pending.mustRefresh,
    isStale: pending.kind === 'commit' && work.row.isStale === true,
    unlisted: await unlistedAmong(tx, leaves),
  };
  // That this device enters again is told as what it is, see below.
  const adds = entry.adds.filter(({ deviceId }) => deviceId !== account.device.deviceId);
  await noteChange(work, entry, { before, after: leaves, adds, isRecovery: pending.isRecovery === true });
}

async function applyOthers(work: LogWork, entry: CommitEntry): Promise<void> {
  const { deps, tx, conversationId, account } = work;
  const group = work.group!;
  if (entry.incarnation !== group.incarnation || entry.epoch !== group.epoch) throw forked('another epoch');
  const from = { userId: entry.senderUserId, deviceId: entry.senderDeviceId };
  const done = await processCommit(mlsDeps(deps), {
    state: { epoch: group.state, ratchets: work.ratchets! },
    commit: entry.commit,
    identity: identityOf(account),
    authenticate: authenticateBy(tx),
    from,
  });
  expectDeclared(entry, done);
  if (done.state === null) {
    await removed(work, entry);
    return;
  }
  if (!constantTimeEqual(done.authenticator, entry.authenticator)) throw forked('another authenticator');
  const gone = new Set(done.removed.map(({ deviceId }) => deviceId));
  const leaves = [...group.leaves.filter(({ deviceId }) => !gone.has(deviceId)), ...done.added];
  const stillUnlisted = work.row.unlisted.filter((deviceId) => !gone.has(deviceId));
  await wipeGroup(tx, conversationId);
  work.group = {
    incarnation: group.incarnation,
    epoch: done.epoch,
    state: done.state.epoch,
    authenticator: done.authenticator,
    leaves,
  };
  work.ratchets = done.state.ratchets;
  // Made in the epoch that is over now: who wants it still makes it again.
  if (work.pending?.kind === 'commit') work.pending = null;
  work.row = {
    ...work.row,
    status: 'joined',
    cause: null,
    epoch: done.epoch,
    unlisted: [...stillUnlisted, ...(await unlistedAmong(tx, done.added))],
  };
  await noteChange(work, entry, { before: group.leaves, after: leaves });
}

/** Another device has taken this one out: because the account is no longer a member, or the device was thought lost. */
async function removed(work: LogWork, entry: CommitEntry): Promise<void> {
  const { tx, conversationId } = work;
  const { group } = work;
  await wipeGroup(tx, conversationId);
  work.group = null;
  work.ratchets = null;
  work.pending = null;
  work.row = { ...work.row, status: 'joining', unlisted: [] };
  work.isOut = true;
  await noteChange(work, entry, {
    before: group!.leaves,
    after: group!.leaves.filter(({ deviceId }) => !entry.removes.includes(deviceId)),
  });
}

/** What the Commit did must be what its sender told the server, who decides by that who is in the group. */
function expectDeclared(
  entry: CommitEntry,
  done: {
    readonly added: readonly MlsMember[];
    readonly removed: readonly MlsMember[];
    readonly isExternal: boolean;
  },
): void {
  const names = (members: readonly MlsMember[]): string =>
    members
      .map(({ userId, deviceId }) => `${userId}/${deviceId}`)
      .toSorted()
      .join();
  const removes = done.removed
    .map(({ deviceId }) => deviceId)
    .toSorted()
    .join();
  const isSame =
    names(done.added) === names(entry.adds) &&
    removes === [...entry.removes].toSorted().join() &&
    done.isExternal === entry.isExternal;
  if (!isSame) throw new SealError('INVALID_COMMIT', 'commit: does not do what it declares');
}

/** Tells people who came and went, and what devices those have who stayed, as the Commit itself says it. */
async function noteChange(
  work: LogWork,
  entry: CommitEntry,
  leaves: {
    readonly before: readonly MlsMember[];
    readonly after: readonly MlsMember[];
    /** Those of the Commit whose leaves may have replaced others; all of them by default. */
    readonly adds?: readonly MlsMember[];
    readonly isRecovery?: boolean;
  },
): Promise<void> {
  const { deps, tx, conversationId, account } = work;
  const users = (members: readonly MlsMember[]): ReadonlySet<UserId> => new Set(members.map(({ userId }) => userId));
  const [before, after] = [users(leaves.before), users(leaves.after)];
  const joined = [...after].filter((userId) => !before.has(userId));
  const gone = [...before].filter((userId) => !after.has(userId));
  // This device's join after something was wrong is shown, too: a lying server can cause it.
  const event: ConversationEvent | null = leaves.isRecovery
    ? { type: 'reset' }
    : await eventOf(work, entry, joined, gone);
  await putEvent(tx, conversationId, entry, event && { event, messageId: entry.commitId });
  const changes = deviceChanges(
    { seq: entry.seq, adds: leaves.adds ?? entry.adds, at: deps.now() },
    leaves,
    account.device.deviceId,
  );
  if (changes.length > 0) await putDeviceLines(tx, conversationId, changes);
  if (entry.adds.length > 0) await planSharedHistory(work, entry);
}

async function eventOf(
  work: LogWork,
  entry: CommitEntry,
  joined: readonly UserId[],
  gone: readonly UserId[],
): Promise<ConversationEvent | null> {
  if (joined.length > 0) return { type: entry.isExternal ? 'joined' : 'added', userIds: joined };
  if (gone.length === 0) return null;
  const conversation = await conversationOf(work);
  const role = conversation?.members.find(({ userId }) => userId === entry.senderUserId)?.role ?? 'member';
  // Who leaves is taken out by another's device, by that of an admin last (`reconcileDelay`).
  return { type: role === 'member' ? 'left' : 'removed', userIds: gone };
}

/** A new group took the place of the one before: this device joins it, or has made it. */
export async function takeReset(work: LogWork, entry: Extract<LogEntry, { kind: 'reset' }>): Promise<void> {
  const { deps, tx, conversationId } = work;
  if (entry.incarnation <= work.row.incarnation) throw forked('a reset to an earlier group');
  const conversation = await conversationOf(work);
  const sender = conversation?.members.find(({ userId }) => userId === entry.senderUserId);
  if (sender !== undefined && (sender.role ?? 'member') === 'member') throw forked('a reset by a mere member');
  await wipeGroup(tx, conversationId);
  const own = work.pending?.kind === 'reset' && work.pending.seq === entry.seq ? work.pending.next : null;
  const { incarnation } = entry;
  work.group = own && {
    incarnation,
    epoch: 0,
    state: own.state.epoch,
    authenticator: own.authenticator,
    leaves: own.leaves,
  };
  work.ratchets = own && own.state.ratchets;
  work.pending = null;
  work.row = {
    ...work.row,
    status: own === null ? 'joining' : 'joined',
    cause: null,
    incarnation,
    epoch: 0,
    leafAt: deps.now(),
    unlisted: [],
  };
  await putEvent(tx, conversationId, entry, { event: { type: 'reset' }, messageId: newId(deps.rng(16)) });
}

function isAdded({ adds }: CommitEntry, deviceId: DeviceId): boolean {
  return adds.some((member) => member.deviceId === deviceId);
}

function forked(reason: string): SealError {
  return new SealError('CHANNEL_FORKED', `channel: ${reason}`);
}
