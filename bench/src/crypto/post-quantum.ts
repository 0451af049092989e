import { webcrypto } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { bufferedRng, openBody, sealBody } from '@seal-chat/crypto';
import { contextFields, newId, type ConversationId, type MessageId } from '@seal-chat/protocol';
import { atMost, digits, show, type Row } from '../report.ts';
import { summarize } from '../stats.ts';
import type { Contender, Side } from './contender.ts';
import { hostilePeerRow } from './hostile-peer.ts';
import { PLAINTEXT_LENGTH, measureChain, type Timings } from './measure.ts';
import { ROUNDS, WARM_UP_ROUNDS, race, row, type AnyContender } from './race.ts';
import { createSeal } from './seal.ts';

const CHAIN_MESSAGES = 3_000;
const TALK_MESSAGES = 600;
const BODIES = 500;
const TEXT_LENGTH = 300;
/** Messages in a row, from either side in turn. */
const BURSTS = [1, 2, 1, 3, 1, 1, 5, 2] as const;

const rng = bufferedRng((bytes) => void webcrypto.getRandomValues(bytes));

/** What the post-quantum ratchet costs, and what sealing a body does. */
export async function postQuantumRows(): Promise<readonly Row[]> {
  const contenders = [await createSeal(), await createSeal(false)] as unknown as readonly AnyContender[];
  const chain = await race(contenders, (contender) => measureChain(contender, CHAIN_MESSAGES));
  const talk = await race(contenders, (contender) => measureTalk(contender, TALK_MESSAGES));
  const of = (name: string, key: string): number => talk.get(name)!.get(key)!.median;
  const more = of('Seal', 'cpu') - of('without', 'cpu');
  const bytes = of('Seal', 'bytes') - of('without', 'bytes');
  const body = await measureBodies();
  const whole = of('without', 'cpu') + body.median;
  return [
    row('post-quantum part: a message in a chain, encrypt + decrypt', chain, 'both'),
    {
      ...row('... a message of a conversation, processor time', talk, 'cpu'),
      checks: [atMost('<= 5 % more', more / of('without', 'cpu'), 0.05)],
    },
    {
      ...row('... the same with its body sealed and opened', talk, 'cpu'),
      ratio: `${digits((100 * more) / whole)} % more`,
      seal: `${digits(whole + more)} µs`,
      peers: `without ${digits(whole)} µs`,
      checks: [atMost('<= 5 % more', more / whole, 0.05)],
    },
    {
      ...row('... bytes more in an envelope, average', talk, 'bytes'),
      ratio: '',
      seal: `${digits(bytes)} B`,
      peers: `without ${digits(of('without', 'bytes'))} B`,
      checks: [atMost('<= 120 B', bytes, 120)],
    },
    {
      what: `box of a body: seal and open a text of ${TEXT_LENGTH} characters`,
      ratio: '',
      seal: show(body, 'µs'),
      peers: '',
      elsewhere: '',
      checks: [],
    },
    await hostilePeerRow(),
  ];
}

/** A conversation: processor time a message, both sides, in µs; length of what is sent, in bytes. */
async function measureTalk<P, S>(contender: Contender<P, S>, count: number): Promise<Timings> {
  const conversation = await contender.converse();
  const plain = contender.plaintext(PLAINTEXT_LENGTH);
  let [bytes, sent, turn] = [0, 0, 0];
  const before = process.cpuUsage();
  while (sent < count) {
    const from = (turn & 1) as Side;
    for (let i = BURSTS[turn % BURSTS.length]!; i > 0; i--, sent++) {
      const sealed = await conversation.encrypt(from, plain);
      bytes += (sealed as Uint8Array).length;
      await conversation.decrypt(from === 0 ? 1 : 0, sealed);
    }
    turn++;
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / sent, bytes: bytes / sent };
}

/** Microseconds to seal a body and open it again. */
async function measureBodies(): Promise<ReturnType<typeof summarize>> {
  const [messageId, conversationId] = [newId<MessageId>(rng(16)), newId<ConversationId>(rng(16))];
  const content = { kind: 'text', text: 'x'.repeat(TEXT_LENGTH) } as const;
  const context = contextFields({ transcript: { seq: 1, hash: rng(32) }, previousCounter: 0 }, 1);
  const body = { messageId, conversationId, sentAt: 0, counter: 1, content, context };
  const rounds: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const startedAt = performance.now();
    for (let i = 0; i < BODIES; i++) {
      const { sealed, keyMessage } = sealBody(body, rng);
      openBody({ sealed, keyMessage, expected: { messageId, conversationId } });
    }
    if (round >= 0) rounds.push(((performance.now() - startedAt) * 1_000) / BODIES);
  }
  return summarize(rounds);
}
