import { beforeEach, expect, it } from 'vitest';
import { CHANNEL_ROWS } from './channel-rows.ts';
import type { DeviceStore } from './device-store.ts';
import { rowReader, transact } from './device-tx.ts';
import { LIST_ROWS } from './list-rows.ts';
import { memoryStore } from './memory-store.ts';
import { ROWS, type AccountRow, type OutboxRow, type RowKey } from './rows.ts';
import { TRANSCRIPT_ROWS } from './transcript-rows.ts';
import { wipeKeys } from './wipe-keys.ts';

/** What a device that was removed keeps: what a person reads, what it knows of others, and how far it was. */
const KEPT = [
  'account',
  'announcement',
  'blocked',
  'channel',
  'checkpoint',
  'conversation',
  'count',
  'draft',
  'expiry',
  'gap',
  'heard',
  'introduced',
  'invitation',
  'invitations',
  'list-old',
  'list-promised',
  'mailbox-position',
  'message',
  'name',
  'outbox',
  'peer',
  'ratchet-seen',
  'register',
  'removal',
  'reply',
  'reset',
  'session-record',
  'transcript',
  'transcript-entry',
  'transcript-own',
  'transcript-sender',
  'under-way',
  'unsupported',
  'upload',
  'upload-part',
  'waiting',
];
const secret = (): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(7);
const pair = () => ({ publicKey: new Uint8Array(32).fill(8), privateKey: secret() });
const account = {
  status: 'active',
  identitySeed: secret(),
  accountKey: pair(),
  archive: { number: 3, key: secret() },
  device: { deviceId: 'device', dh: pair(), sign: pair() },
  recoveryCode: 'code',
  unpublished: {},
  unlockFor: 'key',
  newDevices: ['another'],
} as unknown as AccountRow;

/** A message that was encrypted and not sent yet. */
const queued = (changes: Partial<OutboxRow>): OutboxRow => ({
  messageId: 'message' as OutboxRow['messageId'],
  content: { kind: 'text', text: 'unsent' },
  sentAt: 1,
  failure: null,
  wire: { contentKey: secret() } as unknown as OutboxRow['wire'],
  ...changes,
});

let store: DeviceStore;
const run = (task: Parameters<typeof transact<void>>[1]) => transact({ store, committed: () => {} }, task);

beforeEach(async () => {
  store = await memoryStore()('s');
});

/** A key of each kind of row, of which there may be several in this list. */
function keysOfAllKinds(): readonly RowKey<unknown>[] {
  const entries = Object.values({ ...ROWS, ...CHANNEL_ROWS, ...LIST_ROWS, ...TRANSCRIPT_ROWS });
  const keys = entries.map((entry) =>
    typeof entry === 'function' ? (entry as (...parts: unknown[]) => string)('1', '2', '3') : entry,
  );
  return keys.map((key) => (key.endsWith('/') ? `${key}1` : key)) as unknown as RowKey<unknown>[];
}

it('a device that was removed keeps no row with a key, and what it keeps is listed here', async () => {
  await run(async (tx) => {
    for (const key of keysOfAllKinds()) tx.put(key, key.startsWith(ROWS.allOutbox) ? queued({}) : 1);
    tx.put(ROWS.account, account);
  });
  await run(wipeKeys);
  const left = await store.list({ prefix: '' });
  expect(new Set(left.map(({ key }) => key.split('/')[0]))).toEqual(new Set(KEPT));
});

it('a device that was removed keeps the public half of its keys, and no secret of its account', async () => {
  await run(async (tx) => tx.put(ROWS.account, account));
  await run(wipeKeys);
  const none = { publicKey: new Uint8Array(32).fill(8), privateKey: new Uint8Array(32) };
  expect(await rowReader(store).get(ROWS.account)).toEqual({
    status: 'revoked',
    identitySeed: null,
    accountKey: none,
    archive: { number: 3, key: new Uint8Array(32) },
    device: { deviceId: 'device', dh: none, sign: none },
    recoveryCode: null,
    unpublished: null,
    unlockFor: null,
    newDevices: [],
  });
});

it('a device that was removed keeps what the person wrote last without its keys, and nothing else that was queued', async () => {
  const id = 'conversation' as never;
  const coded = { kind: 'coded', code: 9, payload: secret() } as const;
  const shown = { kind: 'text', text: 'unsent' } as const;
  const rows = [queued({}), queued({ content: coded, shown }), queued({ content: coded })];
  await run(async (tx) => {
    tx.put(ROWS.account, account);
    for (const [i, row] of rows.entries()) tx.put(ROWS.outbox(id, i), row);
  });
  await run(wipeKeys);
  const left = await rowReader(store).list(ROWS.allOutbox);
  expect(left.map(({ value }) => value)).toEqual([
    { ...rows[0], wire: null },
    { ...rows[1], wire: null },
  ]);
});

it('a store without an account is left alone', async () => {
  await run(async (tx) => tx.put(ROWS.tokens, { accessToken: 'x' } as never));
  await run(wipeKeys);
  expect(await rowReader(store).get(ROWS.tokens)).not.toBeNull();
});
