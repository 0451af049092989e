import { expect } from 'vitest';
import { fileRequest, upload } from './support/files.ts';
import { signUp, type TestPerson } from './support/people.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';

async function pairIn(relay: Relay, tenant: TestTenant) {
  const [one, two] = [await signUp(relay, tenant), await signUp(relay, tenant)];
  const { conversationId } = await one.first.api.conversations.openDm.mutate({ userId: two.userId });
  return { one, two, conversationId };
}

const put = (person: TestPerson, attachmentId: string) =>
  fileRequest(person, `${attachmentId}/0`, { method: 'PUT', body: new Uint8Array(40).fill(7) });

test('parts of one tenant are stored one after the other, and those of another tenant meanwhile', async ({
  relay,
  tenant,
}) => {
  const here = await pairIn(relay, tenant);
  const elsewhere = await pairIn(relay, await relay.addTenant());
  const [held, next] = [
    await upload(here.one, here.conversationId, 40, []),
    await upload(here.two, here.conversationId, 40, []),
  ];
  const other = await upload(elsewhere.one, elsewhere.conversationId, 40, []);
  const lock = await relay.sql.reserve();
  await lock`begin`;
  await lock`select 1 from attachments where id = ${held} for update`;
  const answered: string[] = [];
  try {
    const first = put(here.one, held).then(({ status }) => answered.push(`held ${status}`));
    const isStuck = async () =>
      (await relay.sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
        .length === 1;
    await expect.poll(isStuck).toBe(true);
    const second = put(here.two, next).then(({ status }) => answered.push(`next ${status}`));
    expect((await put(elsewhere.one, other)).status).toBe(204);
    // A way round with the same server, after which the second would have been stored, too.
    expect((await put(elsewhere.one, other)).status).toBe(204);
    expect(answered).toEqual([]);
    await lock`rollback`;
    await Promise.all([first, second]);
  } finally {
    lock.release();
  }
  expect(answered).toEqual(['held 204', 'next 204']);
});
