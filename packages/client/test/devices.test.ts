import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEnvelope, fromBase64 } from '@seal-chat/protocol';
import { isSealError } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { digitsOf, link } from './support/link.ts';
import { createNetwork, sentMessages, withoutEvents } from './support/network.ts';
import { dmWith, online, expectShown, textOf, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('a second device', () => {
  it('a second device joins by a code, gets what is sent from then on, and shows what the first one sends', async () => {
    const network = createNetwork();
    const [alice, bob] = await Promise.all([house.enter(null, network), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('before the second device');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['before the second device']);

    network.rewrite = withoutEvents('device-list');
    const second = house.open();
    await link(bob.client, second);
    expect(userIdOf(second)).toBe(bob.userId);
    await online(second);
    await atAlice.send('to both');
    const atSecond = await dmWith(second, alice.userId);
    await expectShown(atSecond, ['to both']);
    // Nobody had told alice of the device: the server refused, and she made envelopes of what was sealed already under
    // the lists as they are now.
    const [refused, accepted] = sentMessages(network).slice(1);
    expect(accepted).toMatchObject({ messageId: refused!.messageId, body: refused!.body });
    expect(accepted!.envelopes).toHaveLength(2);
    const [early] = refused!.envelopes;
    const again = accepted!.envelopes.find(({ deviceId }) => deviceId === early!.deviceId);
    const versions = [early, again].map(
      (one) => decodeEnvelope(fromBase64(one!.envelope)!).header.recipientListVersion,
    );
    expect(versions).toEqual([1, 2]);
    await expectShown(atBob, ['before the second device', 'to both']);
    await until(atSecond.messages, ({ hasUnavailableHistory }) => hasUnavailableHistory, 'a word on older messages');
    expect(atBob.messages.get().hasUnavailableHistory).toBe(false);

    await atBob.send('from the first');
    await expectShown(atSecond, ['to both', 'from the first']);
    await until(
      atSecond.messages,
      ({ messages }) => messages[1]?.status === 'delivered',
      'the tick of the other device',
    );
    await atSecond.send('from the second');
    await expectShown(atAlice, ['before the second device', 'to both', 'from the first', 'from the second']);

    // What was read on one device counts as read on the other, and for the sender.
    await atAlice.send('read me once');
    await until(atBob.summary, (summary) => summary?.unreadCount === 3, 'unread on the first');
    await until(atSecond.summary, (summary) => summary?.unreadCount === 2, 'unread on the second');
    await atSecond.markRead();
    await until(atBob.summary, (summary) => summary?.unreadCount === 0, 'read on the first, too');
    await until(atAlice.messages, ({ messages }) => messages.at(-1)?.status === 'read', 'read at the sender');
  });

  it('a removed device opens nothing that is sent afterwards', async () => {
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const second = house.open();
    await link(bob.client, second);
    await online(second);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('to both');
    const atSecond = await dmWith(second, alice.userId);
    await expectShown(atSecond, ['to both']);

    const other = (await bob.client.listDevices()).find(({ isThisDevice }) => !isThisDevice);
    await bob.client.revokeDevice(other!.deviceId);
    await until(second.account, ({ status }) => status === 'revoked', 'the revocation');
    await atAlice.send('to the first only');
    await expectShown(await dmWith(bob.client, alice.userId), ['to both', 'to the first only']);
    await expectShown(atSecond, ['to both']);
    await expect(atSecond.send('may not')).rejects.toSatisfy((error) => isSealError(error, 'DEVICE_REVOKED'));
    expect(await bob.client.listDevices()).toHaveLength(1);
    // Neither the mailbox nor the message knows the device any more.
    const { sql } = house.relay;
    const [row] = await sql`select count(*) as left from mailbox_entries where device_id = ${other!.deviceId}`;
    expect(Number(row!['left'])).toBe(0);
  });

  it("linking needs the right code and the person's confirmation", async () => {
    const bob = await house.enter(null);
    const offer = await bob.client.showLinkingCode();
    const shown = offer.state.get();
    if (shown.step !== 'waiting') throw new Error('expected a code');
    const stranger = house.open().linkThisDevice(shown.code.replace(/^./, (first) => (first === '0' ? '1' : '0')));
    await expect(stranger.finished).rejects.toSatisfy((error) => isSealError(error, 'NOT_FOUND'));
    expect(() => house.open().linkThisDevice('hello')).toThrow(
      expect.toSatisfy((error) => isSealError(error, 'WRONG_CODE')),
    );

    const next = house.open();
    const request = next.linkThisDevice(shown.code);
    await digitsOf(offer);
    offer.cancel();
    await expect(offer.finished).rejects.toSatisfy((error) => isSealError(error, 'FORBIDDEN'));
    await expect(request.finished).rejects.toSatisfy((error) => isSealError(error, 'FORBIDDEN'));
    expect(next.account.get().status).toBe('signed-out');
    expect(await bob.client.listDevices()).toHaveLength(1);
  });
});

describe('recovery', () => {
  it('recovery brings the account to a new device by name and code, and senders learn of it', async () => {
    const alice = await house.enter(null);
    const carol = await house.enterWithCode('Carol');
    expect(carol.recoveryCode).toMatch(/^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/);
    const account = carol.client.account.get();
    expect(account).toMatchObject({ status: 'signed-in', recoveryCode: carol.recoveryCode });
    await expect(carol.client.confirmRecoveryCode('0000')).rejects.toSatisfy((error) =>
      isSealError(error, 'WRONG_CODE'),
    );
    await carol.client.confirmRecoveryCode(carol.recoveryCode.slice(-4).toLowerCase());
    expect(carol.client.account.get()).toMatchObject({ recoveryCode: null });
    await carol.client.close();

    const regained = house.open();
    const wrong = carol.recoveryCode.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    await expect(regained.recover({ username: 'carol', recoveryCode: wrong })).rejects.toSatisfy((error) =>
      isSealError(error, 'WRONG_CODE'),
    );
    await regained.recover({ username: 'carol', recoveryCode: carol.recoveryCode });
    expect(regained.account.get()).toMatchObject({ status: 'signed-in', userId: carol.userId, username: 'Carol' });
    await online(regained);
    await online(alice.client);
    const atAlice = await alice.client.openDm(carol.userId);
    await atAlice.send('welcome back');
    const atCarol = await dmWith(regained, alice.userId);
    await expectShown(atCarol, ['welcome back']);

    await expect(regained.replaceRecoveryCode()).rejects.toSatisfy((error) => isSealError(error, 'UNLOCK_NEEDED'));
    const { recoveryCode } = await regained.replaceRecoveryCode({ recoveryCode: carol.recoveryCode });
    expect(recoveryCode).not.toBe(carol.recoveryCode);
    await expect(house.open().recover({ username: 'carol', recoveryCode: carol.recoveryCode })).rejects.toSatisfy(
      (error) => isSealError(error, 'WRONG_CODE'),
    );
  });
});

describe('signing out', () => {
  it('signing out keeps the account for signing in again, or wipes it', async () => {
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null)]);
    const atAlice = await alice.client.openDm(bob.userId);
    await atAlice.send('hello');
    const atBob = await dmWith(bob.client, alice.userId);
    await expectShown(atBob, ['hello']);

    await bob.client.signOut();
    expect(bob.client.account.get()).toMatchObject({ status: 'signed-out', resumable: { userId: bob.userId } });
    await until(bob.client.connection, ({ status }) => status === 'idle', 'no connection');
    await expect(bob.client.openDm(alice.userId)).rejects.toSatisfy((error) => isSealError(error, 'NOT_SIGNED_IN'));
    await atAlice.send('while you were out');
    await bob.client.signIn();
    await expectShown(atBob, ['hello', 'while you were out']);

    await bob.client.signOut({ wipe: true });
    expect(bob.client.account.get()).toEqual({ status: 'signed-out', resumable: null });
    expect(bob.client.conversations.get()).toEqual([]);
    expect(atBob.messages.get().messages.map(textOf)).toEqual([]);
    await bob.client.createAccount({ username: null });
    expect(userIdOf(bob.client)).not.toBe(bob.userId);
  });
});
