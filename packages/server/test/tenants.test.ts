import { describe, expect } from 'vitest';
import { newId, toBase64, type AttachmentId, type ConversationId, type LinkId } from '@seal-chat/protocol';
import type { GroupAnswer } from '@seal-chat/protocol/api';
import { channelMessage, channelOf, commitAt, leafOf, newChannel, noise } from './support/channels.ts';
import { fileRequest, upload } from './support/files.ts';
import { connect, overHttp, rng, type Api } from './support/connections.ts';
import { consentOf, publishPreKeys } from './support/devices.ts';
import { COUNTED_LATER } from './support/fingerprint.ts';
import { messageTo } from './support/messages.ts';
import { prove, listInput, signUp, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';
import { proveUnlock } from './support/vaults.ts';

let relay: Relay;
let home: TestTenant;
let foreign: TestTenant;
/** Two people of one tenant, with a conversation, prekeys, messages and a link; and a stranger of another. */
let alice: TestPerson;
let bob: TestPerson;
let mallory: TestPerson;
let conversationId: Awaited<ReturnType<Api['conversations']['openDm']['mutate']>>['conversationId'];
let channelId: ConversationId;
const linkId = newId<LinkId>(rng(16));
let attachmentId: AttachmentId;

test.beforeAll(async ({ relay: given }) => {
  relay = given;
  [home, foreign] = await Promise.all([relay.addTenant(), relay.addTenant()]);
  [alice, bob, mallory] = await Promise.all([
    signUp(relay, home, 'alice'),
    signUp(relay, home, 'bob'),
    signUp(relay, foreign, 'mallory'),
  ]);
  await publishPreKeys(bob, bob.first, 2);
  ({ conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId }));
  await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'secret'));
  await bob.first.api.messages.requestRetry.mutate({ conversationId, seq: 1 });
  await alice.first.api.linking.open.mutate({ linkId });
  await bob.first.api.channels.publishKeyPackages.mutate({
    oneTime: [{ ref: noise(32), bytes: noise(90) }],
    lastResort: { ref: noise(32), bytes: noise(90) },
  });
  let group: GroupAnswer;
  ({ conversationId: channelId, group } = await channelOf(alice, [], 'Home'));
  await alice.first.api.channels.send.mutate(channelMessage(channelId, group, 'secret'));
  await alice.first.api.channels.invite.mutate({ conversationId: channelId, userIds: [bob.userId] });
  attachmentId = await upload(alice, conversationId, 100);
});

/** Every row of the tenant, as text, less what time itself changes. */
async function snapshot(): Promise<string> {
  const tables = await relay.sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'tenant_id' and table_name <> 'rate_counters'
      and table_name not in ${relay.sql(COUNTED_LATER)} order by 1`;
  const contents = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await relay.sql`
        select t::text as row from ${relay.sql(name)} t where tenant_id = ${home.tenantId} order by 1`;
      return [name, rows.map(({ row }) => row)] as const;
    }),
  );
  return JSON.stringify(contents);
}

describe('what another tenant gets', () => {
  const bytes = (length: number) => toBase64(rng(length));
  /** Each procedure that takes an id, called by a stranger with ids of the home tenant. */
  const probes: Record<string, (api: Api) => Promise<unknown>> = {
    'auth.signIn': async (api) =>
      api.auth.signIn.mutate(await prove(api, mallory.first.keys, bob.userId, 'signIn', null)),
    'auth.signIn with own user': async (api) =>
      api.auth.signIn.mutate({
        ...(await prove(api, mallory.first.keys, mallory.userId, 'signIn', null)),
        deviceId: bob.first.deviceId,
      }),
    'auth.join': async (api) =>
      api.auth.join.mutate({
        ...(await prove(api, mallory.first.keys, bob.userId, 'join', mallory.list)),
        ...listInput(mallory.list),
        admission: await consentOf(mallory, mallory.first.keys),
      }),
    'users.profiles': (api) => api.users.profiles.query({ userIds: [bob.userId] }),
    'devices.lists': (api) => api.devices.lists.query({ users: [{ userId: bob.userId, since: 0 }] }),
    'preKeys.claim': (api) => api.preKeys.claim.mutate({ userId: bob.userId, deviceIds: [bob.first.deviceId] }),
    'vault.unlock': async (api) => api.vault.unlock.mutate(await proveUnlock(api, 'bob', bob.vault!.unlockKey)),
    'linking.send': (api) => api.linking.send.mutate({ linkId, step: 1, payload: bytes(10) }),
    'linking.receive': (api) => api.linking.receive.query({ linkId, step: 1 }),
    'conversations.openDm': (api) => api.conversations.openDm.mutate({ userId: bob.userId }),
    'conversations.get': (api) => api.conversations.get.query({ conversationId }),
    'messages.send': (api) => api.messages.send.mutate(messageTo(conversationId, [alice, bob], mallory.first, 'x')),
    'messages.send as a member': (api) =>
      api.messages.send.mutate(messageTo(conversationId, [mallory, bob], mallory.first, 'x')),
    'messages.history': (api) => api.messages.history.query({ conversationId, before: null, limit: 10 }),
    'messages.requestRetry': (api) => api.messages.requestRetry.mutate({ conversationId, seq: 1 }),
    'messages.retry': (api) =>
      api.messages.retry.mutate({ conversationId, seq: 1, deviceId: bob.first.deviceId, envelope: bytes(10) }),
    'messages.remove': (api) => api.messages.remove.mutate({ conversationId, seq: 1 }),
    'messages.send to a channel': (api) =>
      api.messages.send.mutate(messageTo(channelId, [mallory, alice], mallory.first, 'x')),
    'attachments.create': (api) =>
      api.attachments.create.mutate({ attachmentId: newId<AttachmentId>(rng(16)), conversationId, size: 100 }),
    'attachments.cancel': (api) => api.attachments.cancel.mutate({ attachmentId }),
    'channels.update': (api) =>
      api.channels.update.mutate({ conversationId: channelId, name: 'Mine', description: '' }),
    'channels.join': (api) => api.channels.join.mutate({ conversationId: channelId }),
    'channels.decline': (api) => api.channels.decline.mutate({ conversationId: channelId }),
    'channels.leave': (api) => api.channels.leave.mutate({ conversationId: channelId }),
    'channels.invite': (api) => api.channels.invite.mutate({ conversationId: channelId, userIds: [mallory.userId] }),
    'channels.add': (api) => api.channels.add.mutate({ conversationId: channelId, userIds: [mallory.userId] }),
    'channels.remove': (api) => api.channels.remove.mutate({ conversationId: channelId, userId: alice.userId }),
    'channels.setRole': (api) =>
      api.channels.setRole.mutate({ conversationId: channelId, userId: mallory.userId, role: 'owner' }),
    'channels.claimKeyPackages': (api) =>
      api.channels.claimKeyPackages.mutate({ conversationId: channelId, deviceIds: [bob.first.deviceId] }),
    'channels.group': (api) => api.channels.group.query({ conversationId: channelId }),
    'channels.log': (api) => api.channels.log.query({ conversationId: channelId, after: 0, limit: 10 }),
    'channels.commit': (api) => api.channels.commit.mutate(commitAt(channelId, { incarnation: 0, epoch: 1 })),
    'channels.commit from outside': (api) =>
      api.channels.commit.mutate(
        commitAt(channelId, { incarnation: 0, epoch: 1 }, { adds: [leafOf(mallory)], isExternal: true }),
      ),
    'channels.send': (api) => api.channels.send.mutate(channelMessage(channelId, { incarnation: 0, epoch: 1 })),
    'channels.report': (api) => api.channels.report.mutate({ conversationId: channelId, incarnation: 0, epoch: 0 }),
    'channels.reset': (api) =>
      api.channels.reset.mutate({
        conversationId: channelId,
        incarnation: 1,
        groupInfo: noise(90),
        authenticator: noise(32),
      }),
    'channels.add of people of another': async (api) => {
      const { conversationId: own } = await api.channels.create.mutate(newChannel());
      return api.channels.add.mutate({ conversationId: own, userIds: [bob.userId] });
    },
    'channels.invite of people of another': async (api) => {
      const { conversationId: own } = await api.channels.create.mutate(newChannel());
      return api.channels.invite.mutate({ conversationId: own, userIds: [bob.userId] });
    },
    'messages.send with a file': (api) =>
      api.messages.send.mutate({
        ...messageTo(conversationId, [alice, bob], mallory.first, 'x'),
        attachmentIds: [attachmentId],
      }),
    'attachments.cancel, and the file itself': async () => {
      const answers = await Promise.all([
        fileRequest(mallory, attachmentId),
        fileRequest(mallory, `${attachmentId}/0`, { method: 'PUT', body: new Uint8Array(100) }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      return mallory.first.api.attachments.cancel.mutate({ attachmentId });
    },
    'sync.typing': (api) => api.sync.typing.mutate({ conversationId, isTyping: true }),
  };

  /** Procedures without a probe, and why a call of them can name nothing of another tenant. */
  const WITHOUT_FOREIGN_ID: Record<string, string> = {
    'auth.challenge': 'takes nothing',
    'auth.register': 'the caller chooses the ids; the same ones are other people in another tenant, as tested below',
    'auth.refresh': 'takes a token, tested below',
    'auth.signOut': 'ends the session of the call',
    'users.search': 'takes a name, tested below',
    'devices.update': "changes the caller's own list",
    'devices.replaceKey': "changes the caller's own list",
    'devices.keyShare': "reads the caller's own device",
    'devices.checkpoint': "changes the caller's own device",
    'preKeys.publish': "changes the caller's own device",
    'preKeys.status': "reads the caller's own device",
    'vault.get': "reads the caller's own account",
    'linking.open': 'the caller chooses the id; the same one is another link in another tenant, as tested below',
    'conversations.list': "reads the caller's own list, tested below",
    'attachments.limits': 'takes nothing',
    'channels.create': 'the caller chooses the id; the same one is another channel in another tenant, as tested below',
    'channels.browse': 'takes a name, tested below',
    'channels.invitations': "reads the caller's own invitations, tested below",
    'channels.publishKeyPackages': "changes the caller's own device",
    'channels.keyPackageStatus': "reads the caller's own device",
    'channels.heads': "reads the caller's own channels",
    'sync.subscribe': "reads the caller's own mailbox",
    'sync.ack': "changes the caller's own mailbox",
    'sync.presence': "changes the caller's own state",
  };

  test('what calls run as may write nothing of what is counted later', async () => {
    const rights = await relay.sql`
      select name from unnest(${COUNTED_LATER}::text[]) as name
      where has_table_privilege('seal_app', name, 'insert, update, delete, truncate')`;
    expect(rights).toEqual([]);
  });

  test('every procedure has a probe, or is listed with the reason why it needs none', () => {
    const probed = Object.keys(probes).map((name) => /^[\w.]+/.exec(name)![0]);
    const known = [...new Set(probed), ...Object.keys(WITHOUT_FOREIGN_ID)];
    expect(known.toSorted()).toEqual(Object.keys(relay.app.router._def.procedures).toSorted());
  });

  test.each(Object.keys(probes))('%s returns nothing and changes nothing', async (name) => {
    const before = await snapshot();
    const { code } = await refusalOf(probes[name]!(mallory.first.api));
    expect(['NOT_FOUND', 'NOT_A_MEMBER']).toContain(code);
    expect(await snapshot()).toBe(before);
  });

  test("a search finds no one of another tenant, and lists contain only the caller's own", async () => {
    expect(await mallory.first.api.users.search.query({ query: 'b', limit: 10 })).toEqual([]);
    const own = await mallory.first.api.conversations.list.query({ after: null, limit: 100 });
    expect(own.flatMap(({ members }) => members).filter(({ userId }) => userId !== mallory.userId)).toEqual([]);
    expect(await alice.first.api.users.search.query({ query: 'b', limit: 10 })).toHaveLength(1);
    expect(await mallory.first.api.channels.browse.query({ query: '', after: null, limit: 10 })).toEqual([]);
    expect(await mallory.first.api.channels.invitations.query({})).toEqual([]);
    expect(await bob.first.api.channels.browse.query({ query: '', after: null, limit: 10 })).toHaveLength(1);
    // Names are one's own, too.
    await mallory.first.api.channels.create.mutate(newChannel('home'));
  });

  test('a token opens nothing under the key of another tenant', async () => {
    const { accessToken, refreshToken } = bob.first.session;
    const socket = connect(relay, { appKey: foreign.appKey, accessToken });
    expect(await refusalOf(socket.api.preKeys.status.query())).toMatchObject({ code: 'SESSION_EXPIRED' });
    const http = overHttp(relay, { appKey: foreign.appKey, accessToken });
    expect(await refusalOf(http.preKeys.status.query())).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await refusalOf(socket.api.auth.refresh.mutate({ refreshToken }))).toMatchObject({
      code: 'SESSION_EXPIRED',
    });
    await bob.first.api.preKeys.status.query();
    await socket.close();
  });

  test('the same link id is another link in another tenant', async () => {
    await mallory.first.api.linking.open.mutate({ linkId });
    await mallory.first.api.linking.send.mutate({ linkId, step: 1, payload: bytes(10) });
    expect(await alice.first.api.linking.receive.query({ linkId, step: 1 })).toEqual({ payload: null });
  });

  test('the same conversation id is another channel in another tenant', async () => {
    const before = await snapshot();
    await mallory.first.api.channels.create.mutate({ ...newChannel(), conversationId: channelId });
    const { members } = await mallory.first.api.conversations.get.query({ conversationId: channelId });
    expect(members.map(({ userId }) => userId)).toEqual([mallory.userId]);
    expect(await snapshot()).toBe(before);
  });

  test('the same user and device ids are other people in another tenant, and get nothing of each other', async () => {
    const before = await snapshot();
    await relay.sql`
      insert into users (tenant_id, id, username, username_key, identity_key, list_version)
      values (${foreign.tenantId}, ${bob.userId}, 'bob', 'bob', ''::bytea, 1)`;
    await relay.sql`
      insert into devices (tenant_id, id, user_id, dh_key, sign_key, registration_id, added_in)
      values (${foreign.tenantId}, ${bob.first.deviceId}, ${bob.userId}, ''::bytea, ''::bytea, 1, 1)`;
    expect(await snapshot()).toBe(before);
    expect(await mallory.first.api.users.search.query({ query: 'bob', limit: 10 })).toHaveLength(1);
  });
});

describe('the database itself', () => {
  test('every foreign key includes the tenant', async () => {
    const references = await relay.sql<{ child: string; columns: string[]; parents: string[] }[]>`
      select child.relname as child,
        array(select attname::text from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k)
          as columns,
        array(select attname::text from unnest(c.confkey) k join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k)
          as parents
      from pg_constraint c join pg_class child on child.oid = c.conrelid
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace`;
    expect(references.length).toBeGreaterThan(20);
    for (const { columns, parents } of references) {
      expect(columns).toContain('tenant_id');
      expect(parents.includes('tenant_id') || (parents.length === 1 && parents[0] === 'id')).toBe(true);
    }
    const tables = await relay.sql<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('tenants', '_prisma_migrations')`;
    // Two are held by triggers, which the next tests try; one has a single row that is nobody's. Those of what follows from
    // changes have rows of many tenants at once, for seconds, and of processes: no tenant's role reads them.
    const others = ['messages', 'mailbox_entries', 'write_probes', 'outbox', 'usage_flushes'];
    const withReference = new Set([...references.map(({ child }) => child), ...others]);
    expect(tables.map(({ name }) => name).filter((name) => !withReference.has(name))).toEqual([]);
  });

  type Attempt = (sql: Relay['sql']) => Promise<unknown>;
  const message = (tenantId: string, conversation: string, person: TestPerson, device: TestPerson): Attempt => {
    return (sql) => sql`
      insert into messages (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
      values (${tenantId}, ${conversation}, 99, gen_random_uuid(), ${person.userId}, ${device.first.deviceId}, now(), ''::bytea)`;
  };
  const entry = (tenantId: string, of: TestPerson, requester: TestPerson | null): Attempt => {
    return (sql) => sql`
      insert into mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, requester_device_id)
      values (${tenantId}, ${of.first.deviceId}, 99, 'retry-request', ${conversationId}, 1, ${requester && requester.first.deviceId})`;
  };
  const attempts: Record<string, () => Attempt> = {
    'a membership in a conversation of another': () => (sql) =>
      sql`
      insert into memberships (tenant_id, conversation_id, user_id)
      values (${foreign.tenantId}, ${conversationId}, ${mallory.userId})`,
    'a session of a device of another': () => (sql) =>
      sql`
      insert into sessions (tenant_id, id, device_id, access_hash, access_expires_at, refresh_hash, refresh_expires_at)
      values (${foreign.tenantId}, gen_random_uuid(), ${alice.first.deviceId}, '\\x01'::bytea, now(), '\\x01'::bytea, now())`,
    'a file for a conversation of another': () => (sql) =>
      sql`
      insert into attachments (tenant_id, id, conversation_id, user_id, size, parts, created_at)
      values (${foreign.tenantId}, gen_random_uuid(), ${conversationId}, ${mallory.userId}, 100, 1, now())`,
    'a part of a file of another': () => (sql) =>
      sql`
      insert into attachment_parts (tenant_id, attachment_id, part, ciphertext)
      values (${foreign.tenantId}, ${attachmentId}, 1, ''::bytea)`,
    'a counter of nobody': () => (sql) =>
      sql`
      insert into rate_counters (key, points, expire) values (gen_random_uuid() || ':auth:x', 1, 1)`,
    'a message in a conversation of another': () => message(foreign.tenantId, conversationId, mallory, mallory),
    'a message of a device of another': () => message(home.tenantId, conversationId, mallory, mallory),
    'a message of a device that is not the sender’s': () => message(home.tenantId, conversationId, alice, bob),
    'a message moved to another': () => (sql) =>
      sql`
      update messages set tenant_id = ${foreign.tenantId} where conversation_id = ${conversationId}`,
    'an entry for a message of another': () => entry(foreign.tenantId, mallory, null),
    'an entry in a mailbox of another': () => entry(home.tenantId, mallory, null),
    'an entry for a requester of another': () => entry(home.tenantId, alice, mallory),
    'an entry moved to another': () => (sql) =>
      sql`
      update mailbox_entries set tenant_id = ${foreign.tenantId} where conversation_id = ${conversationId}`,
  };

  test.each(Object.keys(attempts))('refuses %s', async (name) => {
    await expect(attempts[name]!()(relay.sql)).rejects.toMatchObject({ code: '23503' });
  });

  test('deleting a tenant deletes everything of it, and nothing of the others', async () => {
    const tenant = await relay.addTenant();
    const [one, two] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const dm = await one.first.api.conversations.openDm.mutate({ userId: two.userId });
    await one.first.api.messages.send.mutate(messageTo(dm.conversationId, [one, two], one.first, 'x'));
    await two.first.api.messages.requestRetry.mutate({ conversationId: dm.conversationId, seq: 1 });
    await upload(one, dm.conversationId, 100);
    const channel = await channelOf(one, [two], 'gone');
    await one.first.api.channels.send.mutate(channelMessage(channel.conversationId, channel.group));
    await two.first.api.channels.publishKeyPackages.mutate({
      oneTime: [{ ref: noise(32), bytes: noise(90) }],
      lastResort: { ref: noise(32), bytes: noise(90) },
    });
    const before = await snapshot();
    await relay.sql`delete from tenants where id = ${tenant.tenantId}`;
    const tables = await relay.sql<{ name: string }[]>`
      select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`;
    for (const { name } of tables) {
      const left = await relay.sql`select 1 from ${relay.sql(name)} where tenant_id = ${tenant.tenantId}`;
      expect([name, left.length]).toEqual([name, 0]);
    }
    expect(await snapshot()).toBe(before);
  });
});
