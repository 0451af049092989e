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

/** @returns the median of each task, ms */
async function measure(tasks: readonly Task[]): Promise<readonly number[]> {
  const medians: number[] = [];
  for (const { rounds, prepare, run } of tasks) {
    const times: number[] = [];
    for (let i = -WARM_UP; i < rounds; i++) {
      const prepared = await prepare?.();
      const startedAt = performance.now();
      await run(prepared);
      if (i >= 0) times.push(performance.now() - startedAt);
    }
    medians.push(summarize(times).median);
  }
  return medians;
}

/** What people wait for in a tenant with a million messages, against the same in an empty one: same server, same people. */
export function runScale(): Promise<PartResult> {
  return withDataDir(async (dataDir) => {
    const server = await launchSeal(dataDir);
    const sql = postgres(await databaseUrl(dataDir), { max: 1, onnotice: () => undefined });
    try {
      const actors = await createActors({ url: server.url, appKey: DEMO_APP_KEY }, await loadCryptography());
      const tasks = tasksOf({ actors, url: server.url, sql });
      const empty = await measure(tasks);
      const { tenantId } = actors.alice;
      await fill(sql, tenantId);
      await letWait(sql, tenantId, actors.alice, DATA_SET.waiting);
      for (const [i, channel] of actors.channels.entries()) {
        await growChannel(sql, tenantId, channel, DATA_SET.channels[i]! - 2);
      }
      await sql`vacuum analyze`;
      await sql`checkpoint`;
      const full = await measure(tasks);
      const sizes = await sizesOf(sql);
      actors.socket.close();
      return {
        rows: tasks.map(({ what }, i) => toRow(what, full[i]!, empty[i]!)),
        notes: [
          `One tenant with ${digits(DATA_SET.people)} people, ${digits(DATA_SET.dms)} DMs, ${sizes.messages} messages, ` +
            `${sizes.entries} waiting mailbox entries, ${digits(DATA_SET.waiting)} of them for one device, and channels of ` +
            `${DATA_SET.channels.map(digits).join(' and ')}; "empty" is the same tenant with the people of the test alone.`,
          'Medians over the network of the same server, before and after; deletions are statements that are rolled back.',
        ],
      };
    } catch (error) {
      console.error(server.output());
      throw error;
    } finally {
      await sql.end();
      await server.stop();
    }
  });
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
