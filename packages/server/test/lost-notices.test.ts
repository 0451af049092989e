import { expect } from 'vitest';
import { createPostgresBus } from '../src/bus/postgres.ts';
import { channelMessage, channelOf, entriesIn } from './support/channels.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { startRelay } from './support/relay.ts';
import { test as base } from './support/test.ts';

/** What every process publishes reaches no other one while `isLossy`. */
const test = base
  .extend('loss', { scope: 'file' }, (): { isLossy: boolean } => ({ isLossy: false }))
  .extend('relay', { scope: 'file' }, async ({ loss }, { onCleanup }) => {
    const relay = await startRelay({
      sweepPauses: { usual: 200, busDown: 200 },
      createBus(deps) {
        const bus = createPostgresBus(deps);
        return { ...bus, publishToOthers: (notice) => (loss.isLossy ? undefined : bus.publishToOthers(notice)) };
      },
    });
    onCleanup(() => relay.close());
    return relay;
  });

test('messages whose notices are lost are found in the database, once and in order', async ({
  relay,
  tenant,
  other,
  loss,
}) => {
  const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const heard = await caughtUp(listen(bob.first));
  loss.isLossy = true;
  for (const text of ['one', 'two', 'three']) {
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, text));
  }
  await heard.until((events) => messagesIn(events).length === 3);
  loss.isLossy = false;
  expect(messagesIn(heard.events).map(({ position }) => position)).toEqual([1, 2, 3]);
});

test('devices are told how far a channel reaches whose notices are lost', async ({ relay, tenant, other, loss }) => {
  const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(other, tenant)]);
  const { conversationId, group } = await channelOf(alice, [bob]);
  const heard = await caughtUp(listen(bob.first));
  const reaches = (seq: number) =>
    heard.until((events) =>
      [
        ...entriesIn(events).map((entry) => entry.seq),
        ...events.flatMap((event) => (event.type === 'channel-head' ? [event.lastSeq] : [])),
      ].includes(seq),
    );
  loss.isLossy = true;
  // Of a channel that nothing was heard of yet, then of one that is followed.
  await reaches((await alice.first.api.channels.send.mutate(channelMessage(conversationId, group))).seq);
  loss.isLossy = false;
  const { seq } = await alice.first.api.channels.send.mutate(channelMessage(conversationId, group));
  await heard.until((events) => entriesIn(events).some((entry) => entry.seq === seq));
  loss.isLossy = true;
  await reaches((await alice.first.api.channels.send.mutate(channelMessage(conversationId, group))).seq);
  loss.isLossy = false;
  expect(entriesIn(heard.events).map((entry) => entry.seq)).toEqual(
    entriesIn(heard.events)
      .map((entry) => entry.seq)
      .toSorted((a, b) => a - b),
  );
});

test('a message that was stored although its answer was lost reaches those who are connected', async ({
  relay,
  tenant,
}) => {
  const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const heard = await caughtUp(listen(bob.first));
  // As after a commit whose answer never came: nothing of it is in any memory.
  await relay.sql`
    insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
    values (${tenant.tenantId}, ${conversationId}, 1, gen_random_uuid(), ${alice.userId}, ${alice.first.deviceId}, now(), 'x')`;
  await relay.sql.begin(async (tx) => {
    await tx`insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
      values (${tenant.tenantId}, ${bob.first.deviceId}, 1, 'message', ${conversationId}, 1, 'x')`;
    await tx`update mailboxes set head = 1 where tenant_id = ${tenant.tenantId} and device_id = ${bob.first.deviceId}`;
  });
  await heard.until((events) => messagesIn(events).length === 1);
});
