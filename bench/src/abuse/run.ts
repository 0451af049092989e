import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres, { type Sql } from 'postgres';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import type { Launched } from '../launch.ts';
import { atMost, digits, type PartResult, type Row } from '../report.ts';
import { databaseUrl } from '../server/archive.ts';
import { DEMO_APP_KEY, loadCryptography, register, type Cryptography, type Site } from '../server/people.ts';
import { connect } from '../server/seal-pairs.ts';
import { launchAsShipped, withDataDir } from '../server/seal-server.ts';
import { summarize } from '../stats.ts';
import { ATTACKS, ITSELF } from './attacks.ts';
import { createProbe, type Probe, type Waits } from './probe.ts';
import type { Target } from './tools.ts';

const QUIET_MS = 5_000;
const WARM_UP_MS = 1_500;
const ATTACK_MS = 8_000;
const PAUSE_MS = 1_500;
/** DESIGN's invariant: nobody stops others. */
const BOUND = 3;
const QUIET_APP_KEY = 'pk_bench_quiet';
/** An attack that is made by something else than connections, beside a flood of messages to where it hurts. */
const LOCKED = 'a row that is held, and messages to it';

/** What one attack did. */
interface Outcome {
  readonly name: string;
  readonly quiet: Waits;
  readonly waits: Waits;
  readonly memory: number;
  readonly loopMs: number;
  readonly isAlive: boolean;
}

/** All that is done to a server. */
const ABUSES: readonly string[] = [...Object.keys(ATTACKS).filter((name) => name !== ITSELF), LOCKED];

/** Each abuse in turn, with what people of another tenant wait for beside it. */
export function runAbuse(abuses = ABUSES): Promise<PartResult> {
  return withDataDir(async (dataDir) => {
    const server = await launchAsShipped(dataDir);
    const sql = postgres(await databaseUrl(dataDir), { max: 2, onnotice: () => undefined });
    try {
      const tools = await loadCryptography();
      await addQuietTenant(sql);
      const probe = await createProbe({ url: server.url, appKey: QUIET_APP_KEY }, tools);
      const target = await prepareTarget({ url: server.url, appKey: DEMO_APP_KEY }, tools);
      const alone = await probe.measure(QUIET_MS);
      const outcomes: Outcome[] = [];
      for (const name of abuses) {
        outcomes.push(await suffer(name, { server, sql, probe, target }));
        const { waits, memory } = outcomes.at(-1)!;
        console.error(`  ${name}: p99 ${digits(waits.sendP99)} ms, ${digits(memory)} MB`);
      }
      const after = await probe.measure(QUIET_MS);
      probe.close();
      return describe(outcomes, alone, after);
    } catch (error) {
      console.error(server.output());
      throw error;
    } finally {
      await sql.end();
      await server.stop();
    }
  });
}

async function addQuietTenant(sql: Sql): Promise<void> {
  const tenantId = randomUUID();
  const limits = { messagesPerMinutePerUser: 1_000_000 };
  await sql`insert into tenants (id, name, limits) values (${tenantId}, 'Quiet', ${sql.json(limits)})`;
  await sql`
    insert into publishable_keys (key, tenant_id, allowed_origins) values (${QUIET_APP_KEY}, ${tenantId}, ${['*']})`;
}

/** What the attacker has: two accounts, their DM, and a channel with a GroupInfo of 512 KiB. */
async function prepareTarget(site: Site, tools: Cryptography): Promise<Target> {
  const [mallory, peer] = [await register(site, tools, 'mallory'), await register(site, tools, 'mallory-too')];
  const socket = await connect(site, mallory);
  const { conversationId } = await socket.call<ConversationAnswer>('mutation', 'conversations.openDm', {
    userId: peer.userId,
  });
  const channel = randomUUID();
  await socket.call('mutation', 'channels.create', {
    conversationId: channel,
    visibility: 'private',
    name: null,
    description: null,
    suite: 1,
    groupInfo: randomBytes(500_000).toString('base64url'),
    authenticator: randomBytes(32).toString('base64url'),
  });
  socket.close();
  const { accessToken, userId, deviceId } = mallory;
  return { ...site, accessToken, userId, deviceId, peer, dm: conversationId, channel };
}

/** What the quiet one waits while `control` keeps a processor busy, and asks nothing. */
async function measureBeside(control: ReturnType<typeof startAttacker>, probe: Probe): ReturnType<Probe['measure']> {
  try {
    return await probe.measure(QUIET_MS);
  } finally {
    await end(control);
  }
}

async function suffer(
  name: string,
  { server, sql, probe, target }: { server: Launched; sql: Sql; probe: Probe; target: Target },
): Promise<Outcome> {
  const control = startAttacker(ITSELF, target);
  const quiet = await measureBeside(control, probe);
  const isLocked = name === LOCKED;
  const unlock = isLocked ? await lockRow(sql, target.dm) : async () => undefined;
  const attacker = startAttacker(isLocked ? 'messages without pause' : name, target);
  try {
    await sleep(WARM_UP_MS);
    await loopDelay(server);
    const memory = watchMemory(server.pid);
    const waits = await probe.measure(ATTACK_MS);
    const loopMs = await loopDelay(server);
    return { name, quiet, waits, loopMs, memory: memory(), isAlive: await isAlive(server) };
  } finally {
    await end(attacker);
    await unlock();
    await sleep(PAUSE_MS);
  }
}

function startAttacker(name: string, target: Target): ChildProcess {
  return fork(fileURLToPath(new URL('./attacker.js', import.meta.url)), [name, JSON.stringify(target)]);
}

async function end(attacker: ChildProcess): Promise<void> {
  attacker.kill('SIGKILL');
  await once(attacker, 'exit');
}

/** Holds the row of a conversation, as a process that stands still in a transaction does. */
async function lockRow(sql: Sql, conversationId: string): Promise<() => Promise<unknown>> {
  const session = await sql.reserve();
  await session`begin`;
  await session`select 1 from conversations where id = ${conversationId} for update`;
  return async () => {
    await session`rollback`.catch(() => undefined);
    session.release();
  };
}

async function isAlive(server: Launched): Promise<boolean> {
  const answer = await fetch(`${server.url}/healthz`, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  return answer?.status === 200;
}

/** The longest delay of the event loop since this was last asked, ms. NaN when nobody answers. */
async function loopDelay(server: Launched): Promise<number> {
  const origin = / private (\S+)/.exec(server.output())?.[1];
  const text = await fetch(`${origin}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1] ?? Number.NaN) * 1_000;
}

/** Looks at the resident memory of a process until it is asked for the most, MB. */
function watchMemory(pid: number): () => number {
  let most = 0;
  const look = async (): Promise<void> => {
    const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    most = Math.max(most, Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1_024);
  };
  const timer = setInterval(() => void look(), 200);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function describe(outcomes: readonly Outcome[], alone: Waits, after: Waits): PartResult {
  const quiet = summarize(outcomes.map((outcome) => outcome.quiet.sendP99)).median;
  const quietRead = summarize(outcomes.map((outcome) => outcome.quiet.readP99)).median;
  const rows = outcomes.map(({ name, waits, memory, loopMs, isAlive: lives }): Row => {
    const ratio = waits.sendP99 / quiet;
    return {
      what: name,
      ratio: `${digits(ratio)}x`,
      seal:
        `p50 / p99 / max ${[waits.sendP50, waits.sendP99, waits.sendMax].map(digits).join(' / ')} ms; ` +
        `read p99 ${digits(waits.readP99)} ms (${digits(waits.readP99 / quietRead)}x); ${waits.failed} failed; ` +
        `${digits(memory)} MB; loop ${digits(loopMs)} ms`,
      peers: '',
      elsewhere: '',
      checks: [atMost(`<= ${BOUND}x of quiet`, ratio, BOUND), { target: 'it lives', ok: lives && waits.failed === 0 }],
    };
  });
  return {
    rows: [
      {
        what: ITSELF,
        ratio: '1x',
        seal:
          `p99 ${digits(quiet)} ms, read p99 ${digits(quietRead)} ms; nothing at all: ` +
          `${digits(alone.sendP99)} and ${digits(alone.readP99)} ms before, ${digits(after.sendP99)} and ${digits(
            after.readP99,
          )} ms after`,
        peers: '',
        elsewhere: '',
        checks: [],
      },
      ...rows,
    ],
    notes: [
      'One server as it is shipped, with its limits. Two people of a quiet tenant send 20 messages and read 10 lists of conversations a second, at a fixed rate; their figures are from call to answer. Ratios are to the median p99 of the times between the attacks, in which a process as busy as an attacker sends to itself: an attacker has a machine of its own.',
      'Each attack comes from one other address, for 9.5 s, as fast as it gets: first those of strangers, who have the key of a page, then those of a guest of another tenant. The attacker is a process of the lowest priority.',
      'MB is the largest resident memory of the process, which is the same one for all attacks; loop is the longest delay of its event loop.',
    ],
  };
}
