import { RATCHET_LIMITS, decodeEnvelope, isSealError, type Bytes, type PqHeader } from '@seal-chat/protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { curves } from '../../test/accounts.ts';
import { changedBytes } from '../../test/deep-freeze.ts';
import {
  AD,
  NOW,
  ratchetOffer,
  ratchetPair,
  ratchetReceive,
  ratchetSend,
  type RatchetEnd,
} from '../../test/ratchet.ts';
import { runs } from '../../test/runs.ts';
import { codeOf } from '../../test/seal-error.ts';
import { nobleKem } from '../kem/noble.ts';
import { ratchetDecrypt, type RatchetState, type ResponderState } from './double-ratchet.ts';
import type { PqState } from './pq-ratchet.ts';

const { pqEpochMessages, pqEpochMs, pqKeyCopies, pqCiphertextCopies, pqRepeatEvery } = RATCHET_LIMITS;

type End = RatchetEnd<RatchetState | ResponderState>;

const pqOf = (end: End): PqState => end.state.pq!;
const headerOf = (bytes: Bytes): PqHeader => decodeEnvelope(bytes).header.pq!;
const carries = (bytes: Bytes): string | null => headerOf(bytes).message?.kind ?? null;

/** Offers an epoch where one is due, and sends. */
async function say(end: End, text: string, localNow: number = NOW): Promise<Bytes> {
  await ratchetOffer(end, localNow);
  return ratchetSend(end, text);
}

/** A pair of which each has heard the other. */
async function connected(): Promise<{ alice: End; bob: End }> {
  const { alice, bob } = await ratchetPair();
  await ratchetReceive(bob, ratchetSend(alice, 'hello'));
  await ratchetReceive(alice, ratchetSend(bob, 'hello'));
  return { alice, bob };
}

/** A message each way, in turn. */
async function exchange(alice: End, bob: End, times: number): Promise<Bytes[]> {
  const sent: Bytes[] = [];
  for (let i = 0; i < times; i++) {
    const [from, to] = i % 2 === 0 ? [alice, bob] : [bob, alice];
    sent.push(await say(from, `${i}`));
    await ratchetReceive(to, sent.at(-1)!);
  }
  return sent;
}

/** From one epoch into the next: the offer, the answer, and the first message of the new one. */
async function change(alice: End, bob: End): Promise<void> {
  const day = Math.max(pqOf(alice).since, pqOf(bob).since) + pqEpochMs;
  await ratchetReceive(bob, await say(alice, 'offer', day), day);
  await ratchetReceive(alice, ratchetSend(bob, 'answer'), day);
  await ratchetReceive(bob, ratchetSend(alice, 'entered'), day);
  await ratchetReceive(alice, ratchetSend(bob, 'both'), day);
}

describe('a new epoch', () => {
  it('begins after 50 messages: one offers, the other answers, and both go on in it', async () => {
    const { alice, bob } = await connected();
    const sent = await exchange(alice, bob, 3 * pqEpochMessages);
    const carried = sent.map(carries);
    const at = carried.indexOf('encapsulationKey');
    expect(at + 2).toBe(pqEpochMessages); // the two greetings count
    expect(carried.slice(at, at + 4)).toEqual(['encapsulationKey', 'ciphertext', null, null]);
    expect(sent.slice(at, at + 4).map((bytes) => headerOf(bytes).epoch)).toEqual([0, 0, 1, 1]);
    expect(sent.slice(at + 2, at + 4).map((bytes) => headerOf(bytes).n)).toEqual([0, 0]);
    expect([pqOf(alice), pqOf(bob)].map(({ sending, receiving }) => [sending.epoch, receiving.epoch])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(changedBytes()).toBe(0);
  });

  it("begins after a day of this device's clock, also of one that was set back", async () => {
    for (const localNow of [NOW + pqEpochMs, NOW - pqEpochMs]) {
      const { alice } = await connected();
      expect(carries(await say(alice, 'x', NOW + pqEpochMs - 1))).toBeNull();
      expect(carries(await say(alice, 'x', localNow))).toBe('encapsulationKey');
    }
  });

  it('comes nearer with each message that is sent or opened, also with one that is late', async () => {
    const { alice, bob } = await connected();
    const [late, next] = [ratchetSend(alice, 'late'), ratchetSend(alice, 'next')];
    const counts = [pqOf(bob).messages];
    for (const bytes of [next, late]) {
      await ratchetReceive(bob, bytes);
      counts.push(pqOf(bob).messages);
    }
    ratchetSend(bob, 'x');
    expect([...counts, pqOf(bob).messages]).toEqual([2, 3, 4, 5]);
  });

  it('is offered with the first messages and then now and then, and answered likewise', async () => {
    const { alice, bob } = await connected();
    const offers = [await say(alice, 'x', NOW + pqEpochMs)];
    for (let i = 1; i < 40; i++) offers.push(ratchetSend(alice, 'x'));
    const with_ = (sent: readonly Bytes[]) => sent.flatMap((bytes, i) => (carries(bytes) === null ? [] : [i]));
    expect(with_(offers)).toEqual([0, 1, 2, 32]);
    expect([pqKeyCopies, pqRepeatEvery]).toEqual([3, 32]);
    // The copies before were lost, and one is enough.
    await ratchetReceive(bob, offers[32]!);
    const answers = Array.from({ length: 40 }, () => ratchetSend(bob, 'x'));
    expect(with_(answers)).toEqual([0, 1, 32]);
    expect(pqCiphertextCopies).toBe(2);
    await ratchetReceive(alice, answers[32]!);
    expect(headerOf(ratchetSend(alice, 'x')).epoch).toBe(1);
    // What is late is of the old epoch, and opens.
    await ratchetReceive(bob, ratchetSend(alice, 'x'));
    for (const late of [offers[0]!, offers[39]!]) expect(await ratchetReceive(bob, late)).toBe('x');
    for (const late of [answers[0]!, answers[39]!]) expect(await ratchetReceive(alice, late)).toBe('x');
    expect(headerOf(ratchetSend(bob, 'x')).epoch).toBe(1);
  });

  it('of two that are offered at once is the one of the side that began the session', async () => {
    const { alice, bob } = await connected();
    const day = NOW + pqEpochMs;
    const [fromAlice, fromBob] = [await say(alice, 'a', day), await say(bob, 'b', day)];
    expect([fromAlice, fromBob].map(carries)).toEqual(['encapsulationKey', 'encapsulationKey']);
    await ratchetReceive(bob, fromAlice, day);
    await ratchetReceive(alice, fromBob, day);
    expect([alice, bob].map((end) => pqOf(end).exchange.step)).toEqual(['offered', 'answered']);
    await ratchetReceive(alice, ratchetSend(bob, 'answer'), day);
    await ratchetReceive(bob, ratchetSend(alice, 'first'), day);
    await ratchetReceive(alice, ratchetSend(bob, 'second'), day);
    expect([alice, bob].map((end) => pqOf(end).sending.epoch)).toEqual([1, 1]);
    expect(pqOf(alice).epochSecret).toEqual(pqOf(bob).epochSecret);
  });

  it('is offered by neither side while one is under way', async () => {
    const { alice, bob } = await connected();
    const day = NOW + pqEpochMs;
    await ratchetReceive(bob, await say(alice, 'offer', day), day);
    expect(carries(await say(bob, 'answer', day + pqEpochMs))).toBe('ciphertext');
    await ratchetReceive(alice, ratchetSend(bob, 'answer'), day);
    expect(carries(await say(alice, 'entered', day + 2 * pqEpochMs))).toBeNull();
  });
});

describe('a message', () => {
  it('that does not authenticate moves no chain and reaches no KEM', async () => {
    const { alice, bob } = await connected();
    const bytes = await say(alice, 'offer', NOW + pqEpochMs);
    bytes[bytes.length - 1]! ^= 1;
    const kem = nobleKem(bob.rng);
    const encapsulate = vi.spyOn(kem, 'encapsulate');
    const { state, rng } = bob;
    const params = { curves, kem, rng, state, envelope: decodeEnvelope(bytes), associatedData: AD, now: NOW };
    expect(await codeOf(() => ratchetDecrypt({ ...params, localNow: NOW }))).toBe('UNDECRYPTABLE');
    expect(encapsulate).not.toHaveBeenCalled();
    expect(changedBytes()).toBe(0);
  });

  it('with an offer that is no key is refused, and costs none of the keys of others', async () => {
    const { alice, bob } = await connected();
    await ratchetOffer(alice, NOW + pqEpochMs);
    const { pq } = alice.state as RatchetState;
    const noKey = new Uint8Array(1184).fill(0xff);
    alice.state = {
      ...(alice.state as RatchetState),
      pq: { ...pq!, exchange: { ...pq!.exchange, encapsulationKey: noKey } as never },
    };
    const { state } = bob;
    expect(await codeOf(() => ratchetReceive(bob, ratchetSend(alice, 'x')))).toBe('MALFORMED');
    expect(bob.state).toBe(state);
  });

  it('of a session with the post-quantum ratchet opens in no session without it, nor the other way round', async () => {
    const [withPq, without] = [await ratchetPair(), await ratchetPair(false)];
    expect(decodeEnvelope(ratchetSend(without.alice, 'x')).header.pq).toBeNull();
    expect(await codeOf(() => ratchetReceive(without.bob, ratchetSend(withPq.alice, 'x')))).toBe('UNDECRYPTABLE');
    expect(await codeOf(() => ratchetReceive(withPq.bob, ratchetSend(without.alice, 'x')))).toBe('UNDECRYPTABLE');
    expect(await ratchetReceive(without.bob, ratchetSend(without.alice, 'x'))).toBe('x');
  });
});

describe('a thief who has a whole state, and can undo every Diffie-Hellman of the future', () => {
  /** Bob as this thief knows him: the Double Ratchet as it is now, the post-quantum ratchet as it was. */
  const thiefOf = (bob: End, stolen: PqState): End => ({
    ...bob,
    state: { ...(bob.state as RatchetState), pq: stolen },
  });

  /** Whether the thief, who follows every message, reads the next one. */
  async function isRead(alice: End, bob: End, thief: { pq: PqState }): Promise<boolean> {
    const bytes = await say(alice, 'x');
    const reader = thiefOf(bob, thief.pq);
    const outcome = await ratchetReceive(reader, bytes).catch((error: unknown) => {
      if (!isSealError(error)) throw error;
      return null;
    });
    if (outcome !== null) thief.pq = pqOf(reader);
    await ratchetReceive(bob, bytes);
    await ratchetReceive(alice, await say(bob, 'turn'));
    return outcome !== null;
  }

  it('reads on until the next epoch and nothing of it', async () => {
    const { alice, bob } = await connected();
    const thief = { pq: pqOf(bob) };
    const read: boolean[] = [];
    for (let i = 0; i < pqEpochMessages; i++) read.push(await isRead(alice, bob, thief));
    const healed = read.indexOf(false);
    expect(2 * healed).toBeLessThanOrEqual(pqEpochMessages + 2);
    expect(read.slice(healed)).not.toContain(true);
  });

  it('reads nothing that was sent before in the same epoch, though it had an older Double Ratchet', async () => {
    const { alice, bob } = await connected();
    const before = bob.state as RatchetState;
    const bytes = ratchetSend(alice, 'x');
    await ratchetReceive(bob, bytes);
    expect(await codeOf(() => ratchetReceive({ ...bob, state: { ...before, pq: pqOf(bob) } }, bytes))).toBe(
      'UNDECRYPTABLE',
    );
    expect(await ratchetReceive({ ...bob, state: before }, bytes)).toBe('x');
  });

  it('reads no epoch but the one under way when the state was stolen between offer and answer', async () => {
    const { alice, bob } = await connected();
    const day = NOW + pqEpochMs;
    await ratchetReceive(bob, await say(alice, 'offer', day), day);
    const stolen = pqOf(bob); // it has the answered epoch
    await ratchetReceive(alice, ratchetSend(bob, 'answer'), day);
    const first = ratchetSend(alice, 'x');
    expect(await ratchetReceive(thiefOf(bob, stolen), first)).toBe('x');
    await ratchetReceive(bob, first, day);
    const known = pqOf(bob);
    await ratchetReceive(alice, ratchetSend(bob, 'turn'), day);
    await change(alice, bob);
    expect(await codeOf(() => ratchetReceive(thiefOf(bob, known), ratchetSend(alice, 'x')))).toBe('UNDECRYPTABLE');
  });
});

describe('what it costs', () => {
  /** Bytes a message more than without the post-quantum ratchet, when each side sends `burst` messages in a row. */
  async function cost(burst: number, count: number): Promise<number> {
    const { alice, bob } = await connected();
    let more = 0;
    for (let sent = 0; sent < count; sent += burst) {
      const [from, to] = (sent / burst) % 2 === 0 ? [alice, bob] : [bob, alice];
      for (let i = 0; i < burst; i++) {
        const bytes = await say(from, 'x');
        more += decodeEnvelope(bytes).headerBytes.length - 50;
        await ratchetReceive(to, bytes);
      }
    }
    return more / count;
  }

  it.each([1, 2, 3, 4, 10, 17, 25, 33, 60])(
    'at most 120 bytes a message when each side sends %i in a row',
    async (burst) => {
      expect(await cost(burst, Math.ceil(1_200 / burst / 2) * 2 * burst)).toBeLessThanOrEqual(120);
    },
  );

  it('at most 120 bytes a message when nobody answers', async () => {
    const { alice } = await connected();
    let more = 0;
    for (let i = 0; i < 1_000; i++) more += decodeEnvelope(await say(alice, 'x')).headerBytes.length - 50;
    expect(more / 1_000).toBeLessThanOrEqual(120);
  });
});

describe('under a network that loses, repeats and reorders', () => {
  const step = fc.record({
    side: fc.constantFrom(0 as const, 1 as const),
    do: fc.constantFrom('send', 'send', 'send', 'deliver', 'deliver', 'deliver', 'repeat', 'drop', 'day'),
    pick: fc.nat(9),
  });

  it('every message opens once, and the epochs go on', async () => {
    const times = runs(60);
    let epochs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 160, size: 'max' }), async (steps) => {
        const { alice, bob } = await connected();
        const ends = [alice, bob] as const;
        const onTheWay: [Bytes[], Bytes[]] = [[], []];
        const opened = new Set<Bytes>();
        let day = NOW;
        const deliver = async (side: 0 | 1, at: number, keep: boolean) => {
          const bytes = onTheWay[side][at];
          if (bytes === undefined) return;
          if (!keep) onTheWay[side].splice(at, 1);
          const to = ends[side === 0 ? 1 : 0];
          const outcome = await ratchetReceive(to, bytes, NOW, day).catch((error: unknown) => {
            if (!isSealError(error)) throw error;
            return error.code;
          });
          // Five turns may pass one by, which is the Double Ratchet's limit and is tested there.
          if (opened.has(bytes)) expect(['DUPLICATE_MESSAGE', 'UNDECRYPTABLE']).toContain(outcome);
          else if (outcome === 'x') opened.add(bytes);
          else expect(turnsSince(to, bytes)).toBeGreaterThanOrEqual(RATCHET_LIMITS.maxReceivingChains);
        };
        for (const { side, do: what, pick } of steps) {
          const queue = onTheWay[side];
          const at = queue.length === 0 ? 0 : pick % queue.length;
          if (what === 'send') queue.push(await say(ends[side], 'x', day));
          else if (what === 'drop') queue.splice(at, 1);
          else if (what === 'day') day += pqEpochMs;
          else await deliver(side, at, what === 'repeat');
        }
        for (const side of [0, 1] as const) while (onTheWay[side].length > 0) await deliver(side, 0, false);
        epochs += pqOf(alice).receiving.epoch;
        // The copies of an offer and of its answer that come next, if all before were lost; then one more epoch.
        const enough = 2 * (2 * pqRepeatEvery + 6);
        for (let turn = 0; turn < enough; turn++) {
          const side = (turn % 2) as 0 | 1;
          onTheWay[side].push(await say(ends[side], 'x', day));
          await deliver(side, 0, false);
          if (turn > 6 && ends.every((end) => pqOf(end).exchange.step === 'idle')) break;
        }
        expect(pqOf(alice).epochSecret).toEqual(pqOf(bob).epochSecret);
        expect(ends.map((end) => pqOf(end).exchange.step)).toEqual(['idle', 'idle']);
        expect(changedBytes()).toBe(0);
      }),
      times,
    );
    expect(epochs).toBeGreaterThan(times.numRuns / 2);
  });

  /** How many newer chains of the sender the receiver has seen: one it does not know is older than all it keeps. */
  function turnsSince(end: End, bytes: Bytes): number {
    const { dhKey } = decodeEnvelope(bytes).header.ratchet;
    const { receiving } = end.state;
    const at = receiving.findIndex(({ ratchetKey }) => ratchetKey.every((byte, i) => byte === dhKey[i]));
    return at === -1 ? receiving.length : at;
  }
});
