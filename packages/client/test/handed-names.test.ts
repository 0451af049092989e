import type { ConversationId, UserId } from '@seal-chat/protocol';
import { encodeContent } from '@seal-chat/protocol/content';
import { describe, expect, it } from 'vitest';
import { fetchSharedHistory } from '../src/channels/shared-history.ts';
import { enqueue } from '../src/outbox/queue.ts';
import { ROWS, type ConversationRow, type MemberRow } from '../src/store/rows.ts';
import { CONVERSATION, idOf, randomOf } from './support/model-server.ts';
import type { ModelDevice } from './support/transcript-model.ts';
import { Play } from './support/transcript-play.ts';

type Roles = Partial<Record<'alice' | 'bob' | 'carol', MemberRow['role'] | 'gone'>>;

/** What Carol calls a private channel after Bob has handed over that Alice calls it so. */
async function nameAfter(name: string, roles: Roles, before: string | null = null): Promise<string | null> {
  const play = await Play.begin('channel', randomOf(1));
  await play.join('carol');
  const [alice, , carol] = play.devices as [ModelDevice, ModelDevice, ModelDevice];
  const [writing] = alice.tabs;
  const profile = encodeContent({ kind: 'profile', name, description: '', sharesHistory: true });
  await writing.transact((tx) => enqueue(writing, tx, CONVERSATION, profile));
  const { entry, kept } = play.server.accept(alice, (await alice.seal())!.value);
  const [tab] = carol.tabs;
  await tab.transact(async (tx) => {
    const row = (await tx.get(ROWS.conversation(CONVERSATION)))!;
    const members = row.members.flatMap((member): MemberRow[] => {
      const role = roles[member.username as keyof Roles];
      return role === 'gone' ? [] : [{ ...member, ...(role !== undefined && { role }) }];
    });
    const channel = { ...row.channel!, visibility: 'private' as const, name: before };
    tx.put(ROWS.conversation(CONVERSATION), { ...row, members, channel } satisfies ConversationRow);
    const { seq, entryId: messageId, senderUserId, senderDeviceId } = entry;
    const { contentKey, bodyHash } = kept!;
    tx.put(ROWS.sharedHistory(CONVERSATION, 2), {
      entries: [{ seq, messageId, senderUserId, senderDeviceId, contentKey, bodyHash }],
      senderUserId: idOf<UserId>('bob'),
    });
  });
  await fetchSharedHistory(tab);
  expect(carol.reports).toEqual([]);
  return (await carol.conversation()).channel!.name;
}

describe('what newcomers are told that a private channel is called', () => {
  it('counts when an owner or admin said it, or hands it over', async () => {
    expect(await nameAfter('Harbour', { alice: 'owner' })).toBe('Harbour');
    expect(await nameAfter('Harbour', { bob: 'admin' }, 'Old')).toBe('Harbour');
  });

  it('does not count when a plain member said it and another one hands it over', async () => {
    expect(await nameAfter('Mutiny', {})).toBeNull();
    expect(await nameAfter('Mutiny', { carol: 'owner' }, 'Harbour')).toBe('Harbour');
  });

  it('counts of someone who is no longer a member only while no other name is known', async () => {
    expect(await nameAfter('Harbour', { alice: 'gone' })).toBe('Harbour');
    expect(await nameAfter('Mutiny', { alice: 'gone' }, 'Harbour')).toBe('Harbour');
  });

  it('does not count when nobody could be sure of it', async () => {
    for (const name of ['P\u0456er', 'Har\u200bbour', '']) expect(await nameAfter(name, { alice: 'owner' })).toBeNull();
  });
});

describe('what a message that invites calls the channel', () => {
  it.each([
    ['Harbour', 'Harbour'],
    ['Har\u200bbour', ''],
    ['\u202eHarbour', ''],
    ['Pier\u0000', ''],
  ])('is shown as who invites wrote it, and not where something in it cannot be seen: %j', async (name, shown) => {
    const play = await Play.begin('dm', randomOf(1));
    const [alice, bob] = play.devices as [ModelDevice, ModelDevice];
    const [tab] = alice.tabs;
    const channelId = idOf<ConversationId>('harbour');
    const content = encodeContent({ kind: 'invitation', channelId, name, description: '' });
    await tab.transact((tx) => enqueue(tab, tx, CONVERSATION, content));
    await play.transmit(alice);
    await bob.take(play.server.log[0]!);
    const message = await bob.tabs[0].reader.get(ROWS.message(CONVERSATION, 1));
    expect(message?.content).toMatchObject({ kind: 'invitation', channelId, name: shown });
  });
});
