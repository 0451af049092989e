import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caughtUp, listen, messagesIn, messageTo, signUp, textOf } from './support/people.ts';
import { startRelay, type Relay, type TestTenant } from './support/relay.ts';

let relay: Relay;
let tenant: TestTenant;

beforeAll(async () => {
  relay = await startRelay();
  tenant = await relay.addTenant();
});
afterAll(() => relay.close());

describe('messages', () => {
  test('a message reaches the other person, live and from the mailbox', async () => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const dm = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const before = await alice.first.api.messages.send.mutate(
      messageTo(dm.conversationId, [alice, bob], alice.first, 'while away'),
    );
    expect(before.seq).toBe(1);
    const heard = await caughtUp(listen(bob.first));
    await alice.first.api.messages.send.mutate(messageTo(dm.conversationId, [alice, bob], alice.first, 'live'));
    await heard.until((events) => messagesIn(events).length === 2);
    expect(messagesIn(heard.events).map(({ seq, position, body }) => [seq, position, textOf(body)])).toEqual([
      [1, 1, 'while away'],
      [2, 2, 'live'],
    ]);
  });
});
