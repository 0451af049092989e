import { describe, expect } from 'vitest';
import { CHANNEL_LIMITS, PREKEY_LIMITS } from '@seal-chat/protocol';
import { purgeExpired } from '../src/jobs/store.ts';
import { channelOf, newChannel, noise } from './support/channels.ts';
import { addDevice } from './support/devices.ts';
import { caughtUp, listen } from './support/events.ts';
import { newAccount } from './support/new-account.ts';
import { signUp, type TestDevice, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const keyPackage = () => ({ ref: noise(32), bytes: noise(120) });
const stock = (count: number) => Array.from({ length: count }, keyPackage);

/** A person with a channel that awaits one device of `bob`. */
async function awaiting(
  bob: Pick<TestPerson, 'tenant' | 'userId'> & { readonly first: Pick<TestDevice, 'process' | 'deviceId'> },
) {
  const alice = await signUp(bob.first.process, bob.tenant);
  const { conversationId } = await alice.first.api.channels.create.mutate(newChannel());
  await alice.first.api.channels.add.mutate({ conversationId, userIds: [bob.userId] });
  const claim = async () => {
    const deviceIds = [bob.first.deviceId];
    const { keyPackages } = await alice.first.api.channels.claimKeyPackages.mutate({ conversationId, deviceIds });
    return keyPackages.map((one) => one.keyPackage);
  };
  return { alice, conversationId, claim };
}

describe('KeyPackages that a device brings with it', () => {
  test('are handed out from its registration on', async ({ relay, tenant }) => {
    const brought = { oneTime: stock(1), lastResort: keyPackage() };
    const bob = await signUp(relay, tenant, null, brought);
    const { claim } = await awaiting(bob);
    expect(await claim()).toEqual([brought.oneTime[0]!.bytes]);
    expect(await claim()).toEqual([brought.lastResort.bytes]);
  });

  test('are handed out from its joining on', async ({ relay, tenant }) => {
    const bob = await signUp(relay, tenant);
    const brought = { oneTime: [], lastResort: keyPackage() };
    const { deviceId } = await addDevice(relay, bob, brought);
    const { claim } = await awaiting({ ...bob, first: { process: relay, deviceId } });
    expect(await claim()).toEqual([brought.lastResort.bytes]);
  });

  test('are not taken into stock again when a request comes twice', async ({ relay, tenant, anonymous }) => {
    const { userId, device, input } = await newAccount(anonymous, 'twice');
    const brought = { oneTime: stock(1), lastResort: keyPackage() };
    const register = async () => anonymous.api.auth.register.mutate({ ...(await input()), keyPackages: brought });
    await register();
    const { claim } = await awaiting({ tenant, userId, first: { process: relay, deviceId: device.deviceId } });
    expect(await claim()).toEqual([brought.oneTime[0]!.bytes]);
    await register();
    expect(await claim()).toEqual([brought.lastResort.bytes]);
  });

  test('come into the account with it or not at all', async ({ relay, tenant }) => {
    const [one] = stock(1);
    const twice = { oneTime: [one!, { ...keyPackage(), ref: one!.ref }], lastResort: null };
    expect(await refusalOf(signUp(relay, tenant, 'undone', twice))).toMatchObject({ code: 'CONFLICT' });
    expect(await signUp(relay, tenant, 'undone')).toMatchObject({ username: 'undone' });
  });
});

describe('KeyPackages', () => {
  test('each KeyPackage is handed out once, even to concurrent callers, and then the last-resort one', async ({
    relay,
    tenant,
  }) => {
    const bob = await signUp(relay, tenant);
    const oneTime = stock(6);
    const lastResort = keyPackage();
    await bob.first.api.channels.publishKeyPackages.mutate({ oneTime, lastResort });
    const channels = await Promise.all([1, 2, 3, 4].map(() => awaiting(bob)));
    const claimed = (await Promise.all(channels.flatMap(({ claim }) => [claim(), claim()]))).flat();
    const given = new Map<string, number>();
    for (const bytes of claimed) given.set(bytes, (given.get(bytes) ?? 0) + 1);
    expect(claimed).toHaveLength(8);
    for (const { bytes } of oneTime) expect(given.get(bytes) ?? 0).toBeLessThanOrEqual(1);
    expect(await channels[0]!.claim()).toHaveLength(1);
    // A claim that met another one took the last resort; what was left is still there, once.
    const { oneTime: left } = await bob.first.api.channels.keyPackageStatus.query({});
    const taken = oneTime.filter(({ bytes }) => given.has(bytes));
    expect(left.length).toBeLessThanOrEqual(6 - taken.length);
    for (let i = left.length; i > 0; i--) await channels[1]!.claim();
    expect(await channels[1]!.claim()).toEqual([lastResort.bytes]);
    expect(await channels[2]!.claim()).toEqual([lastResort.bytes]);
    // What was handed out is not taken into stock again.
    const status = await bob.first.api.channels.publishKeyPackages.mutate({ oneTime, lastResort: null });
    expect(status).toEqual({ oneTime: [], lastResort: lastResort.ref });
  });

  test('KeyPackages are given only to members, and only of devices that the channel awaits', async ({
    relay,
    tenant,
  }) => {
    const [bob, carol] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    await bob.first.api.channels.publishKeyPackages.mutate({ oneTime: stock(3), lastResort: null });
    const { alice, conversationId, claim } = await awaiting(bob);
    const ask = (person: TestPerson, deviceIds = [bob.first.deviceId]) =>
      person.first.api.channels.claimKeyPackages.mutate({ conversationId, deviceIds });
    expect(await refusalOf(ask(carol))).toMatchObject({ code: 'NOT_A_MEMBER' });
    const others = [carol.first.deviceId, alice.first.deviceId];
    expect(await ask(alice, others)).toEqual({ keyPackages: [] });
    expect(await claim()).toHaveLength(1);
    // A device without any has no entry.
    const second = await addDevice(relay, bob);
    expect(await ask(alice, [second.deviceId])).toEqual({ keyPackages: [] });
    const { conversationId: other } = await channelOf(alice, [bob]);
    const inGroup = alice.first.api.channels.claimKeyPackages.mutate({
      conversationId: other,
      deviceIds: [bob.first.deviceId],
    });
    expect(await inGroup).toEqual({ keyPackages: [] });
  });

  test('a device whose KeyPackages run low is asked for more', async ({ relay, tenant }) => {
    const bob = await signUp(relay, tenant);
    await bob.first.api.channels.publishKeyPackages.mutate({
      oneTime: stock(CHANNEL_LIMITS.keyPackageRefillBelow + 1),
      lastResort: null,
    });
    const heard = await caughtUp(listen(bob.first));
    const { claim } = await awaiting(bob);
    await claim();
    await claim();
    await heard.until((events) => events.some(({ type }) => type === 'key-packages-low'));
    expect(heard.events.filter(({ type }) => type === 'key-packages-low')).toEqual([
      { type: 'key-packages-low', oneTime: CHANNEL_LIMITS.keyPackageRefillBelow - 1 },
    ]);
  });

  test('a device that is connected is asked for more when they ran out by age, and for nothing it never had', async ({
    relay,
    tenant,
  }) => {
    const bob = await signUp(relay, tenant);
    await bob.first.api.channels.publishKeyPackages.mutate({
      oneTime: stock(CHANNEL_LIMITS.keyPackageRefillBelow),
      lastResort: null,
    });
    await bob.first.api.channels.publishKeyPackages.mutate({
      oneTime: [],
      lastResort: { ref: noise(32), bytes: noise(90) },
    });
    const heard = await caughtUp(listen(bob.first));
    await relay.sql`
      update key_packages set created_at = ${new Date(Date.now() - CHANNEL_LIMITS.keyPackageLifetimeMs - 1_000)}
      where device_id = ${bob.first.deviceId} and ref = (
        select ref from key_packages where device_id = ${bob.first.deviceId} limit 1)`;
    await purgeExpired(relay.sql, Date.now());
    await heard.until((events) => events.some(({ type }) => type === 'key-packages-low'));
    expect(heard.events.filter(({ type }) => type.endsWith('-low'))).toEqual([
      { type: 'key-packages-low', oneTime: CHANNEL_LIMITS.keyPackageRefillBelow - 1 },
    ]);
  });

  test('the database notes stocks as low where the protocol says that they are', async ({ relay }) => {
    const rows = await relay.sql<{ limit: string }[]>`
      select encode(tgargs, 'escape') as limit from pg_trigger
      where tgname in ('one_time_prekeys_gone', 'key_packages_gone') order by tgname`;
    expect(rows.map(({ limit }) => Number.parseInt(limit, 10))).toEqual([
      CHANNEL_LIMITS.keyPackageRefillBelow,
      PREKEY_LIMITS.oneTimeRefillBelow,
    ]);
  });

  test('an upload of KeyPackages can be repeated, replaces the stock on request, and has a limit', async ({
    relay,
    tenant,
  }) => {
    const { api } = (await signUp(relay, tenant)).first;
    const [first, second] = [stock(2), stock(50)];
    const lastResort = keyPackage();
    const publish = (oneTime: typeof first, replaceStock = false, last: typeof lastResort | null = lastResort) =>
      api.channels.publishKeyPackages.mutate({ oneTime, lastResort: last, replaceStock });
    const refs = (of: typeof first) => of.map(({ ref }) => ref).toSorted();
    await publish(first);
    expect((await publish(first)).oneTime.toSorted()).toEqual(refs(first));
    const forged = [{ ref: first[0]!.ref, bytes: noise(120) }];
    expect(await refusalOf(publish(forged))).toMatchObject({ code: 'CONFLICT' });
    expect(await refusalOf(publish([first[0]!, first[0]!]))).toMatchObject({ code: 'CONFLICT' });
    const forgedLast = { ref: lastResort.ref, bytes: noise(120) };
    expect(await refusalOf(publish([], false, forgedLast))).toMatchObject({ code: 'CONFLICT' });
    expect((await publish(second, true)).oneTime.toSorted()).toEqual(refs(second));
    // What was replaced is spent.
    expect((await publish(first)).oneTime).toHaveLength(50);
    expect((await publish(stock(50))).oneTime).toHaveLength(100);
    expect(await refusalOf(publish(stock(1)))).toMatchObject({ code: 'TOO_LARGE' });
    const next = keyPackage();
    expect((await publish([], false, next)).lastResort).toBe(next.ref);
    expect((await publish([], false, lastResort)).lastResort).toBe(next.ref);
  });

  test('KeyPackages that are too old are not handed out', async ({ clock, relay, tenant }) => {
    const bob = await signUp(relay, tenant);
    const fresh = keyPackage();
    await bob.first.api.channels.publishKeyPackages.mutate({ oneTime: stock(2), lastResort: keyPackage() });
    const began = clock.aheadMs;
    try {
      clock.aheadMs += CHANNEL_LIMITS.keyPackageLifetimeMs + 1;
      const again = await signUp(relay, tenant);
      const { claim } = await awaiting(bob);
      expect(again.userId).not.toBe(bob.userId);
      expect(await claim()).toEqual([]);
      const { tenantId } = tenant;
      await relay.sql`
        insert into key_packages (tenant_id, device_id, ref, bytes, created_at)
        values (${tenantId}, ${bob.first.deviceId}, ${Buffer.from(fresh.ref, 'base64url')},
          ${Buffer.from(fresh.bytes, 'base64url')}, ${new Date(Date.now() + clock.aheadMs)})`;
      expect(await claim()).toEqual([fresh.bytes]);
    } finally {
      clock.aheadMs = began;
    }
  });

  test('claims of KeyPackages are limited per minute, for the caller and for the person they are of', async ({
    relay,
    tenant,
  }) => {
    const small = await relay.addTenant({ limits: { keyPackageClaimsPerMinutePerUser: 3 } });
    const [alice, bob] = await Promise.all([signUp(relay, small), signUp(relay, small)]);
    const { conversationId } = await alice.first.api.channels.create.mutate(newChannel());
    await alice.first.api.channels.add.mutate({ conversationId, userIds: [bob.userId] });
    const claim = (device: TestPerson['first']) =>
      device.api.channels.claimKeyPackages.mutate({ conversationId, deviceIds: [bob.first.deviceId] });
    for (let i = 0; i < 3; i++) await claim(alice.first);
    expect(await refusalOf(claim(alice.first))).toMatchObject({ code: 'RATE_LIMITED' });
    const carol = await signUp(relay, tenant);
    const { claim: claimCarol } = await awaiting(carol);
    for (let i = 0; i < 20; i++) await claimCarol();
    expect(await refusalOf(claimCarol())).toMatchObject({ code: 'RATE_LIMITED' });
  });
});
