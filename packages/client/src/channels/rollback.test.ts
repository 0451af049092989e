import { beforeEach, expect, it } from 'vitest';
import { GroupScene, channel } from '../../test/support/group-scene.ts';
import { CHANNEL_ROWS, type PendingRow } from '../store/channel-rows.ts';
import { renewChannels } from './rollback.ts';

let scene: GroupScene;
const pending = { kind: 'commit' } as PendingRow;
const row = () => scene.deps.reader.get(CHANNEL_ROWS.channel(channel));
const stepThatWaits = () => scene.deps.reader.get(CHANNEL_ROWS.pending(channel));

beforeEach(async () => {
  scene = await GroupScene.create();
  await scene.deps.transact(async (tx) => tx.put(CHANNEL_ROWS.pending(channel), pending));
});

it('after a rollback nothing is sent in a group before this device has a new leaf, nor what was about to be', async () => {
  const before = await row();
  await renewChannels(scene.deps);
  expect(await row()).toEqual({ ...before, isStale: true });
  expect(await stepThatWaits()).toBeNull();
});

it('after a rollback a channel that this device is not in stays as it is', async () => {
  for (const status of ['creating', 'joining', 'broken', 'left'] as const) {
    await scene.put({ status });
    const before = await row();
    await renewChannels(scene.deps);
    expect(await row()).toEqual(before);
    expect(await stepThatWaits()).toEqual(pending);
  }
});
