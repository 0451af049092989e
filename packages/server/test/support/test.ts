import { test as base } from 'vitest';
import type { ConversationId } from '@seal-chat/protocol';
import type { SendAnswer } from '@seal-chat/protocol/api';
import { connect, type TestConnection } from './connections.ts';
import { messageTo } from './messages.ts';
import { signUp, type TestDevice, type TestPerson } from './people.ts';
import { startRelay, type Relay, type RelayProcess, type TestTenant } from './relay.ts';

/** Two people with a conversation. */
export interface Pair {
  readonly alice: TestPerson;
  readonly bob: TestPerson;
  readonly conversationId: ConversationId;
  /** Sends `text` to both from the sender's first device, or from another one. */
  send(sender: TestPerson, text: string, from?: TestDevice): Promise<SendAnswer>;
}

/**
 * For each file that asks for them: a relay on a database of its own, a tenant, a second process and a connection
 * without a session, all closed after the last test. People are made by each test.
 */
export const test = base
  /** The relay's clock runs ahead by so many ms. */
  .extend('clock', { scope: 'file' }, (): { aheadMs: number } => ({ aheadMs: 0 }))
  .extend('relay', { scope: 'file' }, async ({ clock }, { onCleanup }): Promise<Relay> => {
    const relay = await startRelay({ clock: () => Date.now() + clock.aheadMs });
    onCleanup(() => relay.close());
    return relay;
  })
  .extend('tenant', { scope: 'file' }, ({ relay }): Promise<TestTenant> => relay.addTenant())
  .extend('other', { scope: 'file' }, ({ relay }): Promise<RelayProcess> => relay.addProcess())
  .extend('anonymous', { scope: 'file' }, ({ relay, tenant }): TestConnection =>
    connect(relay, { appKey: tenant.appKey }),
  )
  .extend(
    'people',
    ({ relay, tenant }) =>
      (count: number): Promise<TestPerson[]> =>
        Promise.all(Array.from({ length: count }, () => signUp(relay, tenant))),
  )
  .extend('pair', ({ people }) => async (): Promise<Pair> => {
    const [alice, bob] = (await people(2)) as [TestPerson, TestPerson];
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    return {
      alice,
      bob,
      conversationId,
      send: (sender, text, from = sender.first) =>
        from.api.messages.send.mutate(messageTo(conversationId, [alice, bob], from, text)),
    };
  });
