import { randomBytes, randomUUID } from 'node:crypto';
import { toBase64, type ConversationId } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { Connection } from '../server/connection.ts';
import { eachOf } from '../server/each-of.ts';
import { register, type Cryptography, type Registered, type Site } from '../server/people.ts';
import { connect, createBody, createEnvelope } from '../server/seal-pairs.ts';
import type { Contender } from './servers.ts';

/** Tenants that call at the same time, and people of each. */
export const TENANTS = 4;
export const PEOPLE = 24;
/** Conversations that each person has with others, and messages in each of their logs. */
const DMS = 20;
export const MESSAGES = 50;

/** A person who calls, with something to read. */
export interface Caller {
  readonly connection: Connection;
  /** Their DM with the next one, with messages in it. */
  readonly dm: string;
  /** Their tenant's channel. */
  readonly channel: string;
  /** Sends one message there. Resolves once it is stored. */
  send(): Promise<unknown>;
}

const random = (length: number): string => randomBytes(length).toString('base64url');

/** Fills a server with the same tenants, people and messages as the other. People of different tenants come in turns. */
export async function createCallers({ url, sql }: Contender, tools: Cryptography): Promise<readonly Caller[]> {
  const tenants = await eachOf(
    Array.from({ length: TENANTS }, () => `pk_bench_${random(12)}`),
    1,
    async (appKey) => {
      const id = randomUUID();
      await sql`insert into tenants (id, name) values (${id}, 'Bench')`;
      await sql`insert into publishable_keys (key, tenant_id, allowed_origins) values (${appKey}, ${id}, '{*}')`;
      return callersOf({ url, appKey }, tools);
    },
  );
  await sql`vacuum analyze`;
  return Array.from({ length: PEOPLE }, (_, i) => tenants.map((callers) => callers[i]!)).flat();
}

async function callersOf(site: Site, tools: Cryptography): Promise<readonly Caller[]> {
  const numbers = Array.from({ length: PEOPLE }, (_, i) => i);
  const people = await eachOf(numbers, 4, async (i) => {
    const person = await register(site, tools, `person-${i}`);
    return { person, connection: await connect(site, person) };
  });
  const channel = await createChannel(people[0]!.connection);
  return eachOf(numbers, 4, async (i) => {
    const { person, connection } = people[i]!;
    const others = Array.from({ length: DMS }, (_, k) => people[(i + k + 1) % PEOPLE]!.person);
    const dms = await eachOf(others, 1, ({ userId }) =>
      connection.call<ConversationAnswer>('mutation', 'conversations.openDm', { userId }),
    );
    if (i > 0) await connection.call('mutation', 'channels.join', { conversationId: channel });
    const dm = dms[0]!.conversationId;
    const send = sender(connection, dm, [person, others[0]!], tools);
    for (let n = 0; n < MESSAGES; n++) await send();
    return { connection, dm, channel, send };
  });
}

function sender(connection: Connection, dm: ConversationId, [from, to]: readonly Registered[], tools: Cryptography) {
  const deviceLists = [from!, to!].map(({ userId }) => ({ userId, version: 1 }));
  const body = toBase64(createBody(tools, dm));
  const envelopes = [{ deviceId: to!.deviceId, envelope: toBase64(createEnvelope(tools)) }];
  return () =>
    connection.call('mutation', 'messages.send', {
      conversationId: dm,
      messageId: randomUUID(),
      deviceLists,
      body,
      envelopes,
    });
}

/** A public channel with messages of its maker, whose device is the only one in its group. */
async function createChannel(connection: Connection): Promise<string> {
  const conversationId = randomUUID();
  await connection.call('mutation', 'channels.create', {
    conversationId,
    visibility: 'public',
    name: 'Bench',
    description: '',
    suite: 1,
    groupInfo: random(1_000),
    authenticator: random(32),
  });
  for (let n = 0; n < MESSAGES; n++) {
    await connection.call('mutation', 'channels.send', {
      conversationId,
      messageId: randomUUID(),
      incarnation: 0,
      epoch: 0,
      body: random(500),
      envelope: random(300),
    });
  }
  return conversationId;
}
