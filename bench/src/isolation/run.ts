import { performance } from 'node:perf_hooks';
import { atLeast, digits, type PartResult, type Row } from '../report.ts';
import { loadCryptography } from '../server/people.ts';
import { summarize } from '../stats.ts';
import { createCallers, MESSAGES, PEOPLE, TENANTS, type Caller } from './people.ts';
import { withContenders } from './servers.ts';

const ROUNDS = 41;
const WARM_UP = 3;
const WINDOW_MS = 250;
/** What row-level security may cost. */
const BOUND = 0.97;

type Call = (caller: Caller) => Promise<unknown>;

const TASKS: readonly (readonly [what: string, call: Call])[] = [
  ['direct messages, stored', ({ send }) => send()],
  [
    'page of conversations',
    ({ connection }) => connection.call('query', 'conversations.list', { after: null, limit: 50 }),
  ],
  [
    'page of a channel’s log',
    ({ connection, channel }) =>
      connection.call('query', 'channels.log', { conversationId: channel, after: 0, limit: 50 }),
  ],
  [
    'page of a history',
    ({ connection, dm }) =>
      connection.call('query', 'messages.history', { conversationId: dm, before: null, limit: 50 }),
  ],
];

/** Has every caller call again and again for a while. @returns calls a second */
async function rateOf(callers: readonly Caller[], call: Call): Promise<number> {
  const startedAt = performance.now();
  const end = startedAt + WINDOW_MS;
  let calls = 0;
  const goOn = async (caller: Caller): Promise<void> => {
    while (performance.now() < end) {
      await call(caller);
      calls++;
    }
  };
  await Promise.all(callers.map(goOn));
  return (calls * 1_000) / (performance.now() - startedAt);
}

/** Measures a task on both servers in turns, the one that begins changing each round. */
async function measure(held: readonly Caller[], free: readonly Caller[], call: Call) {
  const rates: [number[], number[]] = [[], []];
  const ratios: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    const found = [0, 0];
    for (const which of order) found[which] = await rateOf([held, free][which]!, call);
    if (round < 0) continue;
    rates[0].push(found[0]!);
    rates[1].push(found[1]!);
    ratios.push(found[0]! / found[1]!);
  }
  return { held: summarize(rates[0]), free: summarize(rates[1]), ratio: summarize(ratios) };
}

/** What row-level security costs: a server with it and one without, on one PostgreSQL. */
export function runIsolation(): Promise<PartResult> {
  return withContenders(async (held, free) => {
    const tools = await loadCryptography();
    const [with_, without] = [await createCallers(held, tools), await createCallers(free, tools)];
    const rows: Row[] = [];
    for (const [what, call] of TASKS) {
      const { held: own, free: other, ratio } = await measure(with_, without, call);
      rows.push({
        what,
        ratio: `${digits(ratio.median)}x [${digits(ratio.min)}-${digits(ratio.max)}]`,
        seal: `${digits(own.median)}/s`,
        peers: `without: ${digits(other.median)}/s`,
        elsewhere: '',
        checks: [atLeast(`>= ${BOUND}x of without`, ratio.median, BOUND)],
      });
    }
    for (const { connection } of [...with_, ...without]) connection.close();
    return {
      rows,
      notes: [
        `${TENANTS} tenants with ${PEOPLE} people each, one socket and one call at a time for each, ${MESSAGES} messages in each log; ` +
          `${ROUNDS} windows of ${WINDOW_MS} ms on each server, in turns; the ratio is that of two windows, the median of all.`,
        'Without: the same server on the same PostgreSQL, as the owner of the tables. Its connections enter no role and are set to no tenant.',
      ],
    };
  });
}
