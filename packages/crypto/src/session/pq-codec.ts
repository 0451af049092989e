import {
  KEM_CIPHERTEXT_LENGTH,
  KEM_KEY_LENGTH,
  fixed,
  flag,
  keyCodec,
  malformed,
  struct,
  u32,
  u53,
  u8,
  wipe,
  type Codec,
} from '@seal-chat/protocol';
import { KEM_SEED_LENGTH } from '../kem/kem.ts';
import type { PqChain } from '../ratchet/pq-epoch.ts';
import type { PqExchange, PqState } from '../ratchet/pq-ratchet.ts';

type Step = PqExchange['step'];
type Fields<S extends Step> = Omit<Extract<PqExchange, { readonly step: S }>, 'step'>;

const chain = struct<PqChain>({ epoch: u32, chainKey: keyCodec(32), n: u32 });

/** In the order of their numbers. */
const STEPS: readonly Step[] = ['idle', 'offered', 'answered', 'entered'];
const FIELDS: { readonly [S in Step]: Codec<Fields<S>> } = {
  idle: { write: () => {}, read: () => ({}) },
  offered: struct<Fields<'offered'>>({
    seed: keyCodec(KEM_SEED_LENGTH),
    encapsulationKey: keyCodec(KEM_KEY_LENGTH),
    sent: u32,
  }),
  answered: struct<Fields<'answered'>>({
    ciphertext: fixed(KEM_CIPHERTEXT_LENGTH),
    sent: u32,
    sending: chain,
    receiving: chain,
  }),
  entered: struct<Fields<'entered'>>({ receiving: chain }),
};

const exchange: Codec<PqExchange> = {
  write(out, value) {
    u8.write(out, STEPS.indexOf(value.step));
    (FIELDS[value.step] as unknown as Codec<PqExchange>).write(out, value);
  },
  read(input) {
    const step = STEPS[u8.read(input)];
    if (step === undefined) throw malformed('unknown step of the post-quantum ratchet');
    return { step, ...FIELDS[step].read(input) } as PqExchange;
  },
};

/** Storage form of the state of the post-quantum ratchet. */
export const pqCodec: Codec<PqState> = struct<PqState>({
  isInitiator: flag,
  epochSecret: keyCodec(32),
  sending: chain,
  receiving: chain,
  exchange,
  messages: u32,
  since: u53,
});

/** Overwrites every secret of a decoded state. */
export function wipePqState({ epochSecret, sending, receiving, exchange: at }: PqState): void {
  wipe(epochSecret, sending.chainKey, receiving.chainKey);
  if (at.step === 'offered') wipe(at.seed);
  if (at.step === 'answered') wipe(at.sending.chainKey);
  if (at.step === 'answered' || at.step === 'entered') wipe(at.receiving.chainKey);
}
