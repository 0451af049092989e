import { performance } from 'node:perf_hooks';
import postgres, { type Sql } from 'postgres';
import { atMost, digits, type PartResult, type Row } from '../report.ts';
import { databaseUrl } from '../server/archive.ts';
import { DEMO_APP_KEY, loadCryptography } from '../server/people.ts';
import { launchSeal, withDataDir } from '../server/seal-server.ts';
import { summarize } from '../stats.ts';
import { createActors, type Actors } from './actors.ts';
import { DATA_SET, fill, growChannel, letWait } from './data-set.ts';

const ROUNDS = 25;
/** Of what uses up what it works on. */
const FEW_ROUNDS = 10;
const WARM_UP = 5;
/** What a data set may cost. */
const BOUND = 1.2;

/** What is measured, before the tenant is filled and after. */
interface Task {
  readonly what: string;
  readonly rounds: number;
  /** Makes what one round uses up; not measured. */
  readonly prepare?: () => Promise<unknown>;
  readonly run: (prepared: unknown) => Promise<unknown>;
}

function tasksOf({ actors, url, sql }: { readonly actors: Actors; readonly url: string; readonly sql: Sql }): Task[] {
  const { alice, bob, socket, dm, channels } = actors;
  const { tenantId } = alice;
  const call = (method: 'query' | 'mutation', path: string, input: unknown) => socket.call(method, path, input);
  /** Runs a statement whose rows are wanted again. */
  const undone = (statement: (tx: Sql) => Promise<unknown>): Promise<unknown> =>
    sql
      .begin(async (tx) => {
        await statement(tx as unknown as Sql);
        throw UNDO;
      })
      .catch((error: unknown) => {
        if (error !== UNDO) throw error;
      });
  const often = (what: string, run: Task['run']): Task => ({ what, rounds: ROUNDS, run });
  return [
    often('send a direct message', () => actors.send()),
    often('connect, until caught up', () => actors.connect()),
    often('history: a page of 50, for the device with much waiting', () =>
      call('query', 'messages.history', { conversationId: dm, before: null, limit: 50 }),
    ),
    {
      what: 'take a message back',
      rounds: FEW_ROUNDS,
      prepare: () => actors.send(),
      run: (seq) => call('mutation', 'messages.remove', { conversationId: dm, seq }),
    },
    ...channels.map((channel, i) =>
      often(`message to a channel of ${digits(DATA_SET.channels[i]!)}`, () => actors.sendTo(channel)),
    ),
    often('heads of all channels', () => call('query', 'channels.heads', {})),
    often('list of conversations', () => call('query', 'conversations.list', { after: null, limit: 50 })),
    {
      what: 'the last member leaves a channel of one message',
      rounds: FEW_ROUNDS,
      prepare: () => actors.channelOfOne(),
      run: (conversationId) => call('mutation', 'channels.leave', { conversationId }),
    },
    often('what the demo shows of the database', async () => {
      const response = await fetch(`${url}/demo/stored?conversation=${dm}`);
      if (!response.ok) throw new Error(`/demo/stored: ${response.status}`);
      return response.text();
    }),
    often('delete a device', () =>
      undone((tx) => tx`delete from devices where tenant_id = ${tenantId} and id = ${bob.deviceId}`),
    ),
    often('delete an account', () =>
      undone((tx) => tx`delete from users where tenant_id = ${tenantId} and id = ${bob.userId}`),
    ),
    often('close the mailbox of a device with much waiting', () =>
      undone((tx) => tx`delete from mailboxes where tenant_id = ${tenantId} and device_id = ${alice.deviceId}`),
    ),
  ];
}

const UNDO = new Error('undo');

/** A server with the people of the test, and what is measured there. */
interface World {
  readonly tasks: readonly Task[];
  readonly actors: Actors;
  readonly sql: Sql;
}

/** Runs `use` with a server of its own. */
function withWorld<T>(use: (world: World) => Promise<T>): Promise<T> {
  return withDataDir(async (dataDir) => {
    const server = await launchSeal(dataDir);
    const sql = postgres(await databaseUrl(dataDir), { max: 1, onnotice: () => undefined });
    try {
      const actors = await createActors({ url: server.url, appKey: DEMO_APP_KEY }, await loadCryptography());
      const result = await use({ actors, sql, tasks: tasksOf({ actors, url: server.url, sql }) });
      actors.socket.close();
      return result;
    } catch (error) {
      console.error(server.output());
      throw error;
    } finally {
      await sql.end();
      await server.stop();
    }
  });
}

async function fillWorld({ sql, actors }: World): Promise<void> {
  const { tenantId } = actors.alice;
  await fill(sql, tenantId);
  await letWait(sql, tenantId, actors.alice, DATA_SET.waiting);
  for (const [i, channel] of actors.channels.entries()) {
    await growChannel(sql, tenantId, channel, DATA_SET.channels[i]! - 2);
  }
  await sql`vacuum analyze`;
  await sql`checkpoint`;
}

/** Runs each task in both worlds, in turns. @returns the medians, ms */
async function measure(full: readonly Task[], empty: readonly Task[]): Promise<readonly (readonly [number, number])[]> {
  const medians: [number, number][] = [];
  for (const [i, { rounds }] of full.entries()) {
    const times: [number[], number[]] = [[], []];
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const [world, { prepare, run }] of [full[i]!, empty[i]!].entries()) {
        const prepared = await prepare?.();
        const startedAt = performance.now();
        await run(prepared);
        if (round >= 0) times[world]!.push(performance.now() - startedAt);
      }
    }
    medians.push([summarize(times[0]).median, summarize(times[1]).median]);
  }
  return medians;
}

/** What people wait for in a tenant with a million messages, and in an empty one beside it. */
export function runScale(): Promise<PartResult> {
  return withWorld((empty) =>
    withWorld(async (full) => {
      await fillWorld(full);
      const medians = await measure(full.tasks, empty.tasks);
      const sizes = await sizesOf(full.sql);
      return {
        rows: full.tasks.map(({ what }, i) => toRow(what, ...medians[i]!)),
        notes: [
          `One tenant with ${digits(DATA_SET.people)} people, ${digits(DATA_SET.dms)} DMs, ${sizes.messages} messages, ` +
            `${sizes.entries} waiting mailbox entries, ${digits(DATA_SET.waiting)} of them for one device, and channels of ` +
            `${DATA_SET.channels.map(digits).join(' and ')}; "empty" is a tenant with the people of the test alone.`,
          'Medians over the network, on two servers as they are shipped, in turns; deletions are statements that are rolled back.',
          'The list of conversations names all members of the channels it shows, so it grows with them. Closing a mailbox deletes 1,000 entries at most, and leaves the rest to a purge.',
        ],
      };
    }),
  );
}

async function sizesOf(sql: Sql): Promise<{ readonly messages: string; readonly entries: string }> {
  const [row] = await sql<{ messages: number; entries: number }[]>`
    select (select count(*)::int from messages) as messages, (select count(*)::int from mailbox_entries) as entries`;
  return { messages: digits(row!.messages), entries: digits(row!.entries) };
}

function toRow(what: string, full: number, empty: number): Row {
  const ratio = full / empty;
  return {
    what,
    ratio: `${digits(ratio)}x`,
    seal: `${digits(full)} ms`,
    peers: `empty: ${digits(empty)} ms`,
    elsewhere: '',
    checks: [atMost(`<= ${BOUND}x of empty`, ratio, BOUND)],
  };
}
