import { describe, expect } from 'vitest';
import { newAccount } from './support/new-account.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

describe('a registration that is under way', () => {
  test('a sign-in by its challenge learns for certain what becomes of it', async ({ relay, anonymous }) => {
    const { api } = anonymous;
    const signInBy = ({ challengeId, userId, deviceId, signature }: Awaited<ReturnType<typeof early.input>>) =>
      refusalOf(api.auth.signIn.mutate({ challengeId, userId, deviceId, signature }));
    const waiting = async () =>
      (
        await relay.sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      ).length;
    const early = await newAccount(anonymous, 'early');
    const input = await early.input();
    const { registering, signingIn } = await relay.sql.begin(async (sql) => {
      await sql`lock table users in share row exclusive mode`;
      const underWay = { registering: api.auth.register.mutate(input), signingIn: null as unknown };
      await expect.poll(waiting).toBe(1);
      underWay.signingIn = signInBy(input);
      await expect.poll(waiting).toBe(2);
      return underWay;
    });
    expect(await registering).toMatchObject({ userId: early.userId });
    // Not that there is no such device.
    expect(await signingIn).toMatchObject({ code: 'CHALLENGE_INVALID' });

    const late = await newAccount(anonymous, 'late');
    const lateInput = await late.input();
    expect(await signInBy(lateInput)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(api.auth.register.mutate(lateInput))).toMatchObject({ code: 'CHALLENGE_INVALID' });
    expect(await relay.sql`select 1 from users where id = ${late.userId}`).toHaveLength(0);
  });
});
