import { describe, expect } from 'vitest';
import { toBase64 } from '@seal-chat/protocol';
import { connect, curves, rng } from './support/connections.ts';
import { addDevice, publishPreKeys, reconnect, replaceKey, publishVault } from './support/devices.ts';
import { listen } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { prove, signUp, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';
import { makeVault, proveUnlock } from './support/vaults.ts';

/** Calls until refused; how many calls were served, and the refusal. */
async function untilRefused(call: () => Promise<unknown>, most = 100) {
  for (let served = 0; served < most; served++) {
    const outcome = await call().then(
      () => null,
      (error: unknown) => error,
    );
    if (outcome !== null) return { served, refusal: await refusalOf(call()) };
  }
  throw new Error(`not refused ${most} times`);
}

/** A refusal of a limit over `windowMs`, of which more than `restMs` is left. */
const LIMITED = (windowMs: number, restMs: number = windowMs / 2) => ({
  code: 'RATE_LIMITED',
  details: { retryAfterMs: expect.toSatisfy((ms: number) => ms > restMs && ms <= windowMs) as number },
});

describe('limits', () => {
  test('messages are limited per user and minute, across processes, and allowed again in the next minute', async ({
    clock,
    relay,
  }) => {
    const tenant = await relay.addTenant({ limits: { messagesPerMinutePerUser: 5 } });
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    clock.aheadMs = 60_000 - ((Date.now() + clock.aheadMs) % 60_000);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const send = (person: TestPerson, device = person.first) =>
      device.api.messages.send.mutate(messageTo(conversationId, [alice, bob], device, 'x'));
    const { served, refusal } = await untilRefused(() => send(alice));
    expect(served).toBe(4);
    expect(refusal).toMatchObject(LIMITED(60_000));
    expect((await untilRefused(() => send(bob))).served).toBe(5);

    const other = await relay.addProcess();
    const elsewhere = reconnect(other, tenant, alice.first);
    // The count reaches the table within a second, and another process with the first message it counts after that.
    const counted = (points: number) => relay.sql`select points from rate_counters where points = ${points}`;
    await expect.poll(() => counted(5)).toHaveLength(2);
    await send(alice, elsewhere);
    await expect.poll(() => counted(6)).toHaveLength(1);
    expect(await refusalOf(send(alice, elsewhere))).toMatchObject({ code: 'RATE_LIMITED' });
    clock.aheadMs += 60_000;
    await send(alice);
    await send(alice, elsewhere);
    clock.aheadMs = 0;
  });

  test('sign-in attempts are limited per address, even after a restart', async ({ relay }) => {
    const tenant = await relay.addTenant({ limits: { authPerMinutePerAddress: 4 } });
    const anonymous = connect(relay, { appKey: tenant.appKey });
    const { served, refusal } = await untilRefused(() => anonymous.api.auth.challenge.mutate({}));
    expect(served).toBe(4);
    expect(refusal).toMatchObject(LIMITED(60_000));
    const restarted = await relay.addProcess();
    const again = connect(restarted, { appKey: tenant.appKey });
    expect(await refusalOf(again.api.auth.challenge.mutate({}))).toMatchObject(LIMITED(60_000));
    const refresh = () => again.api.auth.refresh.mutate({ refreshToken: toBase64(rng(32)) });
    // Who refreshes has signed in: an office behind one address does it all day.
    for (let i = 0; i < 25; i++) expect(await refusalOf(refresh())).toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('failed sign-ins lock one account, and no other', async ({ relay }) => {
    const tenant = await relay.addTenant({ limits: { failedAuthPerAccount: 3 } });
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { api } = connect(relay, { appKey: tenant.appKey });
    const signIn = async (person: TestPerson, forged: boolean) => {
      const proof = await prove(api, person.first.keys, person.userId, 'signIn', null);
      return api.auth.signIn.mutate(forged ? { ...proof, signature: toBase64(rng(64)) } : proof);
    };
    for (let i = 0; i < 3; i++) expect(await refusalOf(signIn(alice, true))).toMatchObject({ code: 'BAD_SIGNATURE' });
    expect(await refusalOf(signIn(alice, false))).toMatchObject(LIMITED(300_000));
    expect(await signIn(bob, false)).toMatchObject({ userId: bob.userId });
  });

  test('prekey claims and searches are limited', async ({ relay }) => {
    const tenant = await relay.addTenant({
      limits: {
        prekeyClaimsPerMinutePerUser: 3,
        searchesPerMinutePerUser: 2,
        authPerMinutePerAddress: 50,
      },
    });
    const [alice, bob] = await Promise.all([signUp(relay, tenant, 'alice'), signUp(relay, tenant, 'bob')]);
    await publishPreKeys(bob, bob.first, 1);
    const claim = () => alice.first.api.preKeys.claim.mutate({ userId: bob.userId, deviceIds: [bob.first.deviceId] });
    expect(await untilRefused(claim)).toEqual({ served: 3, refusal: LIMITED(60_000) });
    const search = () => alice.first.api.users.search.query({ query: 'b', limit: 1 });
    expect(await untilRefused(search)).toEqual({ served: 2, refusal: LIMITED(60_000) });
    expect(await bob.first.api.users.search.query({ query: 'a', limit: 1 })).toHaveLength(1);
  });

  test('a stranger who has no code cannot keep a person from theirs', async ({ relay }) => {
    const tenant = await relay.addTenant({ limits: { failedAuthPerAccount: 3, authPerMinutePerAddress: 1_000 } });
    const alice = await signUp(relay, tenant, 'alice');
    const at = (from: string) => connect(relay, { appKey: tenant.appKey, from }).api;
    const [stranger, home] = [at('127.0.0.2'), at('127.0.0.3')];
    const wrong = await curves.newSignKeyPair(rng);
    const guess = async () => stranger.vault.unlock.mutate(await proveUnlock(stranger, 'ALICE', wrong));
    for (let i = 0; i < 3; i++) expect(await refusalOf(guess())).toMatchObject({ code: 'WRONG_CODE' });
    expect(await refusalOf(guess())).toMatchObject(LIMITED(300_000));
    const right = await home.vault.unlock.mutate(await proveUnlock(home, 'ALICE', alice.vault!.unlockKey));
    expect(right).toMatchObject({ userId: alice.userId, username: 'alice' });
  });

  test('versions of a device list and account keys of an account are limited', async ({ relay }) => {
    const limits = { deviceListsPerDayPerAccount: 2, accountKeysPerDayPerAccount: 1 };
    const tenant = await relay.addTenant({ limits: { ...limits, authPerMinutePerAddress: 1_000 } });
    const alice = await signUp(relay, tenant, 'alice');
    const second = await addDevice(relay, alice);
    await addDevice(relay, alice);
    expect(await refusalOf(addDevice(relay, alice))).toMatchObject(LIMITED(86_400_000));
    // Removing a device under a new account key is counted apart: a thief cannot use it up with the old one.
    const replaced = await replaceKey(alice, [second.deviceId]);
    await alice.first.api.devices.replaceKey.mutate(replaced.input);
    Object.assign(alice, { account: replaced.account, list: replaced.list, vault: replaced.vault });
    const again = await replaceKey(alice, []);
    expect(await refusalOf(alice.first.api.devices.replaceKey.mutate(again.input))).toMatchObject(LIMITED(86_400_000));
    // A new recovery code is a version, too.
    const vault = await makeVault({ ...alice.account, identity: alice.identity }, alice.vault, 2);
    expect(await refusalOf(publishVault(alice, vault))).toMatchObject(LIMITED(86_400_000));
  });

  test('typing notices and subscriptions of a device are limited', async ({ relay }) => {
    const tenant = await relay.addTenant({ limits: { socketsPerUser: 2 } });
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    const type = () => alice.first.api.sync.typing.mutate({ conversationId, isTyping: true });
    expect(await untilRefused(type)).toEqual({ served: 40, refusal: LIMITED(10_000, 1_000) });
    const listening = Array.from({ length: 5 }, () => listen(alice.first));
    expect(await Promise.race(listening.map((one) => one.ended()))).toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
  });
});
