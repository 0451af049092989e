import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { atMost, digits, type Check, type PartResult, type Row } from '../report.ts';
import { loadCryptography } from '../server/people.ts';
import { withDataDir } from '../server/seal-server.ts';
import { gatherCrowd, readFile, type Crowd } from './crowd.ts';
import { Ledger } from './ledger.ts';
import { startStack, type Stack, type Victim } from './stack.ts';

/** How long something stands still or is cut off, ms. */
const FAULT_MS = 12_000;
const QUIET_MS = 6_000;
/** Everything that was begun is to be done within this time of the end of a fault, ms. */
const PATIENCE_MS = 90_000;
const BOUND_SECONDS = 15;

type Kind = 'kill -9' | 'SIGSTOP' | 'cut off';

/** Makes one fault. Resolves at its end: it runs again, or can be reached again. */
async function fail(victim: Victim, kind: Kind): Promise<void> {
  if (kind === 'kill -9') return victim.kill();
  if (kind === 'cut off') {
    for (const link of victim.links) link.cut();
    await sleep(FAULT_MS);
    for (const link of victim.links) link.mend();
    return;
  }
  const stopped = await victim.pids();
  for (const pid of stopped) signal(pid, 'SIGSTOP');
  await sleep(FAULT_MS);
  for (const pid of stopped) signal(pid, 'SIGCONT');
}

/** A process of PostgreSQL may have gone meanwhile. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone.
  }
}

/** Waits until everything begun before `moment` is done. @returns how long that took, ms; null when it is not */
async function settle(ledger: Ledger, moment: number): Promise<number | null> {
  const began = performance.now();
  while (ledger.open(0, moment).length > 0) {
    if (performance.now() - began > PATIENCE_MS) return null;
    await sleep(50);
  }
  return performance.now() - began;
}

/** Every component killed, stopped and cut off in turn, under load: acknowledged = received once. */
export function runFaults(): Promise<PartResult> {
  return withDataDir(async (dataDir) => {
    const stack = await startStack(dataDir);
    try {
      const ledger = new Ledger();
      const crowd = await gatherCrowd(stack.origins, await loadCryptography(), ledger);
      try {
        const rows = await runAll(stack, ledger, crowd);
        await crowd.stop();
        await settle(ledger, performance.now());
        return { rows: [...rows, ...(await afterwards(stack, ledger, crowd))], notes: NOTES };
      } finally {
        await crowd.close();
      }
    } finally {
      await stack.stop();
    }
  });
}

async function runAll(stack: Stack, ledger: Ledger, crowd: Crowd): Promise<Row[]> {
  const began = performance.now();
  await sleep(QUIET_MS);
  await settle(ledger, performance.now());
  const quiet = ledger.worst(began, performance.now() - 1_000);
  const rows: Row[] = [row('nothing (for comparison)', quiet, null, [])];
  for (const victim of Object.values(stack.victims)) {
    for (const kind of ['kill -9', 'SIGSTOP', 'cut off'] as const) {
      const from = performance.now();
      await fail(victim, kind);
      // The first messages after the end count too.
      await sleep(1_000);
      const recovered = await settle(ledger, performance.now());
      const waits = ledger.worst(from - 5_000, performance.now() - 1_000);
      const bound = atMost(
        `all done ${BOUND_SECONDS} s after it`,
        recovered === null ? Infinity : recovered / 1_000,
        BOUND_SECONDS,
      );
      rows.push(row(`${victim.name}: ${kind}`, waits, recovered, [bound]));
      console.error(`  ${rows.at(-1)!.what}: ${rows.at(-1)!.seal}`);
      await crowd.goHome();
      await sleep(QUIET_MS);
    }
  }
  return rows;
}

function row(
  what: string,
  { ack, heard, count }: { readonly ack: number; readonly heard: number; readonly count: number },
  recovered: number | null,
  checks: readonly Check[],
): Row {
  const seconds = (ms: number): string => (Number.isFinite(ms) ? `${digits(ms / 1_000)} s` : 'for ever');
  const end = checks.length === 0 ? '' : `; all done ${seconds((recovered ?? Infinity) + 1_000)} after its end`;
  return {
    what,
    ratio: '',
    seal: `longest wait for an acknowledgement ${seconds(ack)}, until heard ${seconds(heard)}${end} (${count} messages)`,
    peers: '',
    elsewhere: '',
    checks,
  };
}

/** What the database, files and jobs say in the end. */
async function afterwards(stack: Stack, ledger: Ledger, crowd: Crowd): Promise<Row[]> {
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const entries = [...ledger.entries.values()];
    const acknowledged = entries.filter(({ ackedAt }) => ackedAt !== null);
    const stored = await sql<{ id: string; n: number; seq: string }[]>`
      select message_id as id, count(*)::int as n, min(seq) as seq from messages group by message_id`;
    const found = new Map(stored.map(({ id, n, seq }) => [id, { n, seq: Number(seq) }]));
    const lost = acknowledged.filter(({ messageId, due }) => !found.has(messageId) || due.size > 0).length;
    const doubled = ledger.repeated + stored.filter(({ n }) => n > 1).length;
    const wrong =
      ledger.misnumbered +
      acknowledged.filter(({ messageId, seq }) => found.has(messageId) && found.get(messageId)!.seq !== seq).length;
    let spoiled = 0;
    for (const file of crowd.files) {
      const reader = crowd.readers.get(file)!;
      let hash: string | null = null;
      for (let attempt = 0; attempt < 5 && hash === null; attempt++) hash = await readFile(reader, file.attachmentId);
      if (hash !== file.hash) spoiled++;
    }
    const drained = await waitFor(60_000, async () => {
      const [left] = await sql<{ n: number }[]>`
        select count(*)::int as n from messages where message_id = any(${crowd.passing as string[]}) and length(body) > 0`;
      return left!.n === 0 && (await waitingJobs(stack)) === 0;
    });
    const plain = (what: string, seal: string, check: Check): Row => ({
      what,
      ratio: '',
      seal,
      peers: '',
      elsewhere: '',
      checks: [check],
    });
    return [
      plain(
        'messages acknowledged',
        `${digits(acknowledged.length)}: ${lost} lost, ${doubled} doubled, ${wrong} with another number`,
        atMost('none of these', lost + doubled + wrong, 0),
      ),
      plain('files announced', `${crowd.files.length}: ${spoiled} that differ`, atMost('none', spoiled, 0)),
      plain(
        'jobs',
        `${crowd.passing.length} messages that were to disappear; drained ${drained === null ? 'not within 60 s' : `${digits(drained / 1_000)} s after the load`}`,
        atMost('drained', drained === null ? 1 : 0, 0),
      ),
    ];
  } finally {
    await sql.end();
  }
}

async function waitingJobs({ workerMetrics }: Stack): Promise<number> {
  const texts = await Promise.all(
    workerMetrics.map((url) =>
      fetch(url).then(
        (answer) => answer.text(),
        () => 'seal_jobs_waiting 1',
      ),
    ),
  );
  return texts.reduce((sum, text) => sum + Number(/^seal_jobs_waiting(?:\{.*\})? (\d+)/m.exec(text)?.[1] ?? 1), 0);
}

async function waitFor(ms: number, isTrue: () => Promise<boolean>): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < ms) {
    if (await isTrue()) return performance.now() - began;
    await sleep(250);
  }
  return null;
}

const NOTES = [
  `3 processes for clients, 2 for jobs, Redis and PostgreSQL (fsync on), 12 people spread over the three: 6 DMs at 5 messages a second, 2 channels of 12 at 2.5, files of 1.2 MB, messages that disappear after 30 s. What is killed is started again after 2 s (PostgreSQL by its own supervisor at once); what is stopped or cut off is so for ${FAULT_MS / 1_000} s.`,
  'A device that gets no answer for 4 s goes to another process and sends the same message again. Waits include the fault itself: while PostgreSQL is away nobody is acknowledged.',
  '"Cut off" is a TCP relay that takes everything and passes nothing on: of a process, its ways to clients, PostgreSQL and Redis; of Redis and PostgreSQL, those of all processes.',
  'At the end the database is compared: every acknowledged message is one row with the number that was acknowledged, and every device that was to have it has it, by its mailbox once.',
];
