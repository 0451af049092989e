import { describe, expect } from 'vitest';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

describe('a conversation that another transaction holds', () => {
  test('holds up its own messages alone, and takes them again once it is let go', async ({ relay, tenant, pair }) => {
    const [one, two] = [await pair(), await pair()];
    const elsewhere = await relay.addTenant();
    const [carol, dave] = [await signUp(relay, elsewhere), await signUp(relay, elsewhere)];
    const { conversationId } = await carol.first.api.conversations.openDm.mutate({ userId: dave.userId });
    expect(tenant.tenantId).not.toBe(elsewhere.tenantId);
    const send = {
      held: () => one.send(one.alice, 'held'),
      sameTenant: () => two.send(two.alice, 'same tenant'),
      otherTenant: () =>
        carol.first.api.messages.send.mutate(messageTo(conversationId, [carol, dave], carol.first, 'x')),
    };
    const lock = await relay.sql.reserve();
    await lock`begin`;
    await lock`select 1 from conversations where id = ${one.conversationId} for update`;
    try {
      // More than the writer has batches under way, so that each of them meets the lock.
      const stuck = Array.from({ length: 20 }, () => refusalOf(send.held()));
      const others = [];
      for (let i = 0; i < 10; i++) others.push(await send.sameTenant(), await send.otherTenant());
      expect(others.map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, i) => [i + 1, i + 1]).flat());
      for (const { code, details } of await Promise.all(stuck)) {
        expect(code).toBe('UNAVAILABLE');
        expect(details.retryAfterMs).toBeGreaterThan(0);
      }
      // It is known now: others do not wait for its messages any longer, not for a second either.
      const again = refusalOf(send.held());
      const order: string[] = [];
      await Promise.all([
        again.then(() => order.push('held')),
        send.sameTenant().then(() => order.push('same tenant')),
        send.otherTenant().then(() => order.push('other tenant')),
      ]);
      expect(order.at(-1)).toBe('held');
    } finally {
      await lock`rollback`;
      lock.release();
    }
    expect((await send.held()).seq).toBe(1);
  });
});
