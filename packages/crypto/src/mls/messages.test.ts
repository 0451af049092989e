import { CHANNEL_LIMITS, utf8 } from '@seal-chat/protocol';
import { leafWidth } from 'ts-mls/treemath.js';
import { describe, expect, it } from 'vitest';
import { TestChannel, groupName, memberOf, type TestDevice } from '../../test/mls.ts';
import { codeOf } from '../../test/seal-error.ts';
import { decodeEpoch } from './epoch.ts';
import { decryptMessage, encryptMessage } from './index.ts';
import { protect } from './private-message.ts';
import { curvesFor, messageCrypto } from './provider/provider.ts';
import { decodeRatchets } from './ratchets.ts';
import { MAX_SKIPPED, ratchetOf, takeNext } from './secret-tree.ts';
import { signedBytes } from './signed-content.ts';

async function three() {
  const channel = await TestChannel.create('ann 1');
  const [bob, cid] = await channel.with('bob 1', 'cid 1');
  return { channel, ann: channel.devices[0]!, bob: bob!, cid: cid! };
}

describe('a message', () => {
  it('carries its authenticated data in the clear and covers it', async () => {
    const { ann, bob } = await three();
    const message = await ann.say('text');
    const opened = await decryptMessage(bob.deps, { ...bob.context, message, from: ann.identity });
    expect(new TextDecoder().decode(opened.authenticatedData)).toBe('about it');
    const at = new TextDecoder('latin1').decode(message).indexOf('about it');
    const changed = message.slice();
    changed[at]! ^= 1;
    expect(await codeOf(() => bob.hear(changed, ann))).toBe('UNDECRYPTABLE');
  });

  it('is 247 bytes for a key message and the id of a message', async () => {
    const { ann } = await three();
    const { message } = await encryptMessage(ann.deps, {
      ...ann.context,
      plaintext: new Uint8Array(65),
      authenticatedData: new Uint8Array(16),
    });
    expect(message).toHaveLength(247);
  });

  it('cannot be larger than an envelope', async () => {
    const { ann } = await three();
    expect(await codeOf(() => ann.say('a'.repeat(CHANNEL_LIMITS.envelope)))).toBe('TOO_LARGE');
  });

  it('opens once', async () => {
    const { ann, bob } = await three();
    const message = await ann.say('once');
    await bob.hear(message, ann);
    expect(await codeOf(() => bob.hear(message, ann))).toBe('REPLAYED');
  });

  it('opens after later ones, and once, too', async () => {
    const { ann, bob } = await three();
    const messages = [await ann.say('0'), await ann.say('1'), await ann.say('2'), await ann.say('3')];
    for (const i of [3, 1, 0, 2]) expect(await bob.hear(messages[i]!, ann)).toBe(String(i));
    for (const message of messages) expect(await codeOf(() => bob.hear(message, ann))).toBe('REPLAYED');
  });

  it('is not opened by its own sender', async () => {
    const { ann } = await three();
    const { state } = ann;
    const message = await ann.say('mine');
    expect(await codeOf(() => ann.hear(message, ann))).toBe('UNDECRYPTABLE');
    ann.state = state; // not even where the key is still there
    expect(await codeOf(() => ann.hear(message, ann))).toBe('UNDECRYPTABLE');
  });

  it('of whom the server says it is not from is refused, and opens when it tells the truth', async () => {
    const { ann, bob, cid } = await three();
    const message = await ann.say('by ann');
    expect(await codeOf(() => bob.hear(message, cid))).toBe('UNDECRYPTABLE');
    const from = { ...memberOf(ann.identity), userId: cid.identity.userId };
    expect(await codeOf(() => decryptMessage(bob.deps, { ...bob.context, message, from }))).toBe('UNDECRYPTABLE');
    expect(await bob.hear(message, ann)).toBe('by ann');
  });

  it('by a member in the name of another is refused', async () => {
    const { ann, bob, cid } = await three();
    const forged = await inTheNameOf(ann, cid);
    expect(await codeOf(() => bob.hear(forged, ann))).toBe('UNDECRYPTABLE');
  });

  it('of another epoch or another group is refused before it is decrypted', async () => {
    const { channel, ann, bob } = await three();
    const early = await ann.say('early');
    const commit = await ann.commit([]);
    await bob.process(commit.commit, ann);
    expect(await codeOf(() => bob.hear(early, ann))).toBe('EPOCH_STALE');
    const other = await TestChannel.create('ann 1', channel.suite, groupName('elsewhere'));
    expect(await codeOf(async () => bob.hear(await other.devices[0]!.say('elsewhere'), ann))).toBe('UNDECRYPTABLE');
    const again = await TestChannel.create('ann 1', channel.suite, groupName('channel', 1));
    expect(await codeOf(async () => bob.hear(await again.devices[0]!.say('again'), ann))).toBe('UNDECRYPTABLE');
  });

  it('far ahead is refused, one of as many generations ahead as can be is not', async () => {
    const { ann, bob } = await three();
    const { state } = bob;
    const far = await ahead(ann, CHANNEL_LIMITS.maxForwardGenerations + 1);
    expect(await codeOf(() => bob.hear(far, ann))).toBe('TOO_FAR_AHEAD');
    expect(bob.state).toBe(state);
    expect(await bob.hear(await ahead(ann, CHANNEL_LIMITS.maxForwardGenerations), ann)).toBe('ahead');
    expect(decodeRatchets(bob.state!.ratchets).leaves.get(0)?.skipped).toHaveLength(MAX_SKIPPED);
  });
});

describe('the state', () => {
  it('grows with those who speak, not with those who are there', async () => {
    const channel = await TestChannel.create('m0');
    await channel.with(...Array.from({ length: 30 }, (_, i) => `m${i + 1}`));
    const [ann, bob] = channel.devices;
    expect(ann!.state!.ratchets.length).toBeLessThan(80);
    for (let i = 0; i < 40; i++) await bob!.hear(await ann!.say('text'), ann!);
    expect(bob!.state!.ratchets.length).toBeLessThan(400);
  });

  it('keeps no secret from which a used key could be had', async () => {
    const { ann, bob } = await three();
    await bob.hear(await ann.say('text'), ann);
    const { nodes, leaves } = decodeRatchets(bob.state!.ratchets);
    expect(new Set(nodes.keys())).toEqual(new Set([2, 5])); // not the root, not the parent, not ann's leaf
    expect(leaves.get(0)?.generation).toBe(1);
  });

  it('is two halves that belong together', async () => {
    const { ann, bob } = await three();
    const state = { epoch: ann.state!.epoch, ratchets: bob.state!.ratchets };
    const input = { identity: ann.identity, plaintext: utf8('text'), authenticatedData: utf8('') };
    expect(await codeOf(() => encryptMessage(ann.deps, { ...input, state }))).toBe('MALFORMED');
  });

  it('is read again when another state is in the same array', async () => {
    const { channel, ann, bob } = await three();
    for (const by of [ann, bob, bob]) await channel.commit(by, []);
    await ann.say('so that it is known');
    const array = ann.state!.epoch;
    await channel.commit(bob, []);
    expect(ann.state!.epoch).toHaveLength(array.length);
    array.set(ann.state!.epoch);
    ann.state = { epoch: array, ratchets: ann.state!.ratchets };
    expect(await bob.hear(await ann.say('of the next epoch'), ann)).toBe('of the next epoch');
  });

  it('is not used by another device', async () => {
    const { ann, bob } = await three();
    const input = { state: ann.state!, plaintext: utf8('text'), authenticatedData: utf8('') };
    expect(await codeOf(() => encryptMessage(bob.deps, { ...input, identity: bob.identity }))).toBe('INTERNAL');
  });
});

/** A message by `by` with the keys of `victim`, which every member has. */
async function inTheNameOf(victim: TestDevice, by: TestDevice) {
  const { privatePath } = decodeEpoch(victim.state!.epoch);
  return messageOf(by, privatePath.leafIndex, 0);
}

/** A message `generations` after the first. */
async function ahead(by: TestDevice, generations: number) {
  return messageOf(by, decodeEpoch(by.state!.epoch).privatePath.leafIndex, generations);
}

async function messageOf(by: TestDevice, leafIndex: number, generation: number) {
  const { groupContext, keySchedule, ratchetTree, suite } = decodeEpoch(by.state!.epoch);
  const crypto = await messageCrypto(suite);
  const ratchet = ratchetOf(crypto, decodeRatchets(by.state!.ratchets), leafIndex, leafWidth(ratchetTree.length));
  const start = ratchet.generation;
  while (ratchet.generation < start + generation) takeNext(crypto, ratchet);
  const content = {
    groupContext,
    leafIndex,
    applicationData: utf8('ahead'),
    authenticatedData: utf8(''),
  };
  const curves = await curvesFor(by.deps.subtle);
  return protect(crypto, {
    content,
    signature: await curves.sign(by.identity.signKey, signedBytes(content)),
    senderDataSecret: keySchedule.senderDataSecret,
    ratchetKey: takeNext(crypto, ratchet),
    reuseGuard: by.deps.rng(4),
  });
}
