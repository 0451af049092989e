import { describe, expect, it } from 'vitest';
import { deleteForMe } from '../src/commands/conversation-settings.ts';
import { noteErased } from '../src/content/erased.ts';
import { ERASED_ROWS } from '../src/store/erased-rows.ts';
import { queuedIn } from '../src/store/queued-rows.ts';
import { ROWS, placeOf } from '../src/store/rows.ts';
import { CONVERSATION, randomOf, type Placed } from './support/model-server.ts';
import { Play } from './support/transcript-play.ts';
import type { ModelDevice, Tab } from './support/transcript-model.ts';

async function queuedIds({ reader }: Tab): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { value } of queuedIn(reader, CONVERSATION)) found.push(value.messageId);
  return found;
}

/** Alice, with a message that is sealed and that the server has. */
async function scene(kind: 'dm' | 'channel') {
  const { server, devices } = await Play.begin(kind, randomOf(1));
  const alice = devices[0] as ModelDevice;
  await alice.queue();
  const queued = (await alice.seal())!;
  return { server, alice, queued, placed: server.accept(alice, queued.value) };
}

describe('a message that was deleted on this device', () => {
  it.each(['opened', 'shut', 'emptied'] as const)('does not come back with a late copy that is %s', async (how) => {
    const play = await Play.begin('dm', randomOf(1));
    const [alice, bob] = play.devices as [ModelDevice, ModelDevice];
    for (let i = 0; i < 2; i++) {
      await alice.queue();
      await play.transmit(alice);
    }
    const [shut, next] = play.server.log as [Placed, Placed];
    await bob.take({ ...shut, said: null });
    await bob.take(next);
    const [tab] = bob.tabs;
    await deleteForMe(tab, CONVERSATION, 1);
    await bob.take(
      { ...shut, ...(how === 'shut' && { said: null }), isEmptied: how === 'emptied' },
      { isHistory: true },
    );
    const shown = (await tab.reader.list(ROWS.messagesOf(CONVERSATION))).map(({ key }) => placeOf(key).seq);
    expect(shown).toEqual([2]);
    // The copy is counted all the same.
    expect(await play.alarms()).toEqual([]);
    expect((await bob.conversation()).unreadCount).toBe(1);
  });

  it('is remembered by its place, and no more than 1,000 of them', async () => {
    const play = await Play.begin('dm', randomOf(1));
    const [alice] = play.devices as [ModelDevice];
    const [tab] = alice.tabs;
    await tab.transact(async (tx) => {
      for (let seq = 1; seq <= 1_200; seq++) await noteErased(tx, CONVERSATION, seq);
    });
    const kept = await tab.reader.list(ERASED_ROWS.erasedIn(CONVERSATION));
    expect(kept).toHaveLength(1_000);
    expect(kept[0]!.value).toBe(201);
  });
});

describe('an answer of the server that comes late', () => {
  it('counts for the message that was sent, not for the one that has its place in the queue by then', async () => {
    const { server, alice, queued, placed } = await scene('dm');
    const [hanging, leading] = alice.tabs;
    await alice.accepted(queued, placed, leading);
    await alice.queue(leading);
    const next = (await alice.seal(leading))!;
    expect(next.key).toBe(queued.key);
    await alice.accepted(queued, placed, hanging);
    expect(await queuedIds(leading)).toEqual([next.value.messageId]);
    await alice.accepted(next, server.accept(alice, next.value), leading);
    const messages = await leading.reader.list(ROWS.messagesOf(CONVERSATION));
    expect(messages.map(({ value }) => value.messageId)).toEqual([queued.value.messageId, next.value.messageId]);
  });

  it('takes a message of a channel out of the queue, also where its device came in again behind its place', async () => {
    const { server, alice, queued, placed } = await scene('channel');
    server.commit(alice, 'commit');
    await alice.skipTo(server.log.length);
    expect(await alice.accepted(queued, placed)).toBe(true);
    expect(await queuedIds(alice.tabs[0])).toEqual([]);
    const message = await alice.tabs[0].reader.get(ROWS.message(CONVERSATION, placed.entry.seq));
    expect(message?.messageId).toBe(queued.value.messageId);
  });

  it('hands on no key of a body that was sealed by a past which the store forgot', async () => {
    for (const kind of ['dm', 'channel'] as const) {
      const { server, devices } = await Play.begin(kind, randomOf(1));
      const alice = devices[0] as ModelDevice;
      await alice.queue();
      const before = await alice.save();
      const placed = server.accept(alice, (await alice.seal())!.value);
      await alice.restore(before);
      const queued = (await alice.seal())!;
      expect(queued.value.wire!.bodyHash).not.toEqual(placed.entry.hash);
      await alice.accepted(queued, server.accept(alice, queued.value));
      const [tab] = alice.tabs;
      expect(await queuedIds(tab)).toEqual([]);
      const keys = [
        ...(await tab.store.list({ prefix: 'sent/' })),
        ...(await tab.store.list({ prefix: 'content-key/' })),
      ];
      expect(keys).toEqual([]);
    }
  });
});
