import { createHash } from 'node:crypto';
import { OUTBOX_KINDS } from './kinds.ts';
import type { OutboxRow } from './store.ts';

/** Messages of a conversation: tenant, conversation, first and last number. */
export type MessageRange = readonly [tenantId: string, conversationId: string, from: number, to: number];
/** A device, below its tenant. */
export type DeviceRef = readonly [tenantId: string, deviceId: string];

/** A job for the queue: ids and numbers only. One that is done twice changes nothing the second time. */
export type FollowUp =
  | { readonly name: 'waiting'; readonly id: string; readonly data: { readonly ranges: readonly MessageRange[] } }
  | { readonly name: 'key-hints'; readonly id: string; readonly data: { readonly devices: readonly DeviceRef[] } };

/** Conversations or devices of one job. */
const PER_JOB = 500;

/** Makes the jobs that rows ask for, each conversation and device once. The same rows make jobs of the same ids. */
export function jobsOf(rows: readonly OutboxRow[]): readonly FollowUp[] {
  const ranges = new Map<string, MessageRange>();
  const devices = new Map<string, DeviceRef>();
  for (const row of rows) {
    for (const [i, tenantId] of row.tenantIds.entries()) {
      const subjectId = row.subjectIds[i]!;
      const key = tenantId + subjectId;
      if (row.kind === OUTBOX_KINDS.messages) {
        const [, , from = row.fromSeqs[i]!, to = row.toSeqs[i]!] = ranges.get(key) ?? [];
        ranges.set(key, [tenantId, subjectId, Math.min(from, row.fromSeqs[i]!), Math.max(to, row.toSeqs[i]!)]);
      } else if (row.kind === OUTBOX_KINDS.keysLow) {
        devices.set(key, [tenantId, subjectId]);
      }
    }
  }
  // Of all rows, so that what another set of rows asks for is never taken for the same job.
  const of = createHash('sha256')
    .update(rows.map(({ id }) => id).join())
    .digest('base64url');
  return [
    ...inPieces([...ranges.values()]).map((some, i) => ({
      name: 'waiting' as const,
      id: `w-${of}-${i}`,
      data: { ranges: some },
    })),
    ...inPieces([...devices.values()]).map((some, i) => ({
      name: 'key-hints' as const,
      id: `k-${of}-${i}`,
      data: { devices: some },
    })),
  ];
}

function inPieces<T>(all: readonly T[]): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let at = 0; at < all.length; at += PER_JOB) pieces.push(all.slice(at, at + PER_JOB));
  return pieces;
}
