import { describe, expect } from 'vitest';
import { newId, toBase64, type UserId } from '@seal-chat/protocol';
import { createAccountKeys, createDeviceKeys, newDeviceOf, signJoinConsent, signUnlockProof } from '@seal-chat/crypto';
import { connect, curves, overHttp, rng } from './support/connections.ts';
import { addDevice, consentOf, nextList, removeDevices, signIn } from './support/devices.ts';
import { firstList, newAccount } from './support/new-account.ts';
import { listInput, prove, signUp } from './support/people.ts';
import { errorAnswerOf, refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

describe('sign-up', () => {
  test('a name is unique regardless of case, and a guest has none', async ({ relay, tenant, anonymous }) => {
    const person = await signUp(relay, tenant, 'Straße');
    expect(person.first.session).toMatchObject({ username: 'Straße', userId: person.userId });
    const other = await newAccount(anonymous, 'STRASSE');
    expect(await refusalOf(anonymous.api.auth.register.mutate(await other.input()))).toMatchObject({
      code: 'USERNAME_TAKEN',
    });
    const guest = await signUp(relay, tenant, null);
    expect(guest.first.session.username).toBeNull();
  });

  test('a name that looks like one that is taken is refused, here and not at another tenant', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    await signUp(relay, tenant, 'olive1');
    for (const name of ['oliveI', 'olivel', 'o1ive1', '\u043elive1']) {
      const other = await newAccount(anonymous, name);
      const code = name === '\u043elive1' ? 'BAD_INPUT' : 'USERNAME_CONFUSABLE';
      expect(await refusalOf(anonymous.api.auth.register.mutate(await other.input())), name).toMatchObject({ code });
    }
    for (const name of ['olive\u3164', 'olive\u17b4', 'olive\ufe0f']) {
      const other = await newAccount(anonymous, name);
      expect(await refusalOf(anonymous.api.auth.register.mutate(await other.input()))).toMatchObject({
        code: 'BAD_INPUT',
      });
    }
    await signUp(relay, await relay.addTenant(), 'olivel');
  });

  test('exactly one of ten concurrent claims for a name succeeds', async ({ relay, anonymous }) => {
    const accounts = await Promise.all(Array.from({ length: 10 }, () => newAccount(anonymous, 'wanted')));
    const inputs = await Promise.all(accounts.map(({ input }) => input()));
    const outcomes = await Promise.allSettled(inputs.map((input) => anonymous.api.auth.register.mutate(input)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [{ count }] = await relay.sql<[{ count: number }]>`
      select count(*)::int as count from users where username_key = 'wanted'`;
    expect(count).toBe(1);
  });

  test('registering again after a lost answer signs in; another account under the same id is refused', async ({
    anonymous,
  }) => {
    const account = await newAccount(anonymous, 'again');
    const [one, two] = [
      await anonymous.api.auth.register.mutate(await account.input()),
      await anonymous.api.auth.register.mutate(await account.input()),
    ];
    expect(two.userId).toBe(one.userId);
    const other = await newAccount(anonymous, 'thief');
    const ids = { tenantId: account.account.tenantId, userId: account.userId, username: 'thief' };
    const { account: thief } = await createAccountKeys({ curves, rng, ...ids });
    const list = await firstList(thief, other.device);
    const stolen = {
      ...(await prove(anonymous.api, other.device, account.userId, 'register', list)),
      username: 'thief',
      ...listInput(list),
      vault: null,
    };
    expect(await refusalOf(anonymous.api.auth.register.mutate(stolen))).toMatchObject({ code: 'CONFLICT' });
  });

  test('lists of another account, another version or another signature are refused', async ({ anonymous }) => {
    const account = await newAccount(anonymous, 'lists');
    const input = await account.input();
    const longer = await nextList(
      { ...account, first: account.device as never },
      { add: [await createDeviceKeys({ curves, rng })], author: account.device.deviceId },
    );
    const refused = async (change: object) =>
      (await refusalOf(anonymous.api.auth.register.mutate({ ...(await account.input()), ...change }))).code;
    expect(await refused({ userId: newId<UserId>(rng(16)) })).toBe('DEVICE_LIST_REJECTED');
    expect(await refused({ deviceListSignature: toBase64(rng(64)) })).toBe('BAD_SIGNATURE');
    expect(await refused({ deviceList: toBase64(rng(80).fill(9, 0, 1)) })).toBe('UNSUPPORTED_VERSION');
    // The name is part of what the account signs.
    expect(await refused({ username: 'another' })).toBe('DEVICE_LIST_REJECTED');
    expect(await refused({ signature: toBase64(rng(64)) })).toBe('BAD_SIGNATURE');
    const proof = await prove(anonymous.api, account.device, account.userId, 'register', longer);
    expect(await refused({ ...proof, ...listInput(longer) })).toBe('DEVICE_LIST_REJECTED');
    expect(await anonymous.api.auth.register.mutate(input)).toMatchObject({ userId: account.userId });
  });
});

describe('challenges', () => {
  test('a challenge is valid once, for one purpose, within its time', async ({ clock, relay, tenant, anonymous }) => {
    const person = await signUp(relay, tenant);
    const { keys } = person.first;
    const proof = await prove(anonymous.api, keys, person.userId, 'signIn', null);
    await anonymous.api.auth.signIn.mutate(proof);
    expect(await refusalOf(anonymous.api.auth.signIn.mutate(proof))).toMatchObject({ code: 'CHALLENGE_INVALID' });

    const forAnother = await prove(anonymous.api, keys, person.userId, 'join', person.list);
    expect(await refusalOf(anonymous.api.auth.signIn.mutate(forAnother))).toMatchObject({ code: 'BAD_SIGNATURE' });
    expect(await refusalOf(anonymous.api.auth.signIn.mutate(forAnother))).toMatchObject({ code: 'CHALLENGE_INVALID' });

    const late = await prove(anonymous.api, keys, person.userId, 'signIn', null);
    clock.aheadMs = 600_001;
    expect(await refusalOf(anonymous.api.auth.signIn.mutate(late))).toMatchObject({ code: 'CHALLENGE_INVALID' });
    clock.aheadMs = 0;
  });

  test('exactly one of twenty concurrent answers to a challenge signs in', async ({ relay, tenant, anonymous }) => {
    const person = await signUp(relay, tenant);
    const proof = await prove(anonymous.api, person.first.keys, person.userId, 'signIn', null);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => anonymous.api.auth.signIn.mutate(proof)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('sessions', () => {
  test('refreshing replaces both tokens; an old refresh token ends the session', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    const person = await signUp(relay, tenant);
    const { session } = person.first;
    const next = await anonymous.api.auth.refresh.mutate({ refreshToken: session.refreshToken });
    const whoAmI = (accessToken: string) =>
      overHttp(relay, { appKey: tenant.appKey, accessToken }).preKeys.status.query();
    await whoAmI(next.accessToken);
    expect(await refusalOf(whoAmI(session.accessToken))).toMatchObject({ code: 'SESSION_EXPIRED' });

    const stolen = anonymous.api.auth.refresh.mutate({ refreshToken: session.refreshToken });
    expect(await refusalOf(stolen)).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await refusalOf(whoAmI(next.accessToken))).toMatchObject({ code: 'SESSION_EXPIRED' });
    const mine = anonymous.api.auth.refresh.mutate({ refreshToken: next.refreshToken });
    expect(await refusalOf(mine)).toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('at most one of ten concurrent refreshes succeeds, and the session ends', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    const { session } = (await signUp(relay, tenant)).first;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => anonymous.api.auth.refresh.mutate({ refreshToken: session.refreshToken })),
    );
    const served = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(served).toHaveLength(1);
    const accessToken = served[0]!.value.accessToken;
    const call = overHttp(relay, { appKey: tenant.appKey, accessToken }).preKeys.status.query();
    expect(await refusalOf(call)).toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('an expired token is refused on a socket and over HTTP; refreshing keeps the socket', async ({
    clock,
    relay,
    tenant,
    anonymous,
  }) => {
    const person = await signUp(relay, tenant);
    const { api, session } = person.first;
    await api.preKeys.status.query();
    clock.aheadMs = 15 * 60_000 + 1;
    expect(await refusalOf(api.preKeys.status.query())).toMatchObject({ code: 'SESSION_EXPIRED' });
    clock.aheadMs = 0;

    const other = await signUp(relay, tenant);
    await other.first.api.preKeys.status.query();
    clock.aheadMs = 10 * 60_000;
    await anonymous.api.auth.refresh.mutate({ refreshToken: other.first.session.refreshToken });
    clock.aheadMs = 20 * 60_000;
    await other.first.api.preKeys.status.query();
    const call = overHttp(relay, { appKey: tenant.appKey, accessToken: session.accessToken }).preKeys.status.query();
    expect(await refusalOf(call)).toMatchObject({ code: 'SESSION_EXPIRED' });
    clock.aheadMs = 0;
  });

  test('signing out ends the session everywhere', async ({ relay, tenant, anonymous }) => {
    const person = await signUp(relay, tenant);
    const { api, session } = person.first;
    await api.auth.signOut.mutate();
    expect(await refusalOf(api.preKeys.status.query())).toMatchObject({ code: 'SESSION_EXPIRED' });
    const refreshed = anonymous.api.auth.refresh.mutate({ refreshToken: session.refreshToken });
    expect(await refusalOf(refreshed)).toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('a sixth session of one device ends the first', async ({ clock, relay, tenant }) => {
    const person = await signUp(relay, tenant);
    for (let i = 0; i < 5; i++) {
      clock.aheadMs += 1;
      await (await signIn(relay, person, person.first)).close();
    }
    const { accessToken } = person.first.session;
    const call = overHttp(relay, { appKey: tenant.appKey, accessToken }).preKeys.status.query();
    expect(await refusalOf(call)).toMatchObject({ code: 'SESSION_EXPIRED' });
    clock.aheadMs = 0;
  });

  test('the database holds no token', async ({ relay, tenant }) => {
    const { session } = (await signUp(relay, tenant)).first;
    const rows = await relay.sql`select s::text as row from sessions s`;
    for (const { row } of rows) {
      for (const token of [session.accessToken, session.refreshToken]) {
        expect(row).not.toContain(token);
        expect(row).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
      }
    }
  });
});

describe('devices of an account', () => {
  test('a second device joins with a longer list; a removed one cannot sign in', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    const person = await signUp(relay, tenant);
    const second = await addDevice(relay, person);
    expect(second.session.username).toBe(person.username);
    await removeDevices(person, person.first, [second.deviceId]);
    const proof = await prove(anonymous.api, second.keys, person.userId, 'signIn', null);
    expect(await refusalOf(anonymous.api.auth.signIn.mutate(proof))).toMatchObject({ code: 'DEVICE_REVOKED' });
  });

  test('joining needs a list that continues the stored one and adds the joining device alone', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    const person = await signUp(relay, tenant);
    const { account, userId } = person;
    const [mine, other] = await Promise.all([createDeviceKeys({ curves, rng }), createDeviceKeys({ curves, rng })]);
    const join = async (list: typeof person.list, device = mine) =>
      anonymous.api.auth.join.mutate({
        ...(await prove(anonymous.api, device, userId, 'join', list)),
        ...listInput(list),
        admission: await consentOf(person, device),
      });
    const both = await nextList(person, { add: [mine, other] });
    expect(await refusalOf(join(both))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const elsewhere = await nextList(person, { add: [other] });
    expect(await refusalOf(join(elsewhere, mine))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const fork = await firstList(account, mine);
    expect(await refusalOf(join(fork))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const { account: thief } = await createAccountKeys({ curves, rng, ...account });
    const forged = await firstList(thief, mine);
    expect(await refusalOf(join(forged))).toMatchObject({ code: 'IDENTITY_CHANGED' });

    const good = await nextList(person, { add: [mine] });
    const [one, again] = [await join(good), await join(good)];
    expect(again.deviceId).toBe(one.deviceId);
    const { lists } = await anonymous.api.devices.lists.query({ users: [{ userId, since: 0 }] });
    expect(lists[0]?.chain.map(({ bytes }) => bytes)).toEqual([toBase64(good.signed.bytes)]);
  });

  test('knowing the account key is not enough to join: a present device consents, or a code is proved', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    const { api } = anonymous;
    const person = await signUp(relay, tenant);
    const second = await addDevice(relay, person);
    await removeDevices(person, person.first, [second.deviceId]);
    const { userId, account } = person;
    const { tenantId } = account;
    const back = await createDeviceKeys({ curves, rng });
    const list = await nextList(person, { add: [back] });
    type Admission = Parameters<typeof api.auth.join.mutate>[0]['admission'];
    const join = async (admit: (challenge: { challengeId: string }) => Promise<Admission>) => {
      const proof = await prove(api, back, userId, 'join', list);
      return api.auth.join.mutate({ ...proof, ...listInput(list), admission: await admit(proof) });
    };
    const refused = async (admit: Parameters<typeof join>[0]) => (await refusalOf(join(admit))).code;
    const noise = toBase64(rng(64));
    expect(await refused(async () => ({ kind: 'consent', deviceId: person.first.deviceId, signature: noise }))).toBe(
      'BAD_SIGNATURE',
    );
    // The device that was removed has its own keys and the account key, and consents to its own return.
    expect(await refused(() => consentOf(person, back, second))).toBe('BAD_SIGNATURE');
    const itself = await signJoinConsent(curves, back, { tenantId, userId, device: newDeviceOf(back) });
    expect(await refused(async () => ({ kind: 'consent', deviceId: back.deviceId, signature: toBase64(itself) }))).toBe(
      'BAD_SIGNATURE',
    );
    // A consent to one device is none to another.
    const other = await createDeviceKeys({ curves, rng });
    expect(await refused(() => consentOf(person, other))).toBe('BAD_SIGNATURE');
    const { methodId, unlockKey } = person.vault!;
    expect(await refused(async () => ({ kind: 'unlock', methodId, signature: noise }))).toBe('BAD_SIGNATURE');
    const nobody = newId<typeof methodId>(rng(16));
    expect(await refused(async () => ({ kind: 'unlock', methodId: nobody, signature: noise }))).toBe('BAD_SIGNATURE');
    // What proved the code for another list, or to open the vault, admits nobody.
    const challenge = await api.auth.challenge.mutate({});
    const nonce = Uint8Array.from(Buffer.from(challenge.nonce, 'base64url'));
    const { challengeId } = challenge;
    for (const part of [
      { purpose: 'open', deviceListHash: null },
      { purpose: 'join', deviceListHash: rng(32) },
    ] as const) {
      const signature = await signUnlockProof(curves, unlockKey, { tenantId, challengeId, nonce, ...part });
      expect(await refused(async () => ({ kind: 'unlock', methodId, signature: toBase64(signature) }))).toBe(
        'BAD_SIGNATURE',
      );
    }
    expect((await join(() => consentOf(person, back))).deviceId).toBe(back.deviceId);
  });

  test('of two devices that join at once, one must fetch the list again', async ({ relay, tenant, anonymous }) => {
    const person = await signUp(relay, tenant);
    const { userId } = person;
    const attempts = await Promise.all(
      [0, 1].map(async () => {
        const device = await createDeviceKeys({ curves, rng });
        const list = await nextList(person, { add: [device] });
        const admission = await consentOf(person, device);
        return { ...(await prove(anonymous.api, device, userId, 'join', list)), ...listInput(list), admission };
      }),
    );
    const outcomes = await Promise.allSettled(attempts.map((input) => anonymous.api.auth.join.mutate(input)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const versions = await relay.sql`select version from device_lists where user_id = ${userId} order by version`;
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
  });
});

describe('who may call', () => {
  test('an unknown key, a foreign origin and a missing token are told apart', async ({ relay, anonymous }) => {
    const strict = await relay.addTenant({ allowedOrigins: ['https://site.example'] });
    const challenge = async (appKey: string | null, origin?: string) => {
      const connection = connect(relay, { appKey, headers: { ...(origin !== undefined && { origin }) } });
      const answer = await connection.api.auth.challenge.mutate({}).then(
        () => 'ok',
        (error) => errorAnswerOf(error).code,
      );
      await connection.close();
      const http = overHttp(relay, { appKey, headers: { ...(origin !== undefined && { origin }) } });
      expect(
        await http.auth.challenge.mutate({}).then(
          () => 'ok',
          (error) => errorAnswerOf(error).code,
        ),
      ).toBe(answer);
      return answer;
    };
    expect(await challenge(null)).toBe('UNKNOWN_APP_KEY');
    expect(await challenge('pk_test_nobody')).toBe('UNKNOWN_APP_KEY');
    expect(await challenge(strict.appKey, 'https://other.example')).toBe('ORIGIN_NOT_ALLOWED');
    expect(await challenge(strict.appKey, 'null')).toBe('ORIGIN_NOT_ALLOWED');
    expect(await challenge(strict.appKey, 'https://site.example')).toBe('ok');
    expect(await challenge(strict.appKey)).toBe('ok');
    expect(await refusalOf(anonymous.api.preKeys.status.query())).toMatchObject({ code: 'NOT_SIGNED_IN' });
  });
});
