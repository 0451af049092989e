import { describe, expect, onTestFinished } from 'vitest';
import { createDeviceKeys } from '@seal-chat/crypto';
import { newId, toBase64, type UserId } from '@seal-chat/protocol';
import { createAccount } from '../src/auth/accounts.ts';
import { openDatabase } from '../src/db/database.ts';
import type { Transaction } from '../src/db/transaction.ts';
import { skeletonOf } from '../src/users/skeleton.ts';
import { usernameKeyOf } from '../src/users/username.ts';
import { curves, rng, withAnonymous } from './support/connections.ts';
import { addDevice, consentOf, nextList, reconnect, replaceKey } from './support/devices.ts';
import { listInput, prove, signUp } from './support/people.ts';
import type { Relay } from './support/relay.ts';
import { test } from './support/test.ts';

describe('a request that is under way twice', () => {
  /** Runs `requests` so that each was checked before any was stored. */
  async function atOnce<T>(relay: Relay, userId: UserId, requests: readonly (() => Promise<T>)[]): Promise<T[]> {
    const [running] = await relay.sql.begin(async (sql) => {
      await sql`select 1 from users where id = ${userId} for update`;
      const all = Promise.all(requests.map((request) => request()));
      all.catch(() => {});
      await expect
        .poll(
          async () =>
            (
              await relay.sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
            ).length,
        )
        .toBe(requests.length);
      return [all];
    });
    return running;
  }

  test('a new account key, a shorter list and a new device are each stored once, and both answers say so', async ({
    relay,
    tenant,
  }) => {
    const person = await signUp(relay, tenant);
    const [second, third] = [await addDevice(relay, person), await addDevice(relay, person)];
    const sockets = [person.first, reconnect(relay, tenant, person.first)];
    const versions = async () =>
      (await relay.sql`select version from device_lists where user_id = ${person.userId}`).length;

    const replaced = await replaceKey(person, [third.deviceId]);
    await atOnce(
      relay,
      person.userId,
      sockets.map(
        ({ api }) =>
          () =>
            api.devices.replaceKey.mutate(replaced.input),
      ),
    );
    expect(await versions()).toBe(4);
    Object.assign(person, { account: replaced.account, list: replaced.list, vault: replaced.vault });

    const shorter = await nextList(person, { remove: [second.deviceId] });
    const { bytes, signature } = shorter.signed;
    const update = { deviceList: toBase64(bytes), signature: toBase64(signature), vault: null };
    await atOnce(
      relay,
      person.userId,
      sockets.map(
        ({ api }) =>
          () =>
            api.devices.update.mutate(update),
      ),
    );
    expect(await versions()).toBe(5);
    person.list = shorter;

    const keys = await createDeviceKeys({ curves, rng });
    const longer = await nextList(person, { add: [keys] });
    const admission = await consentOf(person, keys);
    const join = () =>
      withAnonymous(relay, tenant, async (api) =>
        api.auth.join.mutate({
          ...(await prove(api, keys, person.userId, 'join', longer)),
          ...listInput(longer),
          admission,
        }),
      );
    const sessions = await atOnce(relay, person.userId, [join, join]);
    expect(new Set(sessions.map(({ accessToken }) => accessToken)).size).toBe(2);
    expect(await versions()).toBe(6);
  });

  test('a registration that another one stores meanwhile is done, whatever it had looked at by then', async ({
    relay,
    tenant,
  }) => {
    const { tenantId } = tenant;
    const { userId, username, list } = await signUp(relay, tenant);
    const database = openDatabase({ url: relay.database.url, isIsolated: true, onError: () => undefined });
    onTestFinished(() => database.close());
    const account = {
      tenantId,
      userId,
      username,
      first: list,
      vault: null,
      keyPackages: undefined,
      now: new Date(),
      usernameKey: usernameKeyOf(username!),
      usernameSkeleton: skeletonOf(username!),
    };
    /** As a transaction sees it whose first `early` reads were before the other one's commit. */
    const seenFrom = (tx: Transaction, early: number): Transaction => {
      let reads = 0;
      const findUnique = (query: object) => (reads++ < early ? null : tx.user.findUnique(query as never));
      return { user: { findUnique } } as unknown as Transaction;
    };
    for (const early of [0, 1, 2]) {
      await database.prisma.of(tenantId).$transaction((tx) => createAccount(seenFrom(tx, early), {} as never, account));
    }
    const other = { ...account, userId: newId<UserId>(rng(16)) };
    const taken = database.prisma.of(tenantId).$transaction((tx) => createAccount(tx, {} as never, other));
    await expect(taken).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
  });
});
