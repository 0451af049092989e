import { selfId } from '@seal-chat/crypto';
import { constantTimeEqual, encodeRegisters, newId, type RegisterEntry, type SyncTopic } from '@seal-chat/protocol';
import { encodeContent } from '@seal-chat/protocol/content';
import type { ComposeDeps } from '../context/deps.ts';
import { enqueue } from '../outbox/queue.ts';
import { activeAccount } from '../store/account.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { otherDevices, takeRegister } from './registers.ts';

/** A register that is to be written. */
export type RegisterChange = Pick<RegisterEntry, 'subject' | 'field' | 'value'>;

/**
 * Writes registers, here and, where the account has further devices, for those: they get it through the account's
 * conversation with itself. What is as it should be already is not written.
 */
export async function writeRegisters(
  deps: Pick<ComposeDeps, 'now' | 'clock' | 'rng'>,
  tx: DeviceTx,
  topic: SyncTopic,
  changes: readonly RegisterChange[],
): Promise<void> {
  const account = await activeAccount(tx);
  const written: RegisterEntry[] = [];
  for (const change of changes) {
    const before = await tx.get(ROWS.register(topic, change.subject, change.field));
    if (before !== null && constantTimeEqual(before.value, change.value)) continue;
    // After everything this device has seen, whatever its clock says.
    const writtenAt = Math.max(deps.now(), (before?.writtenAt ?? 0) + 1);
    const entry = { ...change, writtenAt, writeId: newId<RegisterEntry['writeId']>(deps.rng(16)) };
    if (await takeRegister(tx, account, topic, entry, deps.clock.local())) written.push(entry);
  }
  if (written.length > 0 && (await otherDevices(tx, account)).length > 0) await announce(deps, tx, topic, written);
}

/** Queues a body that tells the account's other devices of `entries`. */
export async function announce(
  deps: Pick<ComposeDeps, 'now' | 'rng'>,
  tx: DeviceTx,
  topic: SyncTopic,
  entries: readonly RegisterEntry[],
): Promise<void> {
  const { tenantId, userId } = await activeAccount(tx);
  const content = encodeContent({ kind: 'sync', topic, payload: encodeRegisters(entries) });
  await enqueue(deps, tx, selfId(tenantId, userId), content);
}
