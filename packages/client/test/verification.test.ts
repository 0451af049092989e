import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealClient } from '../src/index.ts';
import { openHouse, type House } from './support/house.ts';
import { impostorOf } from './support/impostor.ts';
import { link } from './support/link.ts';
import { createLyingServer } from './support/lying-server.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

async function people() {
  const server = createLyingServer();
  const [alice, bob, mallory] = await Promise.all([house.enter(null, server), house.enter(null), house.enter(null)]);
  await Promise.all([alice, bob, mallory].map(({ client }) => online(client)));
  const chat = await alice.client.openDm(bob.userId);
  await chat.send('hello');
  await expectShown(await dmWith(bob.client, alice.userId), ['hello']);
  return { server, alice, bob, mallory, chat };
}

const stateOf = (client: SealClient, userId: string) =>
  client.conversations.get().find(({ peer }) => peer?.userId === userId)?.peer?.verification;

describe('verification', () => {
  it('keeps the key that was compared, on all devices, until it is cleared', async () => {
    const { alice, bob, chat } = await people();
    const second = house.open();
    await link(alice.client, second);
    const digits = (await alice.client.safetyNumber(bob.userId))!;
    await expect(alice.client.verify(bob.userId, digits.replace(/^\d/, 'x'))).rejects.toMatchObject({
      code: 'IDENTITY_CHANGED',
    });
    expect(stateOf(alice.client, bob.userId)).toBe('none');
    await alice.client.verify(bob.userId, digits);
    expect(stateOf(alice.client, bob.userId)).toBe('verified');
    await chat.send('for both devices');
    const onSecond = await dmWith(second, bob.userId);
    await until(onSecond.summary, (state) => state?.peer?.verification === 'verified', 'the mark on the other device');
    await second.unverify(bob.userId);
    await until(chat.summary, (state) => state?.peer?.verification === 'none', 'the mark to go');
  });

  it('the code that one shows matches for the other alone, and not for codes of others', async () => {
    const { alice, bob, mallory } = await people();
    await alice.client.openDm(mallory.userId);
    const shown = (await bob.client.verificationCode(alice.userId))!;
    expect(shown).toMatch(/^[\w-]{151}$/);
    expect(await alice.client.checkVerificationCode(bob.userId, shown)).toBe('match');
    expect(await alice.client.checkVerificationCode(mallory.userId, shown)).toBe('other');
    const own = (await alice.client.verificationCode(bob.userId))!;
    expect(await alice.client.checkVerificationCode(bob.userId, own)).toBe('other');
    expect(await alice.client.checkVerificationCode(bob.userId, 'https://example.com')).toBe('other');
    // The last bytes are of a key.
    const damaged = `${shown.slice(0, -4)}AAAA`;
    expect(await alice.client.checkVerificationCode(bob.userId, damaged)).toBe('mismatch');
  });

  it('ends with the key: a verified person whose key changes is verified again before anything is sent', async () => {
    const { server, alice, bob, chat } = await people();
    const before = (await alice.client.safetyNumber(bob.userId))!;
    await alice.client.verify(bob.userId, before);
    server.lie({ answers: { 'devices.lists': await impostorOf(house.tenant.tenantId, bob.userId) } });
    server.inject([{ type: 'device-list', userId: bob.userId, version: 9 }]);
    await until(chat.summary, (state) => state?.peer?.verification === 'changed', 'the mark to end');
    await server.expectFired();
    await chat.send('waits');
    await until(chat.messages, ({ messages }) => messages.at(-1)?.status === 'failed', 'the message to wait');
    const sent = server.calls.filter(({ path }) => path === 'messages.send').length;

    const shown = (await alice.client.safetyNumber(bob.userId))!;
    expect(shown).not.toBe(before);
    // Accepting alone is not enough, and what was compared before is not what is there now.
    await expect(alice.client.acceptIdentity(bob.userId, shown)).rejects.toMatchObject({
      code: 'VERIFICATION_REQUIRED',
    });
    await expect(alice.client.verify(bob.userId, before)).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
    expect(server.calls.filter(({ path }) => path === 'messages.send')).toHaveLength(sent);
    await alice.client.verify(bob.userId, shown);
    await until(chat.messages, ({ messages }) => messages.at(-1)?.status === 'sending', 'what waited to be sent');
    expect(chat.summary.get()?.peer).toMatchObject({ verification: 'verified', isIdentityTrusted: true });
  });

  it('a person who clears the mark first can accept a changed key as that of any other person', async () => {
    const { server, alice, bob, chat } = await people();
    await alice.client.verify(bob.userId, (await alice.client.safetyNumber(bob.userId))!);
    server.lie({ answers: { 'devices.lists': await impostorOf(house.tenant.tenantId, bob.userId) } });
    server.inject([{ type: 'device-list', userId: bob.userId, version: 9 }]);
    await until(chat.summary, (state) => state?.peer?.verification === 'changed', 'the mark to end');
    await alice.client.unverify(bob.userId);
    await alice.client.acceptIdentity(bob.userId, (await alice.client.safetyNumber(bob.userId))!);
    expect(chat.summary.get()?.peer).toMatchObject({ verification: 'none', isIdentityTrusted: true });
    await server.expectFired();
  });

  it('a device that first sees another key than was verified elsewhere encrypts nothing for it', async () => {
    const { alice, bob, chat } = await people();
    await alice.client.verify(bob.userId, (await alice.client.safetyNumber(bob.userId))!);
    const server = createLyingServer();
    const second = house.open(server);
    server.lie({ answers: { 'devices.lists': await impostorOf(house.tenant.tenantId, bob.userId) } });
    await link(alice.client, second);
    const onSecond = await second.openDm(bob.userId);
    // The mark comes before the first message is written here.
    await until(onSecond.summary, (state) => state?.peer?.verification === 'changed', 'the mark of the other device');
    await onSecond.send('for Bob alone');
    await until(onSecond.messages, ({ messages }) => messages[0]?.failure?.code === 'IDENTITY_CHANGED', 'the refusal');
    const sent = server.calls.filter(
      ({ path, input }) => path === 'messages.send' && input['conversationId'] === chat.conversationId,
    );
    expect(sent).toEqual([]);
    await server.expectFired();
  });
});
