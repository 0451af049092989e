import {
  RATCHET_LIMITS,
  decodeEnvelope,
  encodeEnvelope,
  encodeEnvelopeHeader,
  fromHex,
  toHex,
  type Bytes,
  type PqHeader,
  type RatchetHeader,
  asKey,
} from '@seal-chat/protocol';
import { describe, expect, it, vi } from 'vitest';
import { curves } from '../../test/accounts.ts';
import { changedBytes } from '../../test/deep-freeze.ts';
import { AD, NOW, ratchetPair, ratchetReceive, ratchetSend } from '../../test/ratchet.ts';
import { codeOf } from '../../test/seal-error.ts';
import { rememberSecrets } from '../../test/secrets.ts';
import { nobleKem } from '../kem/noble.ts';
import { ratchetDecrypt, type RatchetState } from './double-ratchet.ts';
import type { ReceiverChain } from './receiver-chain.ts';

const { maxSkipPerMessage, maxSkippedKeys, skippedKeyLifetimeMs, maxReceivingChains, maxMessageNumber } =
  RATCHET_LIMITS;

/** The same message under another header: what an attacker on the way can do. */
function withHeader(bytes: Bytes, change: Partial<RatchetHeader>, pqChange: Partial<PqHeader> = {}): Bytes {
  const { header, ...rest } = decodeEnvelope(bytes);
  const [ratchet, pq] = [
    { ...header.ratchet, ...change },
    { ...header.pq!, ...pqChange },
  ];
  return encodeEnvelope({ ...rest, headerBytes: encodeEnvelopeHeader({ ...header, ratchet, pq }) });
}

const skippedIn = (state: { readonly receiving: readonly ReceiverChain[] }) =>
  state.receiving.reduce((sum, chain) => sum + chain.skipped.length, 0);

describe('Double Ratchet', () => {
  it('opens messages in any order, across ratchet steps, each once', async () => {
    const { alice, bob } = await ratchetPair();
    const first = ['a0', 'a1', 'a2', 'a3'].map((text) => ratchetSend(alice, text));
    expect(await ratchetReceive(bob, first[2]!)).toBe('a2');
    const answer = ratchetSend(bob, 'b0');
    expect(await ratchetReceive(alice, answer)).toBe('b0');
    const second = ['a4', 'a5'].map((text) => ratchetSend(alice, text));
    expect(await ratchetReceive(bob, second[1]!)).toBe('a5');
    for (const [bytes, text] of [
      [first[3]!, 'a3'],
      [second[0]!, 'a4'],
      [first[0]!, 'a0'],
      [first[1]!, 'a1'],
    ] as const)
      expect(await ratchetReceive(bob, bytes)).toBe(text);
    for (const bytes of [...first, ...second])
      expect(await codeOf(() => ratchetReceive(bob, bytes))).toBe('DUPLICATE_MESSAGE');
    expect(skippedIn(bob.state)).toBe(0);
    expect(changedBytes()).toBe(0);
  });

  it('uses a new message key, nonce and commitment for each message, and a new ratchet key for each turn', async () => {
    const { alice, bob } = await ratchetPair();
    const texts = ['same', 'same', 'same'];
    const sent = texts.map((text) => decodeEnvelope(ratchetSend(alice, text)));
    for (const part of ['commitment', 'nonce', 'ciphertext'] as const)
      expect(new Set(sent.map((envelope) => toHex(envelope[part]))).size).toBe(3);

    const keys = new Set<string>([toHex(sent[0]!.header.ratchet.dhKey)]);
    let [from, to] = [alice, bob];
    for (let turn = 1; turn < 6; turn++) {
      await ratchetReceive(to, ratchetSend(from, 'turn'));
      [from, to] = [to as typeof alice, from];
      keys.add(toHex(decodeEnvelope(ratchetSend(from, 'x')).header.ratchet.dhKey));
      expect(keys.size).toBe(turn + 1);
    }
  });

  it('heals: a thief of a state can read on until the next turn and no longer', async () => {
    const { alice, bob } = await ratchetPair();
    await ratchetReceive(bob, ratchetSend(alice, 'hello'));
    const stolen = { state: bob.state as RatchetState, rng: bob.rng };
    expect(await ratchetReceive({ ...stolen }, ratchetSend(alice, 'seen'))).toBe('seen');
    await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    const healed = ratchetSend(alice, 'unseen');
    // The thief could step with the private key it copied; what heals is the key made after the theft.
    await ratchetReceive(bob, healed);
    await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    const after = ratchetSend(alice, 'unseen');
    expect(await codeOf(() => ratchetReceive({ ...stolen }, after))).toBe('UNDECRYPTABLE');
    expect(await ratchetReceive(bob, after)).toBe('unseen');
  });

  it('keeps no key that opens what was read: a copied state opens nothing sent before', async () => {
    const { alice, bob } = await ratchetPair();
    const old = [ratchetSend(alice, 'one'), ratchetSend(alice, 'two')];
    for (const bytes of old) await ratchetReceive(bob, bytes);
    for (const bytes of old) expect(await codeOf(() => ratchetReceive({ ...bob }, bytes))).toBe('DUPLICATE_MESSAGE');
    const { receiving } = bob.state as RatchetState;
    expect(receiving.map(({ n, skipped }) => [n, skipped.length])).toEqual([[2, 0]]);
  });

  it('gives nothing away when a state is used twice: the nonce is random', async () => {
    const { alice } = await ratchetPair();
    const before = alice.state;
    const one = decodeEnvelope(ratchetSend(alice, 'attack at dawn'));
    alice.state = before;
    const two = decodeEnvelope(ratchetSend(alice, 'attack at dusk'));
    expect(two.headerBytes).toEqual(one.headerBytes);
    expect(two.commitment).toEqual(one.commitment); // the same key
    expect(two.nonce).not.toEqual(one.nonce);
    const difference = one.ciphertext.slice(16).map((byte, i) => byte ^ two.ciphertext[16 + i]!);
    expect(toHex(difference.slice(0, 11))).not.toBe('00'.repeat(11));
  });

  it('jumps as far as the limit and no farther, in a chain and at its end', async () => {
    const { alice, bob } = await ratchetPair();
    await ratchetReceive(bob, ratchetSend(alice, 'first'));
    for (let n = 1; n <= maxSkipPerMessage; n++) ratchetSend(alice, 'lost');
    const [reachable, tooFar] = [ratchetSend(alice, 'reachable'), ratchetSend(alice, 'too far')];
    const { state } = bob;
    expect(await codeOf(() => ratchetReceive(bob, tooFar))).toBe('TOO_FAR_AHEAD');
    expect(bob.state).toBe(state);

    await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    const nextChain = ratchetSend(alice, 'next chain'); // pn is two over what a jump may cover
    const rawDh = vi.spyOn(curves, 'rawDh');
    expect(await codeOf(() => ratchetReceive(bob, nextChain))).toBe('TOO_FAR_AHEAD');
    expect(rawDh).not.toHaveBeenCalled();
    rawDh.mockRestore();
    expect(await ratchetReceive(bob, reachable)).toBe('reachable');
    expect(await ratchetReceive(bob, nextChain)).toBe('next chain');
    expect(await ratchetReceive(bob, tooFar)).toBe('too far');
  });

  it('keeps a bounded number of skipped keys, the newest, and says of the others that they are gone', async () => {
    const { alice, bob } = await ratchetPair();
    const lost = Array.from({ length: maxSkipPerMessage }, (_, i) => ratchetSend(alice, `${i}`));
    await ratchetReceive(bob, ratchetSend(alice, 'last'));
    expect(skippedIn(bob.state)).toBe(maxSkippedKeys);
    const oldestKept = maxSkipPerMessage - maxSkippedKeys;
    expect(await codeOf(() => ratchetReceive(bob, lost[0]!))).toBe('UNDECRYPTABLE');
    expect(await codeOf(() => ratchetReceive(bob, lost[oldestKept - 1]!))).toBe('UNDECRYPTABLE');
    expect(await ratchetReceive(bob, lost[oldestKept]!)).toBe(`${oldestKept}`);
    expect(await codeOf(() => ratchetReceive(bob, lost[oldestKept]!))).toBe('DUPLICATE_MESSAGE');

    // A second gap pushes the oldest keys out; the newest gap is kept whole.
    const more = Array.from({ length: 10 }, (_, i) => ratchetSend(alice, `more ${i}`));
    await ratchetReceive(bob, ratchetSend(alice, 'last again'));
    expect(skippedIn(bob.state)).toBe(maxSkippedKeys);
    expect(await codeOf(() => ratchetReceive(bob, lost[oldestKept + 1]!))).toBe('UNDECRYPTABLE');
    expect(await ratchetReceive(bob, more[0]!)).toBe('more 0');
  });

  it('bounds the keys of all chains together, at the cost of the oldest chain', async () => {
    const { alice, bob } = await ratchetPair();
    const gap = (count: number) => Array.from({ length: count }, (_, i) => ratchetSend(alice, `${i}`));
    await ratchetReceive(bob, ratchetSend(alice, 'first'));
    // One more than are kept is missing at the end of this chain.
    const old = gap(maxSkippedKeys + 1);
    await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    const young = gap(5);
    await ratchetReceive(bob, ratchetSend(alice, 'reached'));
    expect(skippedIn(bob.state)).toBe(maxSkippedKeys);
    expect(await codeOf(() => ratchetReceive(bob, old[5]!))).toBe('UNDECRYPTABLE');
    expect(await ratchetReceive(bob, old[6]!)).toBe('6');
    expect(await ratchetReceive(bob, young[0]!)).toBe('0');
  });

  it('forgets skipped keys by age', async () => {
    const { alice, bob } = await ratchetPair();
    const [old, young] = [ratchetSend(alice, 'old'), ratchetSend(alice, 'young')];
    await ratchetReceive(bob, ratchetSend(alice, 'x'), NOW);
    await ratchetReceive(bob, ratchetSend(alice, 'y'), NOW + skippedKeyLifetimeMs);
    expect(await ratchetReceive({ ...bob }, young, NOW + skippedKeyLifetimeMs)).toBe('young');
    await ratchetReceive(bob, ratchetSend(alice, 'z'), NOW + skippedKeyLifetimeMs + 1);
    expect(skippedIn(bob.state)).toBe(0);
    expect(await codeOf(() => ratchetReceive(bob, old))).toBe('UNDECRYPTABLE');
  });

  it('ends a chain where its sender said it ended, and forgets its key', async () => {
    const { alice, bob } = await ratchetPair();
    const missing = ratchetSend(alice, '0');
    await ratchetReceive(bob, ratchetSend(alice, '1'));
    ratchetSend(alice, '2');
    const end = alice.state;
    await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    await ratchetReceive(bob, ratchetSend(alice, 'next chain'));
    const [, ended] = (bob.state as RatchetState).receiving;
    expect(ended).toMatchObject({ chainKey: null, n: 3 });
    expect(ended!.skipped.map(({ n }) => n)).toEqual([0, 2]);
    expect(await ratchetReceive(bob, missing)).toBe('0');

    alice.state = end; // a thief of that state can add nothing to the chain
    expect(await codeOf(() => ratchetReceive(bob, ratchetSend(alice, '3')))).toBe('UNDECRYPTABLE');
  });

  it('keeps the newest receiving chains', async () => {
    const { alice, bob } = await ratchetPair();
    const late: Bytes[] = [];
    for (let turn = 0; turn < maxReceivingChains + 1; turn++) {
      late.push(ratchetSend(alice, `late ${turn}`));
      await ratchetReceive(bob, ratchetSend(alice, 'in time'));
      await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    }
    expect((bob.state as RatchetState).receiving).toHaveLength(maxReceivingChains);
    expect(await codeOf(() => ratchetReceive(bob, late[0]!))).toBe('UNDECRYPTABLE');
    expect(await ratchetReceive(bob, late[1]!)).toBe('late 1');
  });

  it('refuses message numbers near the end of 32 bits without work, and sends none', async () => {
    const { alice, bob } = await ratchetPair();
    const bytes = ratchetSend(alice, 'x');
    const rawDh = vi.spyOn(curves, 'rawDh');
    const beyond = maxMessageNumber + 1;
    for (const change of [{ n: beyond }, { pn: beyond }, { n: 2 ** 32 - 1 }])
      expect(await codeOf(() => ratchetReceive(bob, withHeader(bytes, change)))).toBe('MALFORMED');
    for (const change of [{ n: beyond }, { epoch: beyond }])
      expect(await codeOf(() => ratchetReceive(bob, withHeader(bytes, {}, change)))).toBe('MALFORMED');
    expect(rawDh).not.toHaveBeenCalled();
    rawDh.mockRestore();
    // A chain that was used up has this many messages, and another may follow it.
    expect(await codeOf(() => ratchetReceive(bob, withHeader(bytes, { pn: maxMessageNumber })))).toBe('UNDECRYPTABLE');
    alice.state = { ...alice.state, sending: { ...alice.state.sending, n: maxMessageNumber } };
    expect(await codeOf(() => ratchetSend(alice, 'x'))).toBe('NO_SESSION');
  });

  it('refuses a ratchet key of small order or another encoding', async () => {
    const { alice, bob } = await ratchetPair();
    const bytes = ratchetSend(alice, 'x');
    for (const key of [
      '00'.repeat(32),
      '01' + '00'.repeat(31),
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      'ed' + 'ff'.repeat(30) + '7f',
    ]) {
      const forged = withHeader(bytes, { dhKey: asKey(fromHex(key)) });
      expect(await codeOf(() => ratchetReceive(bob, forged))).toBe('LOW_ORDER_KEY');
    }
    expect(await ratchetReceive(bob, bytes)).toBe('x');
  });

  it('makes no key and no step for a message that does not authenticate', async () => {
    const { alice, bob } = await ratchetPair();
    await ratchetReceive(bob, ratchetSend(alice, 'x'));
    await ratchetReceive(alice, ratchetSend(bob, 'turn'));
    const bytes = ratchetSend(alice, 'y');
    const newDhKeyPair = vi.spyOn(curves, 'newDhKeyPair');
    const { state } = bob;
    for (const change of [{ n: 1 }, { pn: 3 }, { dhKey: (await ratchetPair()).alice.state.ownKeys.publicKey }]) {
      newDhKeyPair.mockClear();
      expect(await codeOf(() => ratchetReceive(bob, withHeader(bytes, change)))).toBe('UNDECRYPTABLE');
      expect(newDhKeyPair).not.toHaveBeenCalled();
    }
    expect(bob.state).toBe(state);
    newDhKeyPair.mockRestore();
    expect(await ratchetReceive(bob, bytes)).toBe('y');
  });

  it('overwrites Diffie-Hellman outputs and what only led to the new state', async () => {
    const { alice, bob } = await ratchetPair();
    const { curves: spying, seen } = rememberSecrets(curves);
    const { state, rng } = bob;
    const envelope = decodeEnvelope(ratchetSend(alice, 'x'));
    const kem = nobleKem(rng);
    const params = { curves: spying, kem, rng, state, envelope, associatedData: AD, now: NOW, localNow: NOW };
    const received = await ratchetDecrypt(params);
    const outputs = seen.filter((secret) => secret !== received.state.ownKeys.privateKey);
    expect(seen).toHaveLength(3);
    expect(outputs).toHaveLength(2);
    expect(outputs.filter((secret) => secret.some((byte) => byte !== 0))).toEqual([]);
  });

  it('opens under no other associated data, and for no other receiver', async () => {
    const { alice, bob } = await ratchetPair();
    const envelope = decodeEnvelope(ratchetSend(alice, 'x'));
    const { state, rng } = bob;
    const associatedData = AD.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    const params = { curves, kem: nobleKem(rng), rng, state, envelope, now: NOW, localNow: NOW };
    expect(await codeOf(() => ratchetDecrypt({ ...params, associatedData }))).toBe('UNDECRYPTABLE');
    expect(await codeOf(() => ratchetDecrypt({ ...params, associatedData: AD, state: alice.state }))).toBe(
      'UNDECRYPTABLE',
    );
    await ratchetDecrypt({ ...params, associatedData: AD });
  });
});
