import { describe, expect, it } from 'vitest';
import { queuedIn } from '../src/store/queued-rows.ts';
import { ROWS } from '../src/store/rows.ts';
import { CONVERSATION, randomOf } from './support/model-server.ts';
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
