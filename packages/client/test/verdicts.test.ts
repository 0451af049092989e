import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ErrorCode, SealClient } from '../src/index.ts';
import { joined } from './support/channel.ts';
import { openHouse, type House } from './support/house.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

/** How often each of these is going to fail as nothing fails that judges a message: the network, an engine, a defect. */
const failing = vi.hoisted(() => ({ kem: 0, envelope: 0, group: 0, met: 0 }));

function failInstead(kind: 'kem' | 'envelope' | 'group'): boolean {
  if (failing[kind] === 0) return false;
  failing[kind]--;
  failing.met++;
  return true;
}

vi.mock(import('@seal-chat/crypto'), async (original) => {
  const crypto = await original();
  return {
    ...crypto,
    selectKem: async (...input) => {
      if (failInstead('kem')) throw new TypeError('Failed to fetch dynamically imported module');
      return crypto.selectKem(...input);
    },
    decryptEnvelope: async (...input) => {
      if (failInstead('envelope')) throw new TypeError('undefined is not a function');
      return crypto.decryptEnvelope(...input);
    },
  };
});
vi.mock(import('@seal-chat/crypto/mls'), async (original) => {
  const mls = await original();
  return {
    ...mls,
    decryptMessage: async (...input) => {
      if (failInstead('group')) throw new DOMException('The operation failed', 'OperationError');
      return mls.decryptMessage(...input);
    },
  };
});

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());
afterEach(() => void Object.assign(failing, { kem: 0, envelope: 0, group: 0, met: 0 }));

/** Alice and Bob with a DM in which one message has gone each way. */
async function talk() {
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  await atAlice.send('one');
  const atBob = await dmWith(bob.client, alice.userId);
  await expectShown(atBob, ['one']);
  return { alice, bob, atAlice };
}

/** Does not wait between two attempts to connect. */
function impatient(client: SealClient): SealClient {
  client.on('connection', ({ status }) => {
    if (status === 'offline') queueMicrotask(() => client.reconnect());
  });
  return client;
}

const allMet = () => vi.waitFor(() => expect(failing.met).toBeGreaterThan(0), { timeout: patient(15_000) });

describe('an unexpected error is never a verdict', () => {
  it('a KEM that cannot be loaded at first delays what arrives, and nothing is shown as undecryptable', async () => {
    const { alice, bob, atAlice } = await talk();
    await bob.client.close();
    for (const text of ['two', 'three']) await atAlice.send(text);
    await until(atAlice.messages, ({ messages }) => messages[2]?.seq === 3, 'it sent');
    failing.kem = 3;
    const bobAgain = impatient(house.open({ store: bob.store }));
    await expectShown(await dmWith(bobAgain, alice.userId), ['one', 'two', 'three']);
    expect(failing.met).toBe(3);
  });

  it('an engine or a defect that fails a few times delays a direct message, and what is behind it keeps its place', async () => {
    const { alice, bob, atAlice } = await talk();
    impatient(bob.client);
    const atBob = await dmWith(bob.client, alice.userId);
    failing.envelope = 3;
    for (const text of ['two', 'three', 'four']) await atAlice.send(text);
    await expectShown(atBob, ['one', 'two', 'three', 'four']);
    expect(failing.met).toBe(3);
  });

  it('a defect that stays sets one message aside, holds up none behind it, and a mended one opens it', async () => {
    const { alice, bob, atAlice } = await talk();
    impatient(bob.client);
    const errors: ErrorCode[] = [];
    bob.client.on('error', ({ code }) => errors.push(code));
    const atBob = await dmWith(bob.client, alice.userId);
    failing.envelope = 10;
    await atAlice.send('two');
    await until(
      atBob.messages,
      ({ messages }) => messages.some(({ content }) => content.kind === 'undecryptable'),
      'the message set aside',
    );
    expect(atBob.messages.get().messages[1]?.content).toMatchObject({ cause: 'INTERNAL', isRetrying: true });
    await atAlice.send('three');
    await until(atBob.messages, ({ messages }) => messages.length === 3, 'the message behind it');
    expect(atBob.messages.get().messages[2]?.content).toMatchObject({ text: 'three' });
    await bob.client.close();
    await expectShown(await dmWith(house.open({ store: bob.store }), alice.userId), ['one', 'two', 'three']);
    expect(errors.filter((code) => code === 'INTERNAL')).toHaveLength(1);
  });

  it('an engine that fails a few times delays a message of a channel, and the channel does not break', async () => {
    const { client: owner } = await house.enter(null);
    const member = await house.enter(null);
    await Promise.all([online(owner), online(member.client)]);
    const atOwner = await owner.createChannel({ name: 'calm', visibility: 'private', members: [member.userId] });
    const atMember = await joined(member.client, atOwner.conversationId);
    await atOwner.send('one');
    await until(atMember.messages, ({ messages }) => messages.some(({ content }) => 'text' in content), 'the first');
    failing.group = 2;
    await atOwner.send('two');
    await allMet();
    await until(
      atMember.messages,
      ({ messages }) => messages.some(({ content }) => 'text' in content && content.text === 'two'),
      'the second',
    );
    expect(atMember.messages.get().messages.some(({ content }) => content.kind === 'undecryptable')).toBe(false);
    expect(atMember.summary.get()?.channel?.state).toBe('joined');
  });
});
