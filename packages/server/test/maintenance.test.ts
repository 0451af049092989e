import { describe, expect } from 'vitest';
import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import { purgeExpired } from '../src/jobs/store.ts';
import { noise } from './support/channels.ts';
import { connect } from './support/connections.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

describe('maintenance', () => {
  test('the queue answers, and runs the purge once for any number of processes', async ({ relay }) => {
    const other = await relay.addProcess();
    expect(await relay.app.ready()).toEqual({ database: true, bus: true, queue: true });
    expect(await other.app.ready()).toEqual({ database: true, bus: true, queue: true });
    const done = () => relay.sql`select 1 from bullmq.job where name = 'purge' and state = 'completed'`;
    await expect.poll(done, { timeout: patient(20_000) }).toHaveLength(1);
  });

  test('the purge deletes what has expired and nothing else', async ({ relay }) => {
    const tenant = await relay.addTenant();
    const person = await signUp(relay, tenant);
    const anonymous = connect(relay, { appKey: tenant.appKey });
    await anonymous.api.auth.challenge.mutate({});
    const counts = async () => {
      const [row] = await relay.sql`
        select (select count(*)::int from challenges) as challenges, (select count(*)::int from sessions) as sessions,
          (select count(*)::int from rate_counters) as counters`;
      return row;
    };
    await purgeExpired(relay.sql, Date.now());
    expect(await counts()).toEqual({ challenges: 1, sessions: 1, counters: expect.any(Number) });
    await purgeExpired(relay.sql, Date.now() + 601_000);
    expect(await counts()).toEqual({ challenges: 0, sessions: 1, counters: 0 });
    await person.first.api.preKeys.status.query();
    const keyPackage = { ref: noise(32), bytes: noise(90) };
    const { channels } = person.first.api;
    await channels.publishKeyPackages.mutate({ oneTime: [keyPackage], lastResort: null });
    const keyPackages = () => relay.sql`select 1 from key_packages`;
    await purgeExpired(relay.sql, Date.now() + CHANNEL_LIMITS.keyPackageLifetimeMs - 60_000);
    expect(await keyPackages()).toHaveLength(1);
    await purgeExpired(relay.sql, Date.now() + CHANNEL_LIMITS.keyPackageLifetimeMs);
    expect(await keyPackages()).toHaveLength(0);
    await purgeExpired(relay.sql, Date.now() + 31 * 24 * 3_600_000);
    expect(await counts()).toEqual({ challenges: 0, sessions: 0, counters: 0 });
    const { refreshToken } = person.first.session;
    expect(await refusalOf(anonymous.api.auth.refresh.mutate({ refreshToken }))).toMatchObject({
      code: 'SESSION_EXPIRED',
    });
  });
});
