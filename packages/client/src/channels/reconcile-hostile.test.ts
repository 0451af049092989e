import { CHANNEL_LIMITS, COUNT_LIMITS } from '@seal-chat/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GroupScene, channel, cid } from '../../test/support/group-scene.ts';
import { reconcile } from './reconcile.ts';
import { submitPending } from './submit.ts';

vi.mock(import('@seal-chat/crypto/mls'));
vi.mock(import('../conversations/conversation-rows.ts'));
vi.mock(import('./catch-up.ts'));
vi.mock(import('./submit.ts'));

let scene: GroupScene;

beforeEach(async () => {
  scene = await GroupScene.create();
  vi.mocked(submitPending).mockImplementation(() => scene.accept());
});
afterEach(() => void vi.resetAllMocks());

it('a list of more devices than a channel can have is refused, and nothing is done by it', async () => {
  const { group } = scene;
  const most = CHANNEL_LIMITS.members * COUNT_LIMITS.devicesPerUser;
  for (const list of ['toAdd', 'toRemove'] as const) {
    scene.group = { ...group, [list]: Array.from({ length: most + 1 }, () => cid) };
    await expect(reconcile(scene.deps, channel)).rejects.toMatchObject({ code: 'MALFORMED' });
  }
  expect(scene.sent).toEqual([]);
});
