import { summarize, type Sample } from '../stats.ts';
import { atLeast, atMost, show, speedup, type PartResult, type Row } from '../report.ts';
import type { Contender } from './contender.ts';
import { createLibsignal } from './libsignal.ts';
import { PLAINTEXT_LENGTH, measureChain, measurePingPong, measureSetup, type Timings } from './measure.ts';
import { createOlm } from './olm.ts';
import { createSeal } from './seal.ts';

const ROUNDS = 15;
/** Discarded: they are when the engine compiles, which takes it some 20,000 messages. */
const WARM_UP_ROUNDS = 8;
const CHAIN_MESSAGES = 3_000;
const PING_PONG_MESSAGES = 300;
const SETUPS = 60;

type AnyContender = Contender<unknown, unknown>;
type Measure = (contender: AnyContender) => Promise<Timings>;

/** Figures of all contenders, by contender and operation. */
type Figures = ReadonlyMap<string, ReadonlyMap<string, Sample>>;

/** Every round measures each contender once, each round beginning with another one, so that drift hits all alike. */
async function race(contenders: readonly AnyContender[], measure: Measure): Promise<Figures> {
  const timings = new Map(contenders.map(({ name }) => [name, [] as Timings[]]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round + WARM_UP_ROUNDS) % contenders.length]!;
      const result = await measure(contender);
      if (round >= 0) timings.get(contender.name)!.push(result);
    }
  }
  return new Map(
    [...timings].map(([name, rounds]) => [
      name,
      new Map(Object.keys(rounds[0]!).map((key) => [key, summarize(rounds.map((round) => round[key]!))])),
    ]),
  );
}

/** A row without targets, from the operation `key` of every contender. */
function row(what: string, figures: Figures, key: string): Row {
  const seal = figures.get('Seal')!.get(key)!;
  const peers = [...figures]
    .filter(([name]) => name !== 'Seal')
    .map(([name, all]) => ({ name, sample: all.get(key)! }));
  return {
    what,
    ratio: peers.map(({ name, sample }) => speedup(seal.median, sample.median, name)).join(', '),
    seal: show(seal, 'µs'),
    peers: peers.map(({ name, sample }) => `${name} ${show(sample, 'µs')}`).join('; '),
    elsewhere: '',
    checks: [],
  };
}

/** Double Ratchet and session setup, beside libsignal and Olm. */
export async function runCrypto(): Promise<PartResult> {
  const contenders = [await createSeal(), createLibsignal(), await createOlm()] as unknown as readonly AnyContender[];
  const chain = await race(contenders, (contender) => measureChain(contender, CHAIN_MESSAGES));
  const pingPong = await race(contenders, (contender) => measurePingPong(contender, PING_PONG_MESSAGES));
  const setup = await race(contenders, (contender) => measureSetup(contender, SETUPS));

  const median = (figures: Figures, name: string, key: string): number => figures.get(name)!.get(key)!.median;
  const both = median(chain, 'Seal', 'both');
  const sender = median(setup, 'Seal', 'sender');
  return {
    rows: [
      {
        ...row(`Double Ratchet in a chain, encrypt + decrypt, ${PLAINTEXT_LENGTH} B`, chain, 'both'),
        elsewhere: 'libsignal 229 µs; Olm 56 µs',
        checks: [
          atMost('<= 40 µs', both, 40),
          atLeast('5x libsignal', median(chain, 'libsignal', 'both') / both, 5),
          atLeast('ahead of Olm', median(chain, 'Olm', 'both') / both, 1),
        ],
      },
      row('... encrypt alone', chain, 'encrypt'),
      row('... decrypt alone', chain, 'decrypt'),
      {
        ...row('Double Ratchet in turns, a message with its DH step on both sides', pingPong, 'message'),
        elsewhere: 'libsignal 332 µs',
      },
      {
        ...row('session setup, sender: check bundle, PQXDH, first message', setup, 'sender'),
        elsewhere: 'libsignal 1,400 µs without the message',
        checks: [atMost("<= 1.5x libsignal's time", sender / median(setup, 'libsignal', 'sender'), 1.5)],
      },
      row('session setup, receiver: PQXDH, open first message', setup, 'receiver'),
    ],
    notes: [
      `${contenders.map(({ name, version }) => `${name} ${version}`).join(', ')}; ${ROUNDS} rounds after ${WARM_UP_ROUNDS} discarded ones, contenders in turn within each round; ${CHAIN_MESSAGES} messages, ${PING_PONG_MESSAGES} messages or ${SETUPS} setups a round; median [least-most].`,
      'Sessions live in memory on all sides and messages travel as bytes (Olm: text), so encoding and decoding is measured too, storage is not. Applications that write their session to disk after each message pay for that on top, with any library.',
      'The contenders do not do the same work. libsignal is Rust behind a native module, starts sessions with Kyber-1024 and also runs its post-quantum ratchet with every message. Olm is C in WebAssembly and starts sessions without a KEM and without checking signatures, so its setup is no equal. Seal is JavaScript with WebCrypto, starts with ML-KEM-768 and seals 65-byte key messages with it in practice; here it gets the same 200 bytes.',
    ],
  };
}
