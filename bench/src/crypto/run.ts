import { atLeast, atMost, type PartResult } from '../report.ts';
import { createLibsignal } from './libsignal.ts';
import { PLAINTEXT_LENGTH, measureChain, measurePingPong, measureSetup } from './measure.ts';
import { createOlm } from './olm.ts';
import { postQuantumRows } from './post-quantum.ts';
import { ROUNDS, WARM_UP_ROUNDS, race, row, type AnyContender, type Figures } from './race.ts';
import { createSeal } from './seal.ts';

const CHAIN_MESSAGES = 3_000;
const PING_PONG_MESSAGES = 300;
const SETUPS = 60;

/** Double Ratchet and session setup, beside libsignal and Olm. */
export async function runCrypto(): Promise<PartResult> {
  const contenders = [await createSeal(), createLibsignal(), await createOlm()] as unknown as readonly AnyContender[];
  const chain = await race(contenders, (contender) => measureChain(contender, CHAIN_MESSAGES));
  const pingPong = await race(contenders, (contender) => measurePingPong(contender, PING_PONG_MESSAGES));
  const setup = await race(contenders, (contender) => measureSetup(contender, SETUPS));

  const median = (figures: Figures, name: string, key: string): number => figures.get(name)!.get(key)!.median;
  const both = median(chain, 'Seal', 'both');
  const sender = median(setup, 'Seal', 'sender');
  const receiver = median(setup, 'Seal', 'receiver');
  return {
    rows: [
      {
        ...row(`Double Ratchet in a chain, encrypt + decrypt, ${PLAINTEXT_LENGTH} B`, chain, 'both'),
        elsewhere: 'libsignal 229 µs; Olm 56 µs',
        checks: [
          atLeast("4x libsignal's speed", median(chain, 'libsignal', 'both') / both, 4),
          atLeast("0.9x Olm's", median(chain, 'Olm', 'both') / both, 0.9),
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
      {
        ...row('session setup, receiver: PQXDH, open first message', setup, 'receiver'),
        checks: [atMost("<= 3x libsignal's time", receiver / median(setup, 'libsignal', 'receiver'), 3)],
      },
      ...(await postQuantumRows()),
    ],
    notes: [
      `${contenders.map(({ name, version }) => `${name} ${version}`).join(', ')}; ${ROUNDS} rounds after ${WARM_UP_ROUNDS} discarded ones, contenders in turn within each round; ${CHAIN_MESSAGES} messages, ${PING_PONG_MESSAGES} messages or ${SETUPS} setups a round; median [least-most].`,
      'Sessions live in memory on all sides and messages travel as bytes (Olm: text), so encoding and decoding is measured too, storage is not. Applications that write their session to disk after each message pay for that on top, with any library.',
      'The contenders do not do the same work. libsignal is Rust behind a native module, starts sessions with Kyber-1024 and also runs its post-quantum ratchet with every message, as Seal does. Olm is C in WebAssembly and starts sessions without a KEM and without checking signatures, so its setup is no equal. Seal is JavaScript with WebCrypto, starts with ML-KEM-768 and seals 65-byte key messages with it in practice; here it gets the same 200 bytes.',
      'The rows on the post-quantum part have Seal without it as the peer. A conversation is one in which the two write 1 to 5 messages in a row; time is processor time of all threads. ML-KEM is WebCrypto where Node has it (24 and later), else JavaScript, which costs about 1.7 ms an epoch.',
    ],
  };
}
