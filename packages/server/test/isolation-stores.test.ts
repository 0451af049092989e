import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { describe, expect } from 'vitest';
import type { AttachmentId, LinkId, TenantId } from '@seal-chat/protocol';
import { findUpload, insertUpload } from '../src/attachments/store.ts';
import { deleteSession } from '../src/auth/store.ts';
import { findListings } from '../src/channels/directory/store.ts';
import { insertFirst } from '../src/channels/key-packages/store.ts';
import { findEntries } from '../src/channels/log/store.ts';
import { deleteMember, insertMembers, setRole } from '../src/channels/members/store.ts';
import { databaseErrorClass } from '../src/db/error-class.ts';
import { transact, transactSql } from '../src/db/transaction.ts';
import type { PrismaClient } from '../src/generated/client.ts';
import { insertLink, insertStep } from '../src/linking/store.ts';
import { findHistory } from '../src/messages/store.ts';
import { findSession } from '../src/sessions/store.ts';
import { readMailbox } from '../src/sync/store.ts';
import { findProfiles } from '../src/users/store.ts';
import { channelMessage, channelOf } from './support/channels.ts';
import { rng } from './support/connections.ts';
import { upload } from './support/files.ts';
import { signUp } from './support/people.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { fingerprint } from './support/fingerprint.ts';
import { test } from './support/two-tenants.ts';

describe('a store that forgets its tenant', () => {
  const NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid is distinct from ";
  /** The client, in whose statements each comparison with a tenant is true of all of them. */
  function forgetful(sql: Sql): Sql {
    const forget = (text: string) => text.replace(/(?:\w+\.)?tenant_id = $/, NOBODY);
    const tag = (strings: TemplateStringsArray, ...values: unknown[]) => {
      const texts = strings.map(forget);
      return sql(Object.assign(texts, { raw: texts }) as unknown as TemplateStringsArray, ...(values as never[]));
    };
    return Object.assign(tag, { unsafe: sql.unsafe }) as unknown as Sql;
  }

  /** As `forgetful`, for Prisma: no condition names the tenant. */
  function forgetfulPrisma(prisma: PrismaClient): PrismaClient {
    const findMany = ({ where, ...rest }: { where: { tenantId?: unknown } }) => {
      const { tenantId: _tenantId, ...others } = where;
      return prisma.user.findMany({ ...rest, where: others });
    };
    return { user: { findMany } } as unknown as PrismaClient;
  }

  async function contents(relay: Relay, tenant: TestTenant) {
    const [alice, bob] = await Promise.all([signUp(relay, tenant, `a${Date.now()}`), signUp(relay, tenant)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const channel = await channelOf(alice, [], `Mutants ${Date.now()}`);
    await alice.first.api.channels.send.mutate(channelMessage(channel.conversationId, channel.group, 'secret'));
    const attachmentId = await upload(alice, conversationId, 100);
    const [session] = await relay.sql<{ id: string }[]>`
      select id from sessions where tenant_id = ${tenant.tenantId} and device_id = ${alice.first.deviceId}`;
    return { alice, bob, conversationId, channelId: channel.conversationId, attachmentId, sessionId: session!.id };
  }
  type Contents = Awaited<ReturnType<typeof contents>>;

  const stores: Record<string, (sql: Sql, tenantId: TenantId, of: Contents) => Promise<unknown>> = {
    'messages: history': async (sql, tenantId, { channelId, alice }) => {
      const { messages } = await findHistory(
        sql,
        { tenantId, conversationId: channelId, deviceId: alice.first.deviceId },
        null,
        10,
      );
      return messages.length > 0;
    },
    'channels: log': async (sql, tenantId, { channelId }) =>
      (await findEntries(sql, { tenantId, conversationId: channelId }, 0, 10)).length > 0,
    'channels: directory': async (sql, tenantId, { alice }) =>
      (await findListings(sql, { tenantId, userId: alice.userId }, 'mutants', null, 10)).length > 0,
    'sync: mailbox': async (sql, tenantId, { bob }) =>
      (await readMailbox(sql, tenantId, bob.first.deviceId, 0)).events.length > 0,
    'attachments: upload': async (sql, tenantId, { attachmentId }) =>
      (await findUpload(sql, tenantId, attachmentId)) !== null,
    'sessions: session': async (sql, tenantId, { sessionId }) => (await findSession(sql, tenantId, sessionId)) !== null,
  };

  test('finds rows of another where nothing holds it, and none where row-level security does', async ({
    db,
    relay,
    tenant,
    foreign,
  }) => {
    const of = await contents(relay, tenant);
    await relay.sql`
      insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
      select ${tenant.tenantId}, ${of.bob.first.deviceId}, 1, 'message', conversation_id, seq, '\\x01'::bytea
      from messages where conversation_id = ${of.channelId} and kind = 'message'`;
    for (const [name, find] of Object.entries(stores)) {
      const [open, held, intact] = await Promise.all([
        find(forgetful(relay.sql), foreign.tenantId, of),
        find(forgetful(db.sql.of(foreign.tenantId)), foreign.tenantId, of),
        find(relay.sql, foreign.tenantId, of),
      ]);
      expect({ name, open, held, intact }).toEqual({ name, open: true, held: false, intact: false });
      expect(await find(db.sql.of(tenant.tenantId), tenant.tenantId, of)).toBe(true);
    }
    const ids = [of.alice.userId];
    const profiles = (tenantId: TenantId) =>
      findProfiles(forgetfulPrisma(db.prisma.of(tenantId)), foreign.tenantId, ids);
    expect(await profiles(tenant.tenantId)).toHaveLength(1);
    expect(await profiles(foreign.tenantId)).toEqual([]);
  });
});

describe('a store that is handed another tenant than its door is for', () => {
  test('finds nothing, and neither changes nor deletes nor adds anything', async ({ db, relay, tenant, foreign }) => {
    const { tenantId } = tenant;
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { deviceId } = alice.first;
    const { conversationId } = await channelOf(alice, [], `Doors ${Date.now()}`);
    const [session] = await relay.sql<{ id: string }[]>`
      select id from sessions where tenant_id = ${tenantId} and device_id = ${deviceId}`;
    const linkId = randomUUID() as LinkId;
    await alice.first.api.linking.open.mutate({ linkId });
    const before = await fingerprint(relay.sql, tenantId);

    const sql = db.sql.of(foreign.tenantId);
    const prisma = db.prisma.of(foreign.tenantId);
    const channel = { tenantId, conversationId };
    const later = new Date(Date.now() + 60_000);
    expect(await findSession(sql, tenantId, session!.id)).toBe(null);
    expect(await findProfiles(prisma, tenantId, [alice.userId])).toEqual([]);
    expect(await findEntries(sql, channel, 0, 10)).toEqual([]);
    await deleteSession(prisma, tenantId, session!.id);
    await transactSql(sql, (tx) => deleteMember(tx, channel, alice.userId));
    await transactSql(sql, (tx) => setRole(tx, channel, alice.userId, 'member'));

    const keyPackage = { ref: rng(32), bytes: rng(90) };
    const announced = { tenantId, conversationId, attachmentId: randomUUID() as AttachmentId, userId: alice.userId };
    const additions: Readonly<Record<string, () => Promise<unknown>>> = {
      link: () =>
        insertLink(prisma, { tenantId, id: randomUUID() as LinkId, deviceId, expiresAt: later, now: new Date() }),
      step: () => insertStep(prisma, { tenantId, linkId, step: 1, payload: rng(8) }),
      keyPackages: () =>
        transact(prisma, (tx) =>
          insertFirst(tx, { tenantId, deviceId }, { oneTime: [keyPackage], lastResort: null }, new Date()),
        ),
      lastResort: () =>
        transact(prisma, (tx) =>
          insertFirst(tx, { tenantId, deviceId }, { oneTime: [], lastResort: keyPackage }, new Date()),
        ),
      upload: () => insertUpload(sql, { ...announced, size: 10, parts: 1 }, new Date()),
      members: () => transactSql(sql, (tx) => insertMembers(tx, channel, [bob.userId], 'member', new Date())),
    };
    for (const [name, add] of Object.entries(additions)) {
      const refusal = await add().catch((error: unknown) => databaseErrorClass(error));
      // Nothing of it reached a row, or PostgreSQL has refused it.
      expect({ name, refusal }).toEqual({ name, refusal: 'refused' });
    }
    expect(await fingerprint(relay.sql, tenantId)).toEqual(before);
  });
});
