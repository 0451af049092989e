import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { atMost, digits, show, speedup, type PartResult, type Row } from '../report.ts';
import { summarize, type Sample } from '../stats.ts';
import type { Contender, Membership } from './contender.ts';
import { DOOR_SIZE, doorRows } from './doors.ts';
import { createMegolm } from './megolm.ts';
import { createSeal } from './seal.ts';
import { createTsMls } from './ts-mls.ts';

const SIZES = [10, 100, 500] as const;
const ROUNDS = 7;
/** Discarded: they are when the engine compiles. */
const WARM_UP_ROUNDS = 3;
const MESSAGES = 200;
/** Changes of a group of this many members take long enough to be few. */
const CHANGES = { 10: 5, 100: 2, 500: 1 } as const;
/** As in a key message: key and hash of a body. Letters, since Megolm takes text. */
const PLAINTEXT = Uint8Array.from(randomBytes(65), (byte) => 0x61 + (byte % 26));

type AnyContender = Contender<unknown>;

/** What one contender needed in one round: µs for messages, ms for changes. */
interface Timings {
  readonly encrypt: number;
  readonly decrypt: number;
  readonly commit?: number;
  readonly process?: number;
  readonly join?: number;
}

type Opened = Awaited<ReturnType<AnyContender['open']>>;

const since = (startedAt: number): number => performance.now() - startedAt;

async function measureMessages({ channel }: Opened): Promise<Pick<Timings, 'encrypt' | 'decrypt'>> {
  const sealed: unknown[] = [];
  let startedAt = performance.now();
  for (let i = 0; i < MESSAGES; i++) sealed.push(await channel.encrypt(PLAINTEXT));
  const encrypt = (since(startedAt) * 1_000) / MESSAGES;
  startedAt = performance.now();
  let opened: Uint8Array = PLAINTEXT;
  for (const message of sealed) opened = await channel.decrypt(message);
  const decrypt = (since(startedAt) * 1_000) / MESSAGES;
  if (Buffer.compare(opened, PLAINTEXT) !== 0) throw new Error('the message came out changed');
  return { encrypt, decrypt };
}

async function measureChanges(membership: Membership, count: number): Promise<Omit<Timings, 'encrypt' | 'decrypt'>> {
  const spent = { commit: 0, process: 0, join: 0 };
  for (let i = 0; i < count; i++) {
    let startedAt = performance.now();
    const commit = await membership.commit();
    spent.commit += since(startedAt) / count;
    startedAt = performance.now();
    await membership.process(commit);
    spent.process += since(startedAt) / count;
    startedAt = performance.now();
    await membership.join();
    spent.join += since(startedAt) / count;
  }
  return spent;
}

/** Every round measures each contender once, each round beginning with another one. */
async function race(opened: readonly (readonly [AnyContender, Opened])[], size: (typeof SIZES)[number]) {
  const timings = new Map<string, Timings[]>(opened.map(([{ name }]) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let i = 0; i < opened.length; i++) {
      const [{ name }, group] = opened[(i + round + WARM_UP_ROUNDS) % opened.length]!;
      globalThis.gc?.({ type: 'minor' });
      const messages = await measureMessages(group);
      const changes = group.membership === null ? {} : await measureChanges(group.membership, CHANGES[size]);
      if (round >= 0) timings.get(name)!.push({ ...messages, ...changes });
    }
  }
  return timings;
}

function row(
  what: string,
  timings: ReadonlyMap<string, readonly Timings[]>,
  key: keyof Timings,
  unit: string,
  rest: Partial<Row> & { readonly bound?: readonly [target: string, most: number] } = {},
): Row {
  const samples = new Map<string, Sample>();
  for (const [name, rounds] of timings) {
    const values = rounds.map((round) => round[key]).filter((value) => value !== undefined);
    if (values.length > 0) samples.set(name, summarize(values));
  }
  const seal = samples.get('Seal')!;
  const peers = [...samples].filter(([name]) => name !== 'Seal');
  const { bound, ...cells } = rest;
  return {
    what,
    ratio: peers.map(([name, sample]) => speedup(seal.median, sample.median, name)).join(', '),
    seal: show(seal, unit),
    peers: peers.map(([name, sample]) => `${name} ${show(sample, unit)}`).join('; '),
    elsewhere: '',
    checks: bound === undefined ? [] : [atMost(bound[0], seal.median, bound[1])],
    ...cells,
  };
}

/** The two sizes that bandwidth is spent on. */
function sizeRow(size: number, opened: readonly (readonly [AnyContender, Opened])[]): Row {
  const cell = ([{ name }, { membership }]: readonly [AnyContender, Opened]): string[] =>
    membership === null ? [] : [`${name} ${digits(membership.commitLength)} B, ${digits(membership.welcomeLength)} B`];
  const [seal, ...peers] = opened;
  return {
    what: `... ${size} members: that Commit, and the Welcomes of all`,
    ratio: '',
    seal: cell(seal!).join('').replace('Seal ', ''),
    peers: peers.flatMap(cell).join('; '),
    elsewhere: size === 100 ? 'ts-mls 8.8 KB, 34 KB' : size === 500 ? 'ts-mls 42 KB, 170 KB' : '',
    checks: [],
  };
}

/** Channels of several sizes, beside the library they are built on and beside Megolm. */
export async function runChannels(): Promise<PartResult> {
  const contenders = [createSeal(), createTsMls(), await createMegolm()] as unknown as readonly AnyContender[];
  const rows: Row[] = [];
  for (const size of SIZES) {
    const opened: [AnyContender, Opened][] = [];
    for (const contender of contenders) opened.push([contender, await contender.open(size)]);
    const timings = await race(opened, size);
    const isTarget = size === 100;
    rows.push(
      row(`${size} members: encrypt a message`, timings, 'encrypt', 'µs', {
        ...(isTarget && { elsewhere: 'ts-mls 1,650 µs; Megolm 67 µs', bound: ['<= 0.3 ms', 300] }),
      }),
      row('... decrypt it', timings, 'decrypt', 'µs', {
        ...(isTarget && { elsewhere: 'ts-mls 1,240 µs; Megolm 136 µs', bound: ['<= 0.35 ms', 350] }),
      }),
      row('... a Commit that renews the keys of its maker', timings, 'commit', 'ms', {
        ...(isTarget && { elsewhere: 'ts-mls 220 ms' }),
      }),
      row('... another member follows it', timings, 'process', 'ms'),
      row('... a member joins by Welcome', timings, 'join', 'ms', { ...(isTarget && { elsewhere: 'ts-mls 124 ms' }) }),
      sizeRow(size, opened),
    );
  }
  rows.push(...(await doorRows()));
  return {
    rows,
    notes: [
      `${contenders.map(({ name, version }) => `${name} ${version}`).join(', ')}; ${ROUNDS} rounds after ${WARM_UP_ROUNDS} discarded ones, contenders in turn; ${MESSAGES} messages of ${PLAINTEXT.length} bytes a round; median [least-most].`,
      'Every member is one device. ts-mls runs with the crypto provider it comes with, on X25519, AES-128-GCM and Ed25519, and keeps its states in memory; Seal hands its states from call to call as the bytes that its store keeps, checks who sent what and who is in the tree, and uses its default ciphersuite.',
      'The tree is as new as a tree can be, all members added by one: a Commit then has to reach each of the others apart, which is the worst case. A Welcome holds the tree and is for all who are added at once: 100 with Seal, everybody with ts-mls.',
      `The rows on ML-KEM are sizes and times of what lets devices in, at ${DOOR_SIZE} members where nothing else is said; beside them what the same took before ML-KEM had a part in it. ML-KEM is WebCrypto where Node has it (24 and later), else JavaScript.`,
      'Megolm does less: a sender signs and hands out one key, which stays good until a member decides to change it. There is no agreement on who is a member.',
    ],
  };
}
