import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Bytes } from '@seal-chat/protocol';
import { atLeast, atMost, digits, show, type PartResult, type Row } from '../report.ts';
import { summarize, type Sample } from '../stats.ts';
import { createBare, createLibsodium, createSeal, sealAndOpen, type Contender } from './contenders.ts';

const MEGABYTE = 1_000_000;
const SIZE = 100 * MEGABYTE;
/** For the memory: ten times as much, so that what grows with the file shows. */
const LARGE = 1_000 * MEGABYTE;
const ROUNDS = 5;
const WARM_UP_ROUNDS = 1;
/** Pieces that are given to Seal and libsodium, and to bare WebCrypto in one call each. */
const PIECE = 1_048_576;
const BARE_PIECE = 5 * 1_048_576;
const SAMPLE_EVERY = 64;

interface Timings {
  readonly seal: number;
  readonly open: number;
}

/** `size` bytes in pieces; the same random bytes again and again. */
async function* pieces(size: number, piece: Bytes): AsyncGenerator<Bytes, void, undefined> {
  for (let left = size; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece;
}

async function* from(list: readonly Bytes[]): AsyncGenerator<Bytes, void, undefined> {
  yield* list;
}

async function measure(contender: Contender, piece: Bytes): Promise<Timings> {
  const sealed: Bytes[] = [];
  let startedAt = performance.now();
  await contender.seal(pieces(SIZE, piece), (part) => sealed.push(part));
  const seal = performance.now() - startedAt;
  let opened = 0;
  startedAt = performance.now();
  await contender.open(from(sealed), ({ length }) => (opened += length));
  const open = performance.now() - startedAt;
  if (opened !== SIZE) throw new Error(`${contender.name}: ${opened} of ${SIZE} bytes came out`);
  return { seal: SIZE / seal / 1_000, open: SIZE / open / 1_000 };
}

/** Growth of the process's resident memory while a file of 1 GB goes through, bytes. */
async function peakMemory(piece: Bytes): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  let count = 0;
  await sealAndOpen(LARGE, pieces(LARGE, piece), () => {
    if (++count % SAMPLE_EVERY === 0) peak = Math.max(peak, process.memoryUsage.rss());
  });
  return peak - before;
}

function row(what: string, key: keyof Timings, timings: ReadonlyMap<string, readonly Timings[]>): Row {
  const sample = (name: string): Sample => summarize(timings.get(name)!.map((round) => round[key]));
  const [seal, bare, libsodium] = [sample('Seal'), sample('bare WebCrypto'), sample('libsodium')];
  const share = seal.median / bare.median;
  return {
    what,
    ratio: `${digits(share)} of bare WebCrypto, ${digits(seal.median / libsodium.median)}x libsodium`,
    seal: show(seal, 'MB/s'),
    peers: `bare WebCrypto ${show(bare, 'MB/s')}; libsodium ${show(libsodium, 'MB/s')}`,
    elsewhere: 'bare 1,600 MB/s; libsodium 330',
    checks: key === 'seal' ? [atLeast('>= 80 % of bare WebCrypto', share, 0.8)] : [],
  };
}

/** Encryption of files, beside bare WebCrypto and libsodium. */
export async function runAttachments(): Promise<PartResult> {
  const piece: Bytes = Uint8Array.from(randomBytes(PIECE));
  const barePiece: Bytes = Uint8Array.from(randomBytes(BARE_PIECE));
  // First: what the others leave behind would hide what this needs.
  const memory = await peakMemory(piece);
  const contenders = [await createSeal(SIZE), await createBare(), await createLibsodium()];
  const timings = new Map<string, Timings[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round + WARM_UP_ROUNDS) % contenders.length]!;
      globalThis.gc?.();
      const result = await measure(contender, contender.name === 'bare WebCrypto' ? barePiece : piece);
      if (round >= 0) timings.get(contender.name)!.push(result);
    }
  }
  return {
    rows: [
      row('seal a file of 100 MB', 'seal', timings),
      row('open it', 'open', timings),
      {
        what: 'memory that sealing a file of 1 GB and opening it needs at its peak',
        ratio: '',
        seal: `${digits(memory / MEGABYTE)} MB`,
        peers: '',
        elsewhere: '',
        checks: [atMost('constant: <= 100 MB', memory, 100 * MEGABYTE)],
      },
    ],
    notes: [
      `${contenders.map(({ name, version }) => `${name} ${version}`).join(', ')}; ${ROUNDS} rounds after a discarded one, in turns; in memory, without store and network; median [least-most].`,
      'Seal and libsodium seal chunks of 64 KiB that can be opened one by one and not be reordered, cut off or exchanged. Bare WebCrypto is the limit, not a construction: pieces of 5 MiB, all with the same nonce.',
      'The memory is the growth of the resident memory of the process, buffers that were not collected yet included.',
    ],
  };
}
