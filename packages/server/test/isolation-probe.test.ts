import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect } from 'vitest';
import type { z } from 'zod';
import { newId, type AttachmentId, type ConversationId, type LinkId } from '@seal-chat/protocol';
import { messageInputs } from '@seal-chat/protocol/api';
import { sendChannelBatch, type ChannelItem } from '../src/channels/messages/store.ts';
import { openDatabase, type Database } from '../src/db/database.ts';
import { createHttpServer } from '../src/http/server.ts';
import type { SendItem } from '../src/messages/batch.ts';
import { emptyMessage } from '../src/messages/removal-store.ts';
import { sendBatch } from '../src/messages/store.ts';
import { findBehind } from '../src/sync/heads-store.ts';
import { acknowledge, findAudiences } from '../src/sync/store.ts';
import { findPublishableKey } from '../src/tenants/store.ts';
import { anyInput } from './support/any-input.ts';
import { channelMessage, channelOf, noise } from './support/channels.ts';
import { rng } from './support/connections.ts';
import { publishPreKeys } from './support/devices.ts';
import { fileRequest, upload } from './support/files.ts';
import { fingerprint as fingerprintOf } from './support/fingerprint.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { openRaw, type RawSocket } from './support/raw-socket.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';

let relay: Relay;
let home: TestTenant;
let foreign: TestTenant;
/** Has nothing at all. */
let empty: TestTenant;
let db: Database;
let alice: TestPerson;
let bob: TestPerson;
/** Ids of the home tenant, by the name of the fields that hold them. */
let theirs: Readonly<Record<string, readonly string[]>>;

test.beforeAll(async ({ relay: given }) => {
  relay = given;
  [home, foreign, empty] = await Promise.all([relay.addTenant(), relay.addTenant(), relay.addTenant()]);
  db = openDatabase({ url: relay.database.url, isIsolated: true, onError: () => undefined });
  [alice, bob] = await Promise.all([signUp(relay, home, 'alice'), signUp(relay, home, 'bob')]);
  await publishPreKeys(bob, bob.first, 2);
  const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
  const message = messageTo(conversationId, [alice, bob], alice.first, 'secret');
  await alice.first.api.messages.send.mutate(message);
  await bob.first.api.messages.requestRetry.mutate({ conversationId, seq: 1 });
  const linkId = newId<LinkId>(rng(16));
  await alice.first.api.linking.open.mutate({ linkId });
  await bob.first.api.channels.publishKeyPackages.mutate({
    oneTime: [{ ref: noise(32), bytes: noise(90) }],
    lastResort: { ref: noise(32), bytes: noise(90) },
  });
  const { conversationId: channelId, group } = await channelOf(alice, [], 'Home');
  await alice.first.api.channels.send.mutate(channelMessage(channelId, group, 'secret'));
  await alice.first.api.channels.invite.mutate({ conversationId: channelId, userIds: [bob.userId] });
  const attachmentId = await upload(alice, conversationId, 100);
  const { challengeId } = await alice.first.api.auth.challenge.mutate({});
  theirs = {
    userId: [alice.userId, bob.userId],
    deviceId: [alice.first.deviceId, bob.first.deviceId],
    conversationId: [conversationId, channelId],
    attachmentId: [attachmentId],
    linkId: [linkId],
    messageId: [message.messageId],
    commitId: [message.messageId],
    challengeId: [challengeId],
    methodId: [randomUUID()],
  };
});
test.afterAll(() => db.close());

const fingerprint = () => fingerprintOf(relay.sql, home.tenantId);

/** Name of the ids that a field holds: of `userIds`, `removes` and `after` too. */
function kindOf(field: string): string {
  const others: Record<string, string> = { removes: 'deviceId', after: 'conversationId' };
  return others[field] ?? field.replace(/Ids$/, 'Id');
}

/** What a caller may be told who names what is another tenant's, or who proves nothing. */
const REFUSALS = new Set([
  'NOT_FOUND',
  'NOT_A_MEMBER',
  'FORBIDDEN',
  'BAD_INPUT',
  'BAD_SIGNATURE',
  'MALFORMED',
  'CHALLENGE_INVALID',
  'SESSION_EXPIRED',
  'WRONG_CODE',
  'DEVICE_LIST_REJECTED',
  'UNSUPPORTED_VERSION',
  'VAULT_REJECTED',
]);

/** What a caller meets of their own: the probe before has made it, under an id of the other tenant's. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  'linking.send': ['CONFLICT'],
  'channels.create': ['CONFLICT', 'NAME_TAKEN'],
};

describe('every procedure, with ids of another tenant in each field for ids', () => {
  interface Procedure {
    readonly _def: {
      readonly type: 'query' | 'mutation' | 'subscription';
      readonly inputs: readonly z.ZodType[];
      readonly meta?: { readonly isDirect?: boolean };
    };
  }
  const VARIANTS = [0, 1, 2];

  const proceduresOf = (given: Relay) => given.app.router._def.procedures as unknown as Record<string, Procedure>;

  /** The schema of a procedure; of the one that parses by hand, the schema that it parses as. */
  function schemaOf(path: string, { _def }: Procedure): z.ZodType | null {
    return path === 'messages.send' ? messageInputs.send : (_def.inputs[0] ?? null);
  }

  /** Calls a procedure as a page would, whatever its types. @returns its answer, or the error's, as text */
  async function call(person: TestPerson, path: string, { _def: { type } }: Procedure, input: unknown) {
    if (type === 'subscription') {
      const batch = await new Promise((resolve, reject) => {
        const subscription = person.first.api.sync.subscribe.subscribe(input as never, {
          onData: (data) => {
            resolve(data);
            subscription.unsubscribe();
          },
          onError: reject,
        });
      });
      return { code: null, text: JSON.stringify(batch) };
    }
    const url = `${relay.wsUrl.replace(/^ws/, 'http')}/${path}`;
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    const headers = {
      'content-type': 'application/json',
      'x-seal-app-key': foreign.appKey,
      authorization: `Bearer ${person.first.session.accessToken}`,
    };
    const response = await (type === 'query'
      ? fetch(url + query, { headers })
      : fetch(url, { method: 'POST', headers, body: JSON.stringify(input) ?? null }));
    const text = await response.text();
    const { error } = JSON.parse(text) as { error?: { data: { seal?: { code: string } } } };
    return { code: error === undefined ? null : (error.data.seal?.code ?? 'unknown'), text };
  }

  /** As `call`, over a WebSocket, where what is called often takes another way. */
  async function callOverSocket(socket: RawSocket, path: string, input: unknown) {
    const answer = await socket.call('mutation', path, input);
    const { error } = answer;
    return { code: error === undefined ? null : (error.data.seal?.code ?? 'unknown'), text: JSON.stringify(answer) };
  }

  /** Inputs in which each place for an id in turn, and then all, name something of the home tenant. */
  function inputsOf(schema: z.ZodType, own: Readonly<Record<string, string>>): unknown[] {
    return VARIANTS.flatMap((variant) => {
      let places = 0;
      anyInput(schema, () => (places++, randomUUID()), variant);
      return Array.from({ length: places + 1 }, (_, foreignPlace) =>
        [0, 1].map((which) => {
          let place = 0;
          return anyInput(
            schema,
            (field) => {
              const kind = kindOf(field);
              const ids = theirs[kind];
              if (ids === undefined) throw new Error(`no ids for a field of the name ${field}`);
              const isForeign = foreignPlace === places || place++ === foreignPlace;
              return isForeign ? ids[which % ids.length]! : (own[kind] ?? randomUUID());
            },
            variant,
          );
        }),
      ).flat();
    });
  }

  test('a schema makes inputs that are taken', () => {
    for (const [path, procedure] of Object.entries(proceduresOf(relay))) {
      const schema = schemaOf(path, procedure);
      if (schema === null) continue;
      for (const input of inputsOf(schema, {})) {
        const { success, error } = schema.safeParse(input);
        expect(success, `${path}: ${error?.message} ${JSON.stringify(input)}`).toBe(true);
      }
    }
  });

  test(
    'answers that there is no such thing, tells nothing of it and changes nothing',
    { timeout: 120_000 },
    async () => {
      const before = await fingerprint();
      const secrets = [...Object.values(theirs).flat(), 'alice', Buffer.from('secret').toString('base64url')];
      const odd: string[] = [];
      const direct = new Set<string>();
      for (const [path, procedure] of Object.entries(proceduresOf(relay))) {
        const mallory = await signUp(relay, foreign);
        const own = { userId: mallory.userId, deviceId: mallory.first.deviceId };
        const socket = await openRaw(relay, foreign, mallory.first.session.accessToken);
        const schema = schemaOf(path, procedure);
        const answers = [];
        for (const input of schema === null ? [undefined] : inputsOf(schema, own)) {
          const said = JSON.stringify(input) ?? '';
          const given = [await call(mallory, path, procedure, input)];
          if (procedure._def.meta?.isDirect === true) {
            direct.add(path);
            given.push(await callOverSocket(socket, path, input));
          }
          for (const { code, text } of given) {
            const told = secrets.filter((secret) => text.includes(secret) && !said.includes(secret));
            if (told.length > 0) odd.push(`${path} tells ${told.join()}: ${text}`);
            answers.push(code);
          }
        }
        const codes = new Set(answers);
        for (const code of codes) {
          if (code !== null && !REFUSALS.has(code) && !OWN[path]?.includes(code)) odd.push(`${path}: ${code}`);
        }
        if (JSON.stringify(await fingerprint()) !== JSON.stringify(before)) odd.push(`${path} changes rows of another`);
        socket.close();
        await mallory.first.close();
      }
      expect(odd).toEqual([]);
      expect([...direct].toSorted()).toEqual(['channels.send', 'messages.send', 'sync.ack']);
    },
  );
});

describe('every route, with ids of another tenant', () => {
  const WITHOUT_ID: Readonly<Record<string, string>> = {
    '/': 'leads to the demo',
    '/*': 'what is not there',
    '/demo*': 'files of the build',
    '/demo': 'a page',
    '/healthz': 'takes nothing',
    '/readyz': 'takes nothing',
    '/metrics': 'takes nothing',
    '/trpc/*': 'every procedure is probed above',
  };
  const isOfBuild = (path: string) => path.startsWith('/v1/') && !path.startsWith('/v1/attachments');
  const probes: Readonly<Record<string, () => Promise<void>>> = {
    '/demo/stored': async () => {
      const http = httpServer();
      const [conversation] = theirs['conversationId']!;
      const answer = await http.fastify.inject(`/demo/stored?conversation=${conversation}`);
      expect(answer.json()).toEqual({ messages: [], mailbox: [], totals: { messages: 0, envelopes: 0 } });
      await http.close();
    },
    '/v1/attachments/:id': async () => {
      const mallory = await signUp(relay, foreign);
      const [id] = theirs['attachmentId']!;
      const statuses = ['GET', 'HEAD'].map(async (method) => (await fileRequest(mallory, id!, { method })).status);
      expect(await Promise.all(statuses)).toEqual([404, 404]);
    },
    '/v1/attachments/:id/:part': async () => {
      const mallory = await signUp(relay, foreign);
      const body = new Uint8Array(100);
      expect((await fileRequest(mallory, `${theirs['attachmentId']![0]}/0`, { method: 'PUT', body })).status).toBe(404);
    },
  };

  function httpServer() {
    return createHttpServer({
      log: pino({ level: 'silent' }),
      metrics: relay.metrics,
      rounds: relay.app.rounds,
      ready: async () => ({ database: true, bus: true, queue: true }),
      trpc: { ...relay.app, onError: () => undefined },
      attachments: relay.app,
      publicUrl: 'http://127.0.0.1',
      trustedProxies: [],
      network: {
        sockets: 10,
        connectionsPerAddress: 10,
        socketsPerAddress: 10,
        strangersPerAddress: 10,
        strangerMs: 1_000,
        requestsPerAddress: 1_000_000,
      },
      demo: { sql: relay.app.sql, tenantId: empty.tenantId, publicUrl: 'http://127.0.0.1' },
    });
  }

  /** Paths of a tree of routes, of which each line has one part. */
  function pathsOf(tree: string): readonly string[] {
    const parts: string[] = [];
    return tree.split('\n').flatMap((line) => {
      const found = /^([│├└─ \s]*)(\S+)(?: \((.*)\))?$/.exec(line);
      if (found === null) return [];
      const depth = Math.floor(found[1]!.length / 4);
      parts.splice(depth - 1, Infinity, found[2]!);
      return found[3] === undefined ? [] : [parts.join('').replace('//', '/')];
    });
  }

  test('every route has a probe, or a reason why it needs none', async () => {
    const http = httpServer();
    await http.fastify.ready();
    const paths = new Set(pathsOf(http.fastify.printRoutes({ commonPrefix: false })));
    await http.close();
    expect(paths.size).toBeGreaterThan(8);
    const known = new Set([...Object.keys(WITHOUT_ID), ...Object.keys(probes)]);
    expect([...paths].filter((path) => !known.has(path) && !isOfBuild(path) && path !== '*')).toEqual([]);
    expect(Object.keys(probes).filter((path) => !paths.has(path))).toEqual([]);
  });

  test('finds nothing and changes nothing', async () => {
    const before = await fingerprint();
    for (const probe of Object.values(probes)) await probe();
    expect(await fingerprint()).toEqual(before);
  });
});

describe('every function that who serves people may call, for one tenant with ids of another', () => {
  const item = () => ({
    tenantId: empty.tenantId,
    conversationId: theirs['conversationId']![0] as ConversationId,
    messageId: randomUUID() as SendItem['messageId'],
    senderUserId: alice.userId,
    senderDeviceId: alice.first.deviceId,
  });
  const payload = { bytes: new Uint8Array([1]), text: 'AQ' };
  const ref = () => ({ tenantId: empty.tenantId, conversationId: item().conversationId });
  const uuids = (...ids: readonly string[]) => `{${ids.join()}}`;

  const probes: Readonly<Record<string, () => Promise<void>>> = {
    seal_send: async () => {
      const claims = [alice, bob].map(({ userId }) => ({ userId, version: 1 }));
      const envelopes = [{ deviceId: bob.first.deviceId, envelope: payload }];
      const results = await sendBatch(db.writes, [{ ...item(), claims, body: payload, envelopes }], Date.now());
      expect(results).toEqual([{ kind: 'stale' }]);
    },
    seal_channel_send: async () => {
      const conversationId = theirs['conversationId']![1] as ConversationId;
      const sent: ChannelItem = {
        ...item(),
        conversationId,
        incarnation: 0,
        epoch: 0,
        body: payload,
        envelope: payload,
      };
      expect(await sendChannelBatch(db.writes, [sent], Date.now())).toEqual([{ kind: 'stale' }]);
    },
    seal_acknowledge: async () => {
      const acks = [{ tenantId: empty.tenantId, deviceId: bob.first.deviceId, position: 99 }];
      expect(await acknowledge(db.writes, acks)).toEqual([]);
    },
    seal_claim: async () => {
      const { tenantId, conversationId, senderUserId, senderDeviceId, messageId } = item();
      const rows = await db.writes`
        select seal_claim('{7}', ${uuids(tenantId)}, ${uuids(conversationId)}, ${uuids(senderUserId)},
          ${uuids(senderDeviceId)}, ${uuids(messageId)}, ${uuids(theirs['attachmentId']![0] as AttachmentId)}) as refused`;
      expect([...rows]).toEqual([{ refused: [7] }]);
    },
    seal_extend: async () => {
      const [tenant, conversation] = [uuids(empty.tenantId), uuids(item().conversationId)];
      await db.writes`
        select seal_extend(${tenant}, ${conversation}, '{1}', '{2026-01-01}', ${tenant}, ${conversation}, '{1}',
          ${uuids(theirs['attachmentId']![0]!)})`;
    },
    seal_empty_messages: () => emptyMessage(db.functions, { ...ref(), seq: 1 }),
    seal_find_app_key: async () => expect(await findPublishableKey(db.functions, home.tenantId)).toBe(null),
    seal_find_audiences: async () => expect([...(await findAudiences(db.functions, [ref()]))]).toEqual([]),
    seal_find_behind: async () => {
      const place = { tenantId: empty.tenantId, deviceId: bob.first.deviceId, position: 0 };
      expect(await findBehind(db.functions, [place])).toEqual([]);
    },
    seal_count_messages: async () => {
      const key = `${randomUUID()}:messages:${alice.userId}`;
      expect(await db.functions`select * from seal_count_messages(${[key]}, '{1}', '{1}')`).toHaveLength(0);
    },
    seal_refuse: async () => {
      await expect(db.functions`select seal_refuse('no')`).rejects.toMatchObject({ code: '23503' });
    },
  };

  test('has a probe', async () => {
    const functions = await relay.sql<{ name: string }[]>`
      select proname as name from pg_proc
      where pronamespace = 'public'::regnamespace and has_function_privilege('seal_app', oid, 'execute')`;
    expect(functions.map(({ name }) => name).toSorted()).toEqual(Object.keys(probes).toSorted());
  });

  test('answers nothing and changes nothing', async () => {
    const before = await fingerprint();
    for (const [name, probe] of Object.entries(probes)) {
      await probe();
      expect(await fingerprint(), name).toEqual(before);
    }
  });
});
