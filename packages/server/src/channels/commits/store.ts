import type { Bytes, DeviceId } from '@seal-chat/protocol';
import type { LeafAnswer } from '@seal-chat/protocol/api';
import type { TransactionSql } from 'postgres';
import { hasToAdd, hasToRemove } from '../leaf-store.ts';
import type { ChannelRef } from '../store.ts';

/** What a Commit has in addition to its place in the log. */
export interface StoredCommit {
  readonly seq: number;
  readonly commit: Bytes;
  readonly welcome: Bytes | null;
  readonly adds: readonly LeafAnswer[];
  readonly removes: readonly DeviceId[];
  readonly authenticator: Bytes;
  readonly isExternal: boolean;
}

export async function insertCommit(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  { seq, commit, welcome, adds, removes, authenticator, isExternal }: StoredCommit,
): Promise<void> {
  await tx`
    insert into channel_commits (tenant_id, conversation_id, seq, commit, welcome, added_users, added_devices,
      removed_devices, authenticator, is_external)
    values (${tenantId}, ${conversationId}, ${seq}, ${commit}, ${welcome}, ${adds.map(({ userId }) => userId)}::uuid[],
      ${adds.map(({ deviceId }) => deviceId)}::uuid[], ${[...removes]}::uuid[], ${authenticator}, ${isExternal})`;
}

/** Begins an epoch, once the leaves are as the Commit left them, and notes whether they are those of the members. */
export async function setEpoch(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  next: {
    readonly incarnation: number;
    readonly epoch: number;
    readonly epochSeq: number;
    readonly groupInfo: Bytes;
    readonly authenticator: Bytes;
  },
): Promise<void> {
  await tx`
    update channel_groups g set incarnation = ${next.incarnation}, epoch = ${next.epoch}, epoch_seq = ${next.epochSeq},
      group_info = ${next.groupInfo}, authenticator = ${next.authenticator}, is_reported = false,
      may_remove = ${hasToRemove(tx)}, may_add = ${hasToAdd(tx)}
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
}

/** Puts the Welcome of Commit `seq` into the mailboxes of devices; removed devices have none. */
export async function insertWelcomes(
  tx: TransactionSql,
  { tenantId, conversationId }: ChannelRef,
  seq: number,
  deviceIds: readonly DeviceId[],
): Promise<void> {
  await tx`
    select 1 from mailboxes where tenant_id = ${tenantId} and device_id = any(${[...deviceIds]}::uuid[])
    order by device_id for update`;
  await tx`
    with boxes as (
      update mailboxes set head = head + 1
      where tenant_id = ${tenantId} and device_id = any(${[...deviceIds]}::uuid[])
      returning tenant_id, device_id, head)
    insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq)
    select tenant_id, device_id, head, 'welcome', ${conversationId}, ${seq} from boxes`;
}

/** Notes that the Commit which began the present epoch was reported. */
export async function setReported(tx: TransactionSql, { tenantId, conversationId }: ChannelRef): Promise<void> {
  await tx`
    update channel_groups set is_reported = true
    where tenant_id = ${tenantId} and conversation_id = ${conversationId}`;
}
