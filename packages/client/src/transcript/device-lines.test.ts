import { newId, type ConversationId, type DeviceId, type UserId } from '@seal-chat/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { rowReader, transact, type DeviceTx, type RowReader } from '../store/device-tx.ts';
import { memoryStore } from '../store/memory-store.ts';
import { ROWS, type ConversationRow, type DeviceLine } from '../store/rows.ts';
import { placeDeviceLines, putDeviceLines } from './device-lines.ts';

const random = <T>(): T => newId(crypto.getRandomValues(new Uint8Array(16))) as T;
const [bob, carol, id] = [random<UserId>(), random<UserId>(), random<ConversationId>()];
const line = (userId: UserId, afterSeq: number, version = 2): DeviceLine => ({
  kind: 'added',
  afterSeq,
  userId,
  deviceId: random<DeviceId>(),
  at: 1,
  version,
});

let reader: RowReader;
let write: <T>(task: (tx: DeviceTx) => Promise<T>) => Promise<T>;
const places = async (userId: UserId): Promise<readonly number[]> =>
  ((await reader.get(ROWS.conversation(id)))?.deviceLines ?? [])
    .filter((one) => one.userId === userId)
    .map(({ afterSeq }) => afterSeq);

beforeEach(async () => {
  const store = await memoryStore()('s');
  reader = rowReader(store);
  write = (task) => transact({ store, committed: () => {} }, task);
  await write(async (tx) => tx.put(ROWS.conversation(id), { kind: 'dm', members: [] } as unknown as ConversationRow));
});

describe('lines about devices', () => {
  it('come after what was sent under an older list, and stay before what was sent under theirs', async () => {
    await write((tx) => putDeviceLines(tx, id, [line(bob, 4), line(carol, 4), line(bob, 4, 3)]));
    await write((tx) => placeDeviceLines(tx, id, { userId: bob, version: 1, seq: 6 }));
    expect(await places(bob)).toEqual([6, 6]);
    expect(await places(carol)).toEqual([4]);
    await write((tx) => placeDeviceLines(tx, id, { userId: bob, version: 2, seq: 9 }));
    expect(await places(bob)).toEqual([6, 9]);
    // A message that comes late does not bring them back.
    await write((tx) => placeDeviceLines(tx, id, { userId: bob, version: 1, seq: 5 }));
    expect(await places(bob)).toEqual([6, 9]);
  });

  it('of a channel stay at their Commit, whatever a list says', async () => {
    await write((tx) => putDeviceLines(tx, id, [line(bob, 4, 0)]));
    await write((tx) => placeDeviceLines(tx, id, { userId: bob, version: 0, seq: 9 }));
    expect(await places(bob)).toEqual([4]);
  });

  it('of a person who adds devices without end push out nobody else’s', async () => {
    await write((tx) => putDeviceLines(tx, id, [line(carol, 1)]));
    for (let i = 2; i < 200; i++) await write((tx) => putDeviceLines(tx, id, [line(bob, i)]));
    expect(await places(carol)).toEqual([1]);
    expect((await places(bob)).at(-1)).toBe(199);
    expect(await places(bob)).toHaveLength(16);
  });
});
