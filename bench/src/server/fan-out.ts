import { randomBytes, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { CHANNEL_LIMITS, COUNT_LIMITS } from '@seal-chat/protocol';
import type { SyncBatch } from '@seal-chat/protocol/api';
import postgres from 'postgres';
import { launch } from '../launch.ts';
import { createBareDatabase, databaseUrl } from './archive.ts';
import { Connection } from './connection.ts';
import { eachOf } from './each-of.ts';
import { findEjabberd, launchEjabberd } from './ejabberd.ts';
import { DEMO_APP_KEY, loadCryptography, register, type Person } from './people.ts';
import { connect } from './seal-pairs.ts';
import { launchSeal, withDataDir } from './seal-server.ts';
import { XmppConnection } from './xmpp.ts';

/** Members of the channel, all of them online. */
export const FAN_OUT_SIZES = [500, 1_000] as const;
const MESSAGES = 40;
/** Discarded. */
const WARM_UP_MESSAGES = 20;
const WIDTH = 20;
const ROOM = 'room';
const BODY_LENGTH = 700;
const ENVELOPE_LENGTH = 330;

/** From sending a message until the last member has it, ms, message by message. */
export interface FanOutResult {
  readonly members: number;
  readonly seal: readonly number[];
  readonly bare: readonly number[];
  /** Null where ejabberd is not installed. */
  readonly ejabberd: readonly number[] | null;
  /** Rows that one message added to Seal's tables of messages and of mailbox entries. */
  readonly rowsPerMessage: number;
}

interface Audience {
  /** Called by every receiver for every message. */
  onReceived: (messageId: string) => void;
}

const random = (length: number): string => randomBytes(length).toString('base64url');

/** One message to a channel of `members` people, again and again, on Seal and on the bare relay. */
export function measureFanOut(members: number): Promise<FanOutResult> {
  return withDataDir(async (dataDir) => {
    const server = await launchSeal(dataDir);
    try {
      const url = await databaseUrl(dataDir);
      const seal = await onSeal({ url: server.url, members, database: url });
      const relay = await launch({
        command: [process.execPath, fileURLToPath(new URL('./bare.js', import.meta.url))],
        env: { DATABASE_URL: await createBareDatabase(url) },
      });
      try {
        const bare = await onBare(relay.url, members);
        return { members, ...seal, bare, ejabberd: await onEjabberd({ dataDir, url, members }) };
      } finally {
        await relay.stop();
      }
    } catch (error) {
      console.error(server.output());
      throw error;
    } finally {
      await server.stop();
    }
  });
}

/** Sends one message after the other, each when the one before has reached everybody. */
async function run(
  audience: Audience,
  receivers: number,
  send: (messageId: string) => void,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (let i = -WARM_UP_MESSAGES; i < MESSAGES; i++) {
    const messageId = randomUUID();
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      let missing = receivers;
      audience.onReceived = (received) => {
        if (received === messageId && --missing === 0) resolve();
      };
      send(messageId);
    });
    if (i >= 0) latencies.push(performance.now() - startedAt);
  }
  return latencies;
}

async function onSeal(options: { readonly url: string; readonly members: number; readonly database: string }) {
  const site = { url: options.url, appKey: DEMO_APP_KEY };
  const tools = await loadCryptography();
  const names = Array.from({ length: options.members }, (_, i) => `member-${i}`);
  const people = await eachOf(names, WIDTH, (name): Promise<Person> => register(site, tools, name));
  const audience: Audience = { onReceived: () => undefined };
  const [sender, ...receivers] = (await eachOf(people, WIDTH, (person) => connect(site, person))) as [
    Connection,
    ...Connection[],
  ];
  await eachOf(receivers, WIDTH, (receiver) => subscribe(receiver, audience));
  const { conversationId, epoch } = await createChannel(sender, people);

  const sql = postgres(options.database, { max: 1 });
  const countRows = async (): Promise<number> => {
    const [row] = await sql<{ rows: string }[]>`
      select (select count(*) from messages) + (select count(*) from mailbox_entries) as rows`;
    return Number(row!.rows);
  };
  const rowsBefore = await countRows();
  const body = random(BODY_LENGTH);
  const envelope = random(ENVELOPE_LENGTH);
  const seal = await run(audience, receivers.length, (messageId) => {
    const input = { conversationId, messageId, incarnation: 0, epoch, body, envelope };
    void sender.call('mutation', 'channels.send', input).catch((error: unknown) => {
      throw error;
    });
  });
  const rowsPerMessage = ((await countRows()) - rowsBefore) / (MESSAGES + WARM_UP_MESSAGES);
  await sql.end();
  for (const connection of [sender, ...receivers]) {
    if (connection.failure !== null) throw connection.failure;
    connection.close();
  }
  return { seal, rowsPerMessage };
}

function subscribe(connection: Connection, audience: Audience): Promise<void> {
  return new Promise((caughtUp) => {
    connection.subscribe('sync.subscribe', {}, (data) => {
      for (const event of (data as { data: SyncBatch }).data.events) {
        if (event.type === 'caught-up') caughtUp();
        else if (event.type === 'channel-entry' && event.entry.kind === 'message') {
          audience.onReceived(event.entry.messageId);
        }
      }
    });
  });
}

/** A channel with a leaf for everybody. The server sees nothing of MLS, so its messages are random bytes here. */
async function createChannel(creator: Connection, people: readonly Person[]) {
  const conversationId = randomUUID();
  const group = { groupInfo: random(CHANNEL_LIMITS.envelope), authenticator: random(32) };
  await creator.call('mutation', 'channels.create', {
    conversationId,
    visibility: 'private',
    name: null,
    description: null,
    suite: 1,
    ...group,
  });
  let epoch = 0;
  for (let at = 1; at < people.length; at += COUNT_LIMITS.page) {
    const some = people.slice(at, at + COUNT_LIMITS.page);
    await creator.call('mutation', 'channels.add', { conversationId, userIds: some.map(({ userId }) => userId) });
    await creator.call('mutation', 'channels.commit', {
      conversationId,
      commitId: randomUUID(),
      incarnation: 0,
      epoch: epoch++,
      commit: random(CHANNEL_LIMITS.envelope),
      welcome: random(CHANNEL_LIMITS.envelope),
      ...group,
      adds: some.map(({ userId, deviceId }) => ({ userId, deviceId })),
      removes: [],
      isExternal: false,
    });
  }
  return { conversationId, epoch };
}

async function onBare(url: string, members: number): Promise<readonly number[]> {
  const socketUrl = url.replace('http', 'ws');
  const audience: Audience = { onReceived: () => undefined };
  const names = Array.from({ length: members }, (_, i) => `member-${i}`);
  const [sender, ...receivers] = (await eachOf(names, WIDTH, (device) => Connection.open(socketUrl, { device }))) as [
    Connection,
    ...Connection[],
  ];
  for (const receiver of receivers) {
    receiver.subscribe('sync.subscribe', {}, (data) => {
      const { events } = (data as { data: { events: readonly { messageId: string }[] } }).data;
      for (const { messageId } of events) audience.onReceived(messageId);
    });
  }
  const body = random(BODY_LENGTH + ENVELOPE_LENGTH);
  const latencies = await run(audience, receivers.length, (messageId) => {
    void sender.call('mutation', 'messages.send', { to: '*', messageId, body });
  });
  for (const connection of [sender, ...receivers]) connection.close();
  return latencies;
}

/** A room that lasts, whose messages are archived. */
async function onEjabberd(options: {
  readonly dataDir: string;
  readonly url: string;
  readonly members: number;
}): Promise<readonly number[] | null> {
  const { members, ...where } = options;
  const libraries = findEjabberd();
  if (libraries === null) return null;
  const server = await launchEjabberd({ ...where, libraries, users: members });
  try {
    const audience: Audience = { onReceived: () => undefined };
    const names = Array.from({ length: members }, (_, i) => `u${i}`);
    const hear = (messageId: string): void => audience.onReceived(messageId);
    const [sender, ...receivers] = (await eachOf(names, WIDTH, (name) =>
      XmppConnection.open(server.port, name, name === 'u0' ? () => undefined : hear),
    )) as [XmppConnection, ...XmppConnection[]];
    await sender.enter(ROOM, 'u0', true);
    await eachOf([...receivers.entries()], WIDTH, ([i, receiver]) => receiver.enter(ROOM, `u${i + 1}`, false));
    const body = random(BODY_LENGTH + ENVELOPE_LENGTH);
    const latencies = await run(audience, receivers.length, (messageId) => sender.sendToRoom(ROOM, messageId, body));
    for (const connection of [sender, ...receivers]) connection.close();
    await server.checkArchive(MESSAGES + WARM_UP_MESSAGES);
    return latencies;
  } finally {
    await server.stop();
  }
}
