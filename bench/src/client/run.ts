import { performance } from 'node:perf_hooks';
import {
  createSealClient,
  memoryStore,
  type Conversation,
  type Readable,
  type SealClient,
  type StoreFactory,
  type UserId,
} from '@seal-chat/client';
import { WebSocket } from 'ws';
import { freePort } from '../port.ts';
import { atLeast, atMost, digits, type Check, type PartResult, type Row } from '../report.ts';
import { DEMO_APP_KEY, loadCryptography, register } from '../server/people.ts';
import { launchSeal, withDataDir } from '../server/seal-server.ts';

const QUEUED = 5_000;
/** Of the queue, its beginning and its end are compared: the same when queueing is linear. */
const SLICE = 500;
const WINDOW = 10_000;
const CHATS = 1_000;
const PROBES = 20;
/** People in one channel. */
const MOST_MEMBERS = 1_000;

/** Waits until the value is as it should be. */
function until<T>(source: Readable<T>, accept: (value: T) => boolean): Promise<void> {
  if (accept(source.get())) return Promise.resolve();
  return new Promise((resolve) => {
    const unsubscribe = source.subscribe((value) => {
      if (!accept(value)) return;
      unsubscribe();
      resolve();
    });
  });
}

function userOf(client: SealClient): UserId {
  const account = client.account.get();
  if (account.status !== 'signed-in') throw new Error(`expected to be signed in, not ${account.status}`);
  return account.userId;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

interface Device {
  readonly store: StoreFactory;
  open(url: string): SealClient;
}

function createDevice(): Device {
  const store = memoryStore();
  const open = (url: string): SealClient =>
    createSealClient({
      url,
      appKey: DEMO_APP_KEY,
      store,
      webSocket: WebSocket,
      channels: 'on-demand',
      strangers: 'accept',
    });
  return { store, open };
}

/** Rates of `count` sends that are awaited one by one, first and last `SLICE` apart; messages each second. */
async function queue(conversation: Conversation, from: number): Promise<{ all: number; first: number; last: number }> {
  const marks: number[] = [performance.now()];
  for (let i = 0; i < QUEUED; i++) {
    await conversation.send(`message ${from + i}`);
    marks.push(performance.now());
  }
  const rate = (a: number, b: number): number => ((b - a) * 1_000) / (marks[b]! - marks[a]!);
  return { all: rate(0, QUEUED), first: rate(0, SLICE), last: rate(QUEUED - SLICE, QUEUED) };
}

/** Sends what is queued: messages each second, until the server has all of them. */
async function drain(device: Device, url: string, id: Conversation['conversationId']): Promise<number> {
  const client = device.open(url);
  const { summary } = client.conversation(id);
  const ms = await timed(() => until(summary, (now) => now?.lastMessage?.seq != null));
  await client.close();
  return (QUEUED * 1_000) / ms;
}

/** Receives what was missed: messages each second, until the last of them is in the list of chats. */
async function catchUp(device: Device, url: string, last: string): Promise<{ client: SealClient; rate: number }> {
  const client = device.open(url);
  const isThere = (list: ReturnType<SealClient['conversations']['get']>): boolean =>
    list.some(({ lastMessage }) => lastMessage?.content.kind === 'text' && lastMessage.content.text === last);
  const ms = await timed(() => until(client.conversations, isThere));
  return { client, rate: (QUEUED * 1_000) / ms };
}

/** Time for one message more in a window, ms: from `send` until it is shown. */
async function probe(conversation: Conversation): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < PROBES; i++) times.push(await timed(() => conversation.send(`probe ${i}`)));
  return times.toSorted((a, b) => a - b)[PROBES >> 1]!;
}

function row(what: string, seal: string, checks: readonly Check[] = []): Row {
  return { what, ratio: '', seal, peers: '', elsewhere: '', checks };
}

/** A client whose server answers `channels.join` with a channel of `count` members, and everything else as it is. */
function withCrowd(url: string, count: number): SealClient {
  const members = Array.from({ length: count }, (_, i) => ({
    userId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    username: `person-${i}`,
    role: 'member',
    deliveredSeq: 0,
  }));
  const channel = { visibility: 'public', name: 'Crowd', description: '' };
  const crowded = (conversationId: unknown): Response => {
    const data = { conversationId, kind: 'channel', members, createdAt: 0, lastSeq: 0, channel };
    return Response.json({ result: { data } });
  };
  const ask: typeof fetch = (input, init) => {
    const isJoin = (input as string).endsWith('/channels.join');
    if (!isJoin) return fetch(input, init);
    return Promise.resolve(crowded((JSON.parse(init!.body as string) as { conversationId: unknown }).conversationId));
  };
  // Without a socket all calls are HTTP.
  class NoSocket extends WebSocket {
    constructor() {
      super('ws://127.0.0.1:1/');
    }
  }
  return createSealClient({ url, appKey: DEMO_APP_KEY, store: memoryStore(), webSocket: NoSocket, fetch: ask });
}

/** From the answer to the channel's view, ms and MB; the code of the error where the answer is refused. */
async function crowd(url: string, count: number): Promise<{ ms: number; mb: number; refused: string | null }> {
  const client = withCrowd(url, count);
  await client.createAccount({ username: null });
  const id = `00000000-0000-4000-9000-${String(count).padStart(12, '0')}` as Conversation['conversationId'];
  const { summary } = client.conversation(id);
  const unsubscribe = summary.subscribe(() => {});
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  let refused: string | null = null;
  const ms = await timed(async () => {
    try {
      await client.joinChannel(id);
      await until(summary, (now) => now?.channel?.memberCount === count);
    } catch (error) {
      refused = (error as { readonly code?: string }).code ?? String(error);
    }
  });
  globalThis.gc?.();
  const mb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  unsubscribe();
  await client.close();
  return { ms, mb, refused };
}

/** A channel as large as one may be, and what a server that lies says is one. */
async function measureCrowds(url: string): Promise<readonly Row[]> {
  // The first one loads what channels take.
  await crowd(url, 10);
  const [full, beyond] = [await crowd(url, MOST_MEMBERS), await crowd(url, 10 * MOST_MEMBERS)];
  const text = ({ ms, mb, refused }: typeof full): string =>
    `${refused ?? 'shown'}, ${ms.toFixed(0)} ms, ${mb.toFixed(1)} MB`;
  return [
    row(`a channel of ${digits(MOST_MEMBERS)} members: from the answer to its view`, text(full), [
      atMost('<= 200 ms', full.ms, 200),
    ]),
    row(`... of ${digits(10 * MOST_MEMBERS)}, which no channel has`, text(beyond), [
      atMost('<= 200 ms', beyond.ms, 200),
    ]),
  ];
}

async function measureMessages(url: string, deadUrl: string): Promise<readonly Row[]> {
  const [alice, bob] = [createDevice(), createDevice()];
  const online = { alice: alice.open(url), bob: bob.open(url) };
  for (const client of Object.values(online)) await client.createAccount({ username: null });
  const { conversationId } = await online.alice.openDm(userOf(online.bob));
  await online.alice.conversation(conversationId).send('hello');
  await until(online.bob.conversations, (list) => list[0]?.lastMessage != null);
  await Promise.all(Object.values(online).map((client) => client.close()));

  const queued: Awaited<ReturnType<typeof queue>>[] = [];
  const drained: number[] = [];
  const caughtUp: number[] = [];
  let reader: SealClient | null = null;
  for (let from = 0; from < WINDOW; from += QUEUED) {
    await reader?.close();
    const offline = alice.open(deadUrl);
    await offline.ready();
    queued.push(await queue(offline.conversation(conversationId), from));
    await offline.close();
    drained.push(await drain(alice, url, conversationId));
    const { client, rate } = await catchUp(bob, url, `message ${from + QUEUED - 1}`);
    caughtUp.push(rate);
    reader = client;
  }
  const atBob = reader!.conversation(conversationId);
  const unsubscribe = atBob.messages.subscribe(() => {});
  await until(atBob.messages, ({ isLoaded }) => isLoaded);
  const short = await probe(atBob);
  const filling = await timed(async () => {
    while (atBob.messages.get().messages.length < WINDOW) await atBob.loadEarlier();
  });
  const long = await probe(atBob);
  await atBob.dropEarlier();
  const again = await probe(atBob);
  unsubscribe();
  await reader!.close();
  const [first, second] = queued;
  const slower = first!.first / second!.last;
  return [
    row(`${digits(QUEUED)} sends queued offline, one after the other`, `${digits(first!.all)} a second`, [
      atLeast('>= 500 a second', first!.all, 500),
    ]),
    row(
      `... the first ${SLICE} of them, and the last ${SLICE} when as many were queued before`,
      `${digits(first!.first)} and ${digits(second!.last)} a second`,
      [atMost('linear: at most 2x slower', slower, 2)],
    ),
    row('... until the server has them, one conversation', `${digits(drained[0]!)} a second`),
    row(`catch-up after ${digits(QUEUED)} messages offline`, `${digits(caughtUp[0]!)} a second`, [
      atLeast('>= 1,000 a second', caughtUp[0]!, 1_000),
    ]),
    row(`... with ${digits(QUEUED)} in the chat before`, `${digits(caughtUp[1]!)} a second`),
    row(
      `one message more in a window of 50, of ${digits(WINDOW)}, and back at 50`,
      `${digits(short)}, ${digits(long)} and ${digits(again)} ms`,
      [atMost('<= 16 ms with all of them', long, 16)],
    ),
    row(`... loading back to ${digits(WINDOW)} messages by pages of 50`, `${digits(filling)} ms`),
  ];
}

async function measureChats(url: string, deadUrl: string): Promise<Row> {
  const device = createDevice();
  const client = device.open(url);
  await client.createAccount({ username: null });
  const tools = await loadCryptography();
  for (let i = 0; i < CHATS; i++) {
    const person = await register({ url, appKey: DEMO_APP_KEY }, tools, `bench-${i}`);
    await client.openDm(person.userId);
  }
  await client.close();
  const again = device.open(deadUrl);
  const ms = await timed(() => until(again.conversations, (list) => list.length === CHATS));
  await again.close();
  return row(`${digits(CHATS)} chats: from opening the client to the list`, `${digits(ms)} ms`, [
    atMost('<= 600 ms', ms, 600),
  ]);
}

/** The SDK with many messages and many chats. */
export async function runClient(): Promise<PartResult> {
  return withDataDir(async (dataDir) => {
    const server = await launchSeal(dataDir);
    const deadUrl = `http://127.0.0.1:${await freePort()}`;
    try {
      const messages = await measureMessages(server.url, deadUrl);
      const chats = await measureChats(server.url, deadUrl);
      return {
        rows: [...messages, chats, ...(await measureCrowds(server.url))],
        notes: [
          'The SDK in Node with its store in memory, on the server as it is shipped, which shares the machine. In a browser each commit costs a strict write of IndexedDB on top, and receiving shares one among 50 messages.',
          'Members come in an answer over HTTP that the bench makes; memory is what the heap has grown by, after a collection.',
          'Queueing is `await conversation.send()` in a loop without a connection. Sending waits for the answer to each message of a conversation before the next, so that their order is the one they were written in.',
        ],
      };
    } finally {
      await server.stop();
    }
  });
}
