import { atLeast, atMost, digits, show, type Check, type PartResult, type Row } from '../report.ts';
import { percentile, summarize, type Sample } from '../stats.ts';
import type { FanOutResult } from './fan-out.ts';
import type { IdleResult } from './idle.ts';
import type { LoadResult } from './load.ts';
import { IN_FLIGHT, PAIRS, TEXT_LENGTH } from './shape.ts';

/** Rounds of one kind of load on one server. */
export type Rounds = readonly LoadResult[];

/** Everything that was measured of the server. */
export interface ServerFigures {
  /** Closed loop: as fast as it goes. */
  readonly fast: Rounds;
  readonly bareFast: Rounds;
  /** Those of ejabberd; null where it is not installed. */
  readonly peerFast: Rounds | null;
  /** Open loop at 200 messages a second. */
  readonly slow: Rounds;
  readonly bareSlow: Rounds;
  readonly peerSlow: Rounds | null;
  /** Open loop at 1,000 messages a second. */
  readonly steady: Rounds;
  readonly peerSteady: Rounds | null;
  readonly idle: IdleResult;
  readonly fanOut: readonly FanOutResult[];
  /** Messages sent to Seal in all rounds. */
  readonly sent: number;
  readonly rounds: number;
}

const UNKNOWN = 'not known here';

const over = (rounds: Rounds, figure: (result: LoadResult) => number): Sample => summarize(rounds.map(figure));
const throughput = (rounds: Rounds): Sample => over(rounds, ({ delivered, seconds }) => delivered / seconds);
const latency = (rounds: Rounds, p: number): Sample => over(rounds, ({ latencies }) => percentile(latencies, p));

/** CPU seconds for 1,000 messages; null where the system does not tell. */
function cpuPerThousand(rounds: Rounds): Sample | null {
  const values: number[] = [];
  for (const { cpu, delivered } of rounds) {
    if (cpu === null) return null;
    values.push(((cpu.server + cpu.database) * 1_000) / delivered);
  }
  return summarize(values);
}

function throughputRow(seal: Rounds, bare: Rounds, peer: Rounds | null): Row {
  const own = throughput(seal);
  const limit = throughput(bare);
  return {
    what: 'durable 1:1 messages per second, closed loop',
    ratio: `${digits(own.median / limit.median)} of the bare limit`,
    seal: show(own, ''),
    peers: peersOf({ bare: show(limit, ''), ejabberd: peer && show(throughput(peer), '') }),
    elsewhere: 'ejabberd 2,600; Prosody 440; bare 56,000',
    checks: [
      atLeast('>= 15,000', own.median, 15_000),
      atLeast('0.6 of the bare limit', own.median / limit.median, 0.6),
    ],
  };
}

function cpuRow(
  what: string,
  seal: Rounds,
  { bare, peer }: Others,
  { elsewhere, most }: { readonly elsewhere: string; readonly most?: number },
): Row {
  const own = cpuPerThousand(seal);
  const limit = bare && cpuPerThousand(bare);
  const other = peer && cpuPerThousand(peer);
  const ratio = own !== null && limit !== null ? own.median / limit.median : null;
  return {
    what,
    ratio: ratio === null ? '' : `${digits(ratio)}x the bare one`,
    seal: own === null ? UNKNOWN : show(own, 's'),
    peers: peersOf({ bare: limit && show(limit, 's'), ejabberd: other && show(other, 's') }),
    elsewhere,
    checks: most === undefined ? [] : [atMost(`<= ${digits(most)}x the bare one`, ratio, most)],
  };
}

/** What Seal is measured beside. */
interface Others {
  readonly bare: Rounds | null;
  readonly peer: Rounds | null;
}

function peersOf(figures: Readonly<Record<string, string | null>>): string {
  return Object.entries(figures)
    .flatMap(([name, figure]) => (figure === null ? [] : [`${name} ${figure}`]))
    .join('; ');
}

function ahead(what: string, seal: Rounds, peer: Rounds, p: number): Check {
  return atMost(`${what} ahead of ejabberd`, latency(seal, p).median / latency(peer, p).median, 1);
}

/** @param most of the bare one's p50 and p99 */
function latencyRow(
  what: string,
  seal: Rounds,
  { bare, peer }: Others,
  { elsewhere, most }: { readonly elsewhere: string; readonly most?: readonly [p50: number, p99: number] },
): Row {
  const both = (rounds: Rounds): string => `${show(latency(rounds, 0.5), 'ms')} / ${show(latency(rounds, 0.99), 'ms')}`;
  const ratio = (p: number): number => latency(seal, p).median / latency(bare!, p).median;
  return {
    what,
    ratio: bare === null ? '' : `${digits(ratio(0.5))}x / ${digits(ratio(0.99))}x the bare one`,
    seal: both(seal),
    peers: peersOf({ bare: bare && both(bare), ejabberd: peer && both(peer) }),
    elsewhere,
    checks:
      most === undefined
        ? []
        : [
            atMost(`p50 <= ${digits(most[0])}x`, ratio(0.5), most[0]),
            atMost(`p99 <= ${digits(most[1])}x`, ratio(0.99), most[1]),
            ...(peer === null ? [] : [ahead('p50', seal, peer, 0.5), ahead('p99', seal, peer, 0.99)]),
          ],
  };
}

function idleRow(idle: IdleResult): Row {
  const kilobytes = idle.perConnection / 1_024;
  return {
    what: 'memory for each idle connection, signed in and subscribed',
    ratio: '',
    seal: `${digits(kilobytes)} KB`,
    peers: '',
    elsewhere: 'ejabberd 54 KB; Prosody 37; bare 9.6',
    checks: [atMost('<= 20 KB', kilobytes, 20)],
  };
}

function fanOutRow({ members, seal, bare, ejabberd, rowsPerMessage }: FanOutResult): Row {
  const [own, limit] = [summarize(seal), summarize(bare)];
  const peer = ejabberd && summarize(ejabberd);
  const isTarget = members === 500;
  return {
    what: `one channel message to ${digits(members)} online members, until the last one has it`,
    ratio: `${digits(own.median / limit.median)}x the bare one`,
    seal: `${show(own, 'ms')}; ${digits(rowsPerMessage)} rows written`,
    peers: peersOf({ bare: show(limit, 'ms'), ejabberd: peer && show(peer, 'ms') }),
    elsewhere: isTarget ? 'ejabberd 14.5 ms; bare 6' : '',
    checks: [
      ...(isTarget ? [atMost('<= 1.4x the bare one', own.median / limit.median, 1.4)] : []),
      ...(isTarget && peer !== null ? [atMost('ahead of ejabberd', own.median / peer.median, 1)] : []),
      atMost('one row written', rowsPerMessage, 1),
    ],
  };
}

/** The server's table. */
export function report({
  fast,
  bareFast,
  peerFast,
  slow,
  bareSlow,
  peerSlow,
  steady,
  peerSteady,
  idle,
  fanOut,
  sent,
  rounds,
}: ServerFigures): PartResult {
  const fastOthers = { bare: bareFast, peer: peerFast };
  const slowOthers = { bare: bareSlow, peer: peerSlow };
  const steadyOthers = { bare: null, peer: peerSteady };
  return {
    rows: [
      throughputRow(fast, bareFast, peerFast),
      cpuRow('... CPU of server and PostgreSQL for 1,000 of them', fast, fastOthers, {
        elsewhere: 'ejabberd 0.64 s; Prosody 1.85; bare 0.02',
        most: 2,
      }),
      latencyRow('... their latency, send to receive, p50 / p99', fast, fastOthers, {
        elsewhere: 'ejabberd 379 / 613 ms; bare 17 / 29',
      }),
      latencyRow('send to receive at 200 messages per second, p50 / p99', slow, slowOthers, {
        elsewhere: 'ejabberd 1.55 / 3.8 ms; Prosody 1.8 / 9.1; bare 0.75 / 2.1',
        most: [1.6, 1.8],
      }),
      cpuRow('... CPU for 1,000 of them', slow, slowOthers, { elsewhere: 'ejabberd 1.82 s; bare 0.57' }),
      latencyRow('send to receive at 1,000 messages per second, p50 / p99', steady, steadyOthers, {
        elsewhere: 'ejabberd 1.16 / 6.3 ms; bare 0.53 / 5.3',
      }),
      cpuRow('... CPU for 1,000 of them', steady, steadyOthers, { elsewhere: 'ejabberd 1.24 s; bare 0.34' }),
      ...fanOut.map(fanOutRow),
      idleRow(idle),
    ],
    notes: [
      `${PAIRS} pairs of people, each in a conversation of their own, one writing to the other; ${TEXT_LENGTH} characters, sealed. Closed loop: ${IN_FLIGHT} messages under way in each pair, 8 s after 2 s of warm-up; open loops: 2,000 and 10,000 messages. ${rounds} rounds, in turns with the bare relay, after a discarded one.`,
      'Every message is signed in, checked against the current members and device lists, stored with its key envelope in the recipient\'s mailbox and acknowledged to the sender only after the commit; the recipient acknowledges it, which deletes the envelope and tells the sender "delivered". PostgreSQL is the embedded one with its standard durability.',
      '"bare" is the limit, not a product: `src/server/bare.ts`, one Node process that inserts messages into one table, many to a statement, and hands them on after the commit, with no accounts, checks or mailboxes.',
      `All ${digits(sent)} messages sent to Seal were acknowledged once and delivered once, and PostgreSQL held exactly as many rows afterwards; otherwise there would be no table.`,
      '"ejabberd" is Debian\'s package, when that is installed: plain XMPP, all in the same PostgreSQL, every message archived for both people, rooms that last and are archived; without TLS and without the shaper. It acknowledges nothing to the sender. What it archived was counted, too.',
      'A channel: each member one device, connected and subscribed on this machine; the next message is sent when the one before has reached everybody.',
      'Idle connections: growth of the resident memory of the server process from 200 to 2,700 connections, each of another person, garbage collected before both readings; without PostgreSQL and kernel buffers.',
    ],
  };
}
