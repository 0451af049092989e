import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, ErrorCode, SealClient } from '../src/index.ts';
import { events, expectSaid, joined, said, say, settle, stocked } from './support/channel.ts';
import { entryIn, flipLast, lies, onAnswers, onEvents, type Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createNetwork } from './support/network.ts';
import { online, until } from './support/wait.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice and Bob in a channel; Bob's way to the server can be lied on. */
async function scene() {
  const network = createNetwork();
  const [alice] = await settle(house, 1);
  const bob = await house.enter(null, network);
  await online(bob.client);
  const errors: ErrorCode[] = [];
  bob.client.on('error', ({ code }) => errors.push(code));
  const { conversationId } = await alice!.client
    .createChannel({
      name: 'Watched',
      visibility: 'public',
      members: [bob.userId],
    })
    .catch(async () =>
      alice!.client.createChannel({ name: `Watched ${Math.random()}`, visibility: 'public', members: [bob.userId] }),
    );
  const atAlice = await joined(alice!.client, conversationId);
  const atBob = await joined(bob.client, conversationId);
  await say(atAlice, 'first');
  await expectSaid(atBob, ['first']);
  return { alice: alice!, bob, network, conversationId, atAlice, atBob, errors };
}

/** Waits until the client has reported `code`. */
async function reported(errors: readonly ErrorCode[], code: ErrorCode): Promise<void> {
  const deadline = Date.now() + patient(10_000);
  while (!errors.includes(code)) {
    if (Date.now() > deadline) throw new Error(`reported ${errors.join()}, not ${code}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a lying server', () => {
  it('a message replayed under the next number is not taken twice, and the right one is read', async () => {
    const { network, atAlice, atBob, errors } = await scene();
    network.rewrite = next(atBob, (entry) => [entry, { ...entry, seq: Number(entry['seq']) + 1 }]);
    await say(atAlice, 'once');
    await until(atBob.messages, () => said(atBob).includes('<REPLAYED>'), 'the replay to be shown');
    network.rewrite = null;
    expect(said(atBob)).toEqual(['first', 'once', '<REPLAYED>']);
    await say(atAlice, 'the real next');
    await expectSaid(atBob, ['first', 'once', 'the real next']);
    expect(errors).toContain('CHANNEL_FORKED');
    await say(atAlice, 'and on');
    await expectSaid(atBob, ['first', 'once', 'the real next', 'and on']);
  });

  it('when entries are dropped or reordered, the device reads the log instead', async () => {
    const { network, atAlice, atBob } = await scene();
    let held: Record<string, unknown> | null = null;
    network.rewrite = onEvents('channel-entry', (event) => {
      if (held === null) {
        held = event;
        return [];
      }
      return [event, held];
    });
    await say(atAlice, 'two');
    await say(atAlice, 'three');
    await expectSaid(atBob, ['first', 'two', 'three']);
    network.rewrite = null;
    await say(atBob, 'four');
    await expectSaid(atAlice, ['first', 'two', 'three', 'four']);
  });

  it('a swapped body is shown as such, and the message opens when the right one arrives', async () => {
    const { network, atAlice, atBob, bob } = await scene();
    network.rewrite = next(atBob, (entry) => [{ ...entry, body: flipLast(entry['body']) }]);
    await say(atAlice, 'swapped');
    await say(atAlice, 'the next one');
    await expectSaid(atBob, ['first', '<BODY_MISMATCH>', 'the next one']);
    network.rewrite = null;
    network.cut();
    await until(bob.client.connection, ({ status }) => status === 'offline');
    network.mend();
    bob.client.reconnect();
    await expectSaid(atBob, ['first', 'swapped', 'the next one']);
  });

  it('a message under the name of another sender is not believed', async () => {
    const { network, atAlice, atBob, bob } = await scene();
    network.rewrite = next(atBob, (entry) => [{ ...entry, senderUserId: bob.userId }]);
    await say(atAlice, 'whose is it');
    await expectSaid(atBob, ['first', '<UNDECRYPTABLE>']);
  });

  it('a forked group is noticed at the Commit, and healed by joining again', async () => {
    const { network, alice, atAlice, atBob, conversationId, errors } = await scene();
    const [carol] = await settle(house, 1);
    await stocked(carol!.client);
    const fork = (entry: Json): Json =>
      entry['kind'] === 'commit' && !JSON.stringify(entry).includes('"isExternal":true')
        ? { ...entry, authenticator: flipLast(entry['authenticator']) }
        : entry;
    network.rewrite = about((entries) => entries.map(fork));
    await atAlice.channel!.add([carol!.userId]);
    await reported(errors, 'CHANNEL_FORKED');
    await until(atBob.summary, (summary) => summary?.channel?.state === 'joined', 'to be in again');
    await say(atAlice, 'together again');
    await until(atBob.messages, () => said(atBob).includes('together again'), 'to read on');
    await say(atBob, 'and to write');
    await until(atAlice.messages, () => said(atAlice).includes('and to write'));
    expect(alice.client.conversation(conversationId).summary.get()?.channel?.state).toBe('joined');
  });

  it('what follows a withheld Commit does not fit, and is read when the Commit arrives', async () => {
    const { network, atAlice, atBob, errors } = await scene();
    const [carol] = await settle(house, 1);
    await stocked(carol!.client);
    let dropped = 0;
    // Bob reads the log once more before he joins again: by then it is honest again.
    const renumber = (list: readonly Json[]): readonly Json[] => (errors.includes('CHANNEL_FORKED') ? list : lie(list));
    const lie = (list: readonly Json[]): Json[] =>
      list
        .filter((entry) => {
          const isKeptBack = entry['kind'] === 'commit' && entry['isExternal'] === false;
          if (isKeptBack) dropped = Number(entry['seq']);
          return !isKeptBack;
        })
        .map((entry) => (dropped > 0 && Number(entry['seq']) === dropped + 1 ? { ...entry, seq: dropped } : entry));
    network.rewrite = about(renumber);
    await atAlice.channel!.add([carol!.userId]);
    await until(atAlice.messages, () => events(atAlice).includes('added'));
    await say(atAlice, 'in an epoch bob does not have');
    await reported(errors, 'CHANNEL_FORKED');
    network.rewrite = null;
    await until(atBob.summary, (summary) => summary?.channel?.state === 'joined', 'to be in again');
    await say(atBob, 'bob is back');
    await until(atAlice.messages, () => said(atAlice).includes('bob is back'));
    expect(said(atBob)).toContain('in an epoch bob does not have');
  });

  it('the KeyPackage of another device adds no one', async () => {
    const network = createNetwork();
    const alice = await house.enter(null, network);
    const [bob, mallory] = await settle(house, 2);
    await online(alice.client);
    await Promise.all([bob!.client, mallory!.client].map(stocked));
    const errors: ErrorCode[] = [];
    alice.client.on('error', ({ code }) => errors.push(code));
    const { keyPackage } = await stolen(mallory!.client, alice.client);
    network.rewrite = onAnswers('keyPackages', (answer) => {
      answer['keyPackages'] = (answer['keyPackages'] as Record<string, unknown>[]).map((claimed) => ({
        ...claimed,
        keyPackage,
      }));
    });
    const { conversationId } = await alice.client.createChannel({
      name: 'Careful',
      visibility: 'private',
      members: [bob!.userId],
    });
    const atAlice = await joined(alice.client, conversationId);
    const atBob = await joined(bob!.client, conversationId);
    await say(atAlice, 'for bob alone');
    await until(atBob.messages, () => said(atBob).includes('for bob alone'));
    const { sql } = house.relay;
    const leaves = await sql`
      select d.user_id from channel_leaves l join devices d on d.tenant_id = l.tenant_id and d.id = l.device_id
      where l.conversation_id = ${conversationId}`;
    expect(leaves.map((leaf) => leaf['user_id'] as string).toSorted()).toEqual([alice.userId, bob!.userId].toSorted());
    // Bob may have come in by himself before Alice looked.
    expect(errors.every((code) => code === 'MALFORMED' || code === 'UNVERIFIED_DEVICE')).toBe(true);
  });

  it('a device that joins again does not join by an old GroupInfo', async () => {
    const { network, bob, atAlice, atBob, conversationId, errors } = await scene();
    const [carol] = await settle(house, 1);
    await stocked(carol!.client);
    const old = await bob.client.api.channels.group.query({ conversationId });
    const isIn = () => events(atBob).filter((type) => type === 'added' || type === 'joined').length > 1;
    await atAlice.channel!.add([carol!.userId]);
    await until(atBob.messages, isIn, 'the next epoch');
    let shown = 0;
    network.rewrite = lies(
      about((entries) => entries.map((entry) => ({ ...entry, epoch: 77 }))),
      onAnswers('groupInfo', (answer) => {
        shown++;
        answer['groupInfo'] = old.groupInfo;
        answer['authenticator'] = old.authenticator;
      }),
    );
    await say(atAlice, 'not seen at once');
    await until(atBob.summary, (summary) => summary?.channel?.state === 'broken', 'to be broken');
    await reported(errors, 'EPOCH_STALE');
    expect(shown).toBeGreaterThan(0);
    expect(atBob.summary.get()?.channel?.state).toBe('broken');
  });

  it('a reset that the server ascribes to an ordinary member is not accepted', async () => {
    const { network, bob, atAlice, atBob, alice, errors } = await scene();
    const { deviceId } = signedIn(bob.client);
    // A message is withheld; in its place a member, which Bob himself is, is said to have reset the group. The log,
    // which is read then, is true: a log that lies as well costs the message, since the device joins again.
    const withheld = new Set<unknown>();
    network.rewrite = onEvents('channel-entry', (event) => {
      const entry = entryIn(event);
      if (entry['kind'] !== 'message' || withheld.has(entry['seq'])) return [event];
      withheld.add(entry['seq']);
      const { seq, acceptedAt, incarnation } = entry;
      const sender = { senderUserId: bob.userId, senderDeviceId: deviceId };
      const reset = { ...sender, seq, acceptedAt, incarnation: Number(incarnation) + 1, kind: 'reset' };
      return [{ ...event, entry: reset }];
    });
    const told: string[] = [];
    while (!errors.includes('CHANNEL_FORKED') && told.length < 10) {
      const text = `not replaced ${told.length}`;
      told.push(text);
      await say(atAlice, text);
      // A device that is behind reads the log, and never looks at what it was told.
      await expect.poll(() => errors.includes('CHANNEL_FORKED') || said(atBob).includes(text)).toBe(true);
    }
    expect(errors).toContain('CHANNEL_FORKED');
    network.rewrite = null;
    await until(atBob.summary, (summary) => summary?.channel?.state === 'joined', 'to be in again');
    await expectSaid(atBob, ['first', ...told]);
    // The group is the one it was: Alice, who reset nothing, can be read and can read on.
    await say(atBob, 'still here');
    await until(atAlice.messages, () => said(atAlice).includes('still here'));
    expect(events(alice.client.conversation(atAlice.conversationId))).not.toContain('reset');
  });

  it('a Commit that is said to be an external one, and is not, is refused', async () => {
    const { network, atAlice, atBob, errors } = await scene();
    const [carol] = await settle(house, 1);
    await stocked(carol!.client);
    let told = 0;
    network.rewrite = about((entries) =>
      entries.map((entry) => {
        if (entry['kind'] !== 'commit' || entry['isExternal'] !== false) return entry;
        told++;
        return { ...entry, isExternal: true };
      }),
    );
    await atAlice.channel!.add([carol!.userId]);
    await reported(errors, 'INVALID_COMMIT');
    expect(told).toBeGreaterThan(0);
    expect(atBob.summary.get()?.channel?.state).toBe('broken');
    expect(events(atBob)).not.toContain('joined');
  });

  it('a device of a person who is not a member is not taken in, whatever the server asks for', async () => {
    const network = createNetwork();
    const alice = await house.enter(null, network);
    const [bob, mallory] = await settle(house, 2);
    await online(alice.client);
    await Promise.all([bob!.client, mallory!.client].map(stocked));
    const errors: ErrorCode[] = [];
    alice.client.on('error', ({ code }) => errors.push(code));
    const stranger = { userId: mallory!.userId, deviceId: signedIn(mallory!.client).deviceId };
    const { conversationId } = await alice.client.createChannel({ name: 'Members only', visibility: 'private' });
    const atAlice = await joined(alice.client, conversationId);
    let asked = 0;
    network.rewrite = onAnswers('toAdd', (answer) => {
      asked++;
      answer['toAdd'] = [...(answer['toAdd'] as Json[]), stranger];
    });
    network.sent.length = 0;
    await atAlice.channel!.add([bob!.userId]);
    await reported(errors, 'MALFORMED');
    expect(asked).toBeGreaterThan(0);
    // Neither a KeyPackage of the stranger was asked for, nor a Commit made that names their device.
    expect(network.sent.filter((text) => text.includes(stranger.deviceId))).toEqual([]);
    expect(atAlice.summary.get()?.members.map(({ userId }) => userId)).not.toContain(stranger.userId);
  });
});

/** The account of a client that is signed in. */
function signedIn(client: SealClient) {
  const account = client.account.get();
  if (account.status !== 'signed-in') throw new Error('not signed in');
  return account;
}

/** A KeyPackage of `owner`, as it is handed out to a member who may have it. */
async function stolen(owner: SealClient, asker: SealClient): Promise<{ readonly keyPackage: string }> {
  const account = signedIn(owner);
  const { conversationId } = await asker.createChannel({ name: 'Bait', visibility: 'private' });
  const { userId, deviceId } = account;
  await asker.api.channels.add.mutate({ conversationId, userIds: [userId] });
  const { keyPackages } = await asker.api.channels.claimKeyPackages.mutate({ conversationId, deviceIds: [deviceId] });
  if (keyPackages[0] === undefined) throw new Error('no KeyPackage');
  return keyPackages[0];
}

/** Tells the same lie about a channel's entries as they come and in its log. */
function about(change: (entries: readonly Json[]) => readonly Json[]): (text: string) => string {
  return lies(
    onEvents('channel-entry', (event) => change([entryIn(event)]).map((entry) => ({ ...event, entry }))),
    onAnswers('entries', (answer) => {
      answer['entries'] = change(answer['entries'] as Json[]);
    }),
  );
}

/** A lie about the entry that comes after all that `at` shows. */
function next(at: Conversation, change: (entry: Json) => readonly Json[]): (text: string) => string {
  const seq = 1 + Math.max(...at.messages.get().messages.map((message) => message.seq ?? 0));
  return about((entries) => entries.flatMap((entry) => (entry['seq'] === seq ? change(entry) : [entry])));
}
