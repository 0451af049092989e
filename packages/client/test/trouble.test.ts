import { PREKEY_LIMITS, decodeEnvelope, fromBase64, toBase64 } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Conversation, Message, SealClient } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { copyDisk, createDisk, type Life } from './support/mortal.ts';
import { createNetwork, sentMessages, type Network } from './support/network.ts';
import { dmWith, online, expectShown, textOf, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

async function pair(network?: Network) {
  const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, network)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  return { alice, bob };
}

/** Waits until one message of the conversation is undecryptable, and says why. */
async function failureIn(conversation: Conversation): Promise<Message> {
  const find = (messages: readonly Message[]) => messages.find(({ content }) => content.kind === 'undecryptable');
  const { messages } = await until(conversation.messages, (shown) => find(shown.messages) !== undefined, 'a failure');
  return find(messages)!;
}

describe('without a connection', () => {
  it('messages wait in the outbox and are sent in order when the connection is back', async () => {
    const network = createNetwork();
    const { alice, bob } = await pair(network);
    const atBob = await bob.client.openDm(alice.userId);
    network.cut();
    await until(bob.client.connection, ({ status }) => status === 'offline', 'to be offline');
    for (const text of ['one', 'two', 'three']) await atBob.send(text);
    await expectShown(atBob, ['one', 'two', 'three']);
    expect(atBob.messages.get().messages.map(({ status }) => status)).toEqual(['sending', 'sending', 'sending']);
    expect(atBob.summary.get()?.lastMessage).toMatchObject({ content: { text: 'three' }, seq: null });

    // The other person writes meanwhile.
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('zero');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'sent');
    network.mend();
    bob.client.reconnect();
    await expectShown(atAlice, ['zero', 'one', 'two', 'three']);
    await expectShown(atBob, ['zero', 'one', 'two', 'three']);
  });

  it('a message that failed for good says why, and can be sent again or discarded', async () => {
    const { alice, bob } = await pair();
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('arrives');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'delivered');
    const { sql } = house.relay;
    const { conversationId } = atAlice;
    const [membership] = await sql`
      delete from memberships where conversation_id = ${conversationId} and user_id = ${alice.userId} returning *`;
    await atAlice.send('fails');
    await atAlice.send('fails, too');
    const failed = await until(
      atAlice.messages,
      ({ messages }) => messages.filter(({ status }) => status === 'failed').length === 2,
      'both to fail',
    );
    expect(failed.messages[1]?.failure).toMatchObject({ code: 'NOT_A_MEMBER' });
    await sql`insert into memberships ${sql(membership!)}`;
    await atAlice.discard(failed.messages[1]!.messageId);
    await atAlice.retry(failed.messages[2]!.messageId);
    await expectShown(await dmWith(bob.client, alice.userId), ['arrives', 'fails, too']);
    await expectShown(atAlice, ['arrives', 'fails, too']);
  });
});

describe('two people who write first at the same time', () => {
  it('both first messages arrive, and the two sessions become one', async () => {
    const { alice, bob } = await pair();
    const [atAlice, atBob] = await Promise.all([alice.client.openDm(bob.userId), bob.client.openDm(alice.userId)]);
    await Promise.all([atAlice.send('from alice'), atBob.send('from bob')]);
    await until(atAlice.messages, ({ messages }) => messages.filter(({ seq }) => seq !== null).length === 2);
    await until(atBob.messages, ({ messages }) => messages.filter(({ seq }) => seq !== null).length === 2);
    await atAlice.send('next from alice');
    await until(atBob.messages, ({ messages }) => messages.length === 3);
    await atBob.send('next from bob');
    await until(atAlice.messages, ({ messages }) => messages.length === 4);
    const said = atAlice.messages.get().messages.map(textOf);
    expect(said.slice(0, 2).toSorted()).toEqual(['from alice', 'from bob']);
    expect(said.slice(2)).toEqual(['next from alice', 'next from bob']);
    await expectShown(atBob, said);
  });
});

describe('a message that cannot be opened', () => {
  it('an undecryptable message is shown with its cause, and opened when its sender answered the retry request', async () => {
    const network = createNetwork();
    const { alice, bob } = await pair(network);
    const atAlice = await alice.client.openDm(bob.userId);
    const opened = new Promise<string>((resolve) =>
      bob.client.on('message-changed', (message) => resolve(textOf(message))),
    );
    network.rewrite = onceFor('message', (event) => ({ ...event, envelope: flipLast(event['envelope']) }), network);
    await atAlice.send('damaged on the way');
    const atBob = await dmWith(bob.client, alice.userId);
    const failed = await failureIn(atBob);
    expect(failed).toMatchObject({ content: { cause: 'UNDECRYPTABLE', isRetrying: true }, senderUserId: alice.userId });
    await expectShown(atBob, ['damaged on the way']);
    expect(await opened).toBe('damaged on the way');
    await atAlice.send('and on');
    await expectShown(atBob, ['damaged on the way', 'and on']);
    expect(atBob.summary.get()?.unreadCount).toBe(2);
  });

  it('a message whose body was changed on the way does not hold up the next, and opens when it is fetched again', async () => {
    const network = createNetwork();
    const { alice, bob } = await pair(network);
    const atAlice = await alice.client.openDm(bob.userId);
    network.rewrite = onceFor('message', (event) => ({ ...event, body: flipLast(event['body']) }), network);
    await atAlice.send('replaced by the server');
    await atAlice.send('the next one');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['replaced by the server', 'the next one']);
  });

  it('a message is not believed when the server names another sender', async () => {
    const network = createNetwork();
    const { alice, bob } = await pair(network);
    const mallory = await house.enter(null);
    await online(mallory.client);
    const atAlice = await alice.client.openDm(bob.userId);
    network.rewrite = onceFor('message', (event) => ({ ...event, senderUserId: mallory.userId }), network);
    await atAlice.send('whose is it');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['<NOT_A_MEMBER>']);
  });
});

describe('a device that lost its prekeys', () => {
  it('a device that lost its prekeys replaces them, and is sent again what was made with the lost ones', async () => {
    const alice = await house.enter(null);
    await online(alice.client);
    const disk = createDisk();
    const first = disk.live();
    const bob = house.open(first);
    await bob.createAccount({ username: null });
    await online(bob);
    const bobId = userIdOf(bob);
    first.kill();
    const atAlice = await alice.client.openDm(bobId);
    await atAlice.send('made with lost keys');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'sent');

    const lost = disk.rows.list({ prefix: 'prekey/' }).map(({ key }) => key);
    disk.rows.apply({ expectedRev: disk.rows.rev, puts: new Map(), deletes: lost });
    const again = house.open(disk.live());
    const causes: string[] = [];
    again.on('message', (message) => causes.push(textOf(message)));
    const atBob = await dmWith(again, alice.userId);
    await expectShown(atBob, ['made with lost keys']);
    expect(causes).toEqual(['<UNKNOWN_PREKEY>']);
    await stockIs(again, PREKEY_LIMITS.oneTimeTarget - 5);

    const carol = await house.enter(null);
    await online(carol.client);
    await (await carol.client.openDm(bobId)).send('made with new keys');
    await expectShown(await dmWith(again, carol.userId), ['made with new keys']);
  });
});

describe('a store that was rolled back', () => {
  it('a rolled back store starts new sessions with everyone, and gets back what it has forgotten', async () => {
    const alice = await house.enter(null);
    await online(alice.client);
    const disk = createDisk();
    const first = disk.live();
    const bob = house.open(first);
    await bob.createAccount({ username: null });
    await online(bob);
    const atAlice = await alice.client.openDm(userIdOf(bob));
    await atAlice.send('one');
    const atBob = await dmWith(bob, alice.userId);
    await expectShown(atBob, ['one']);
    await atBob.send('two');
    await expectShown(atAlice, ['one', 'two']);
    const backup = copyDisk(disk);

    await atAlice.send('three');
    await expectShown(atBob, ['one', 'two', 'three']);
    await atBob.send('four');
    await expectShown(atAlice, ['one', 'two', 'three', 'four']);
    await atAlice.send('five');
    await expectShown(atBob, ['one', 'two', 'three', 'four', 'five']);
    await checkpointed(bob);
    first.kill();

    const restored = house.open(backup.live());
    const atRestored = await dmWith(restored, alice.userId);
    // What it had sent and forgot, no device can give back; it is reported as missing, too.
    await expectShown(atRestored, ['one', 'two', 'three', '<NO_SESSION>', 'five']);
    await atRestored.send('six');
    await expectShown(atAlice, ['one', 'two', 'three', 'four', 'five', 'six']);
    await atAlice.send('seven');
    await expectShown(atRestored, ['one', 'two', 'three', '<NO_SESSION>', 'five', 'six', 'seven']);
  });

  it('what it sends first begins a new session: no message key is used a second time', async () => {
    const alice = await house.enter(null);
    await online(alice.client);
    const disk = createDisk();
    const first = disk.live();
    const network = createNetwork();
    const bob = house.open({ ...first, ...spied(first, network) });
    await bob.createAccount({ username: null });
    await online(bob);
    const atAlice = await alice.client.openDm(userIdOf(bob));
    await atAlice.send('one');
    const atBob = await dmWith(bob, alice.userId);
    await expectShown(atBob, ['one']);
    await atBob.send('two');
    await expectShown(atAlice, ['one', 'two']);
    const backup = copyDisk(disk);

    // Nobody else writes, so nothing that is received makes the restored store move on.
    await atBob.send('three');
    await expectShown(atAlice, ['one', 'two', 'three']);
    await checkpointed(bob);
    first.kill();
    const sentBefore = headersOf(network).length;

    const second = backup.live();
    const restored = house.open({ ...second, ...spied(second, network) });
    await (await dmWith(restored, alice.userId)).send('four');
    await expectShown(atAlice, ['one', 'two', 'three', 'four']);
    const headers = headersOf(network);
    expect(headers[sentBefore]?.preKey).not.toBeNull();
    const keys = headers.map(({ ratchet }) => `${toBase64(ratchet.dhKey)} ${ratchet.n}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

/** The network of a life, and what it sends noted in `network`. */
function spied(life: Life, network: Network): Pick<Life, 'fetch' | 'webSocket'> {
  class SpiedSocket extends (life.webSocket as typeof WebSocket) {
    override send(data: string): void {
      network.sent.push(data);
      super.send(data);
    }
  }
  return {
    fetch: (input, init) => {
      if (typeof init?.body === 'string') network.sent.push(init.body);
      return life.fetch(input, init);
    },
    webSocket: SpiedSocket,
  };
}

/** Headers of all envelopes that were sent, one for each message and device, in order. */
function headersOf(network: Network) {
  const seen = new Map<string, ReturnType<typeof decodeEnvelope>['header']>();
  for (const { messageId, envelopes } of sentMessages(network)) {
    for (const { deviceId, envelope } of envelopes) {
      // The same message may be sent again, in the same bytes.
      seen.set(`${messageId} ${deviceId} ${envelope}`, decodeEnvelope(fromBase64(envelope)!).header);
    }
  }
  return [...seen.values()];
}

describe('a device that published no prekeys', () => {
  it('a device without prekeys holds up no one, and gets its messages once it has published some', async () => {
    const alice = await house.enter(null);
    await online(alice.client);
    const disk = createDisk();
    const current = disk.live();
    const network = createNetwork();
    // Registered and gone: everything but the registration fails.
    const half = house.open({
      ...current,
      fetch: (input, init) =>
        /challenge|register/.test(input as string) ? network.fetch(input, init) : Promise.reject(new TypeError('cut')),
    });
    await half.createAccount({ username: null });
    const bobId = userIdOf(half);
    current.kill();

    const atAlice = await alice.client.openDm(bobId);
    await atAlice.send('to nobody yet');
    await until(atAlice.messages, ({ messages }) => messages[0]?.status === 'sent', 'the message to be stored');
    const bob = house.open(disk.live());
    await expectShown(await dmWith(bob, alice.userId), ['to nobody yet']);
  });
});

/** Waits until the server has at least this many one-time prekeys of `client`. */
async function stockIs(client: SealClient, count: number): Promise<void> {
  const deadline = Date.now() + patient(15_000);
  for (;;) {
    const { oneTimePreKeyIds } = await client.api.preKeys.status.query();
    if (oneTimePreKeyIds.length >= count) return;
    if (Date.now() > deadline) throw new Error(`only ${oneTimePreKeyIds.length} prekeys`);
  }
}

/** Reports more than any store has by its first connection, as the next connection of this one would. */
async function checkpointed(client: SealClient): Promise<void> {
  await client.api.devices.checkpoint.mutate({ rev: 3 * 2 ** 20 });
}

/** Changes the first event of a kind that arrives, and lets everything else through. */
function onceFor(
  type: string,
  change: (event: Record<string, unknown>) => Record<string, unknown>,
  network: Network,
): (text: string) => string {
  return (text) => {
    if (!text.includes(`"type":"${type}"`)) return text;
    network.rewrite = null;
    const message = JSON.parse(text) as { result: { data: { data: { events: Record<string, unknown>[] } } } };
    const { data } = message.result.data;
    data.events = data.events.map((event) => (event['type'] === type ? change(event) : event));
    return JSON.stringify(message);
  };
}

/** base64url text with another character near the end. */
function flipLast(text: unknown): string {
  const value = String(text);
  const at = value.length - 8;
  return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
}
