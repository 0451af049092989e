import { expect, test } from 'vitest';
import type { TenantId, UserId } from '@seal-chat/protocol';
import { CALL_CLASSES } from '@seal-chat/protocol/api';
import { createTurns } from '../fairness/turns.ts';
import { classesFor, createCallControl, type LimitedCaller } from './calls.ts';
import type { Rates } from './rates.ts';

const HERE = () => false;

function control() {
  const clock = { now: 60_000 };
  const turns = createTurns({ atOnce: 100, perTenant: 100, perPerson: 100, waiting: 0, waitingPerTenant: 0 });
  const classes = { ...CALL_CLASSES, scan: { address: 2, person: 3, tenant: 5, isInTurn: true } };
  const { begin } = createCallControl({ turns, clock: () => clock.now, classes });
  const call = (userId: string | null, address = 'a', tenantId = 't') =>
    begin(
      'devices.lists',
      { tenantId, userId, address } as LimitedCaller & { tenantId: TenantId; userId: UserId },
      HERE,
    )
      .then((end) => end())
      .then(
        () => 'served',
        (error: { code: string; details: { retryAfterMs: number } }) => `${error.code} ${error.details.retryAfterMs}`,
      );
  return { clock, call };
}

test('an address without a session, a person and a tenant each have so many calls of a class in a minute', async () => {
  const { clock, call } = control();
  clock.now = 70_000;
  expect([await call(null), await call(null), await call(null)]).toEqual(['served', 'served', 'RATE_LIMITED 50000']);
  expect([await call('u'), await call('u'), await call('u'), await call('v')]).toEqual([
    'served',
    'served',
    'served',
    'RATE_LIMITED 50000',
  ]);
  expect(await call('v', 'a', 'another tenant')).toBe('served');
  clock.now = 120_000;
  expect(await call('v')).toBe('served');
});

test('a refused call counts for no one else', async () => {
  const { call } = control();
  for (let i = 0; i < 50; i++) await call('loud');
  expect(await call('quiet')).toBe('served');
});

test('a clock that jumps back keeps no one waiting for longer than a minute', async () => {
  const { clock, call } = control();
  for (let i = 0; i < 3; i++) await call('u');
  clock.now = 1_000;
  expect(await call('u')).toBe('served');
});

test('where the operator allows more sign-ins from an address, there is room for their calls', () => {
  const rates = { authPerMinutePerAddress: 20 } as Rates;
  expect(classesFor(rates)).toEqual(CALL_CLASSES);
  const { entry, scan } = classesFor({ ...rates, authPerMinutePerAddress: 100_000 });
  expect(entry.address).toBeGreaterThanOrEqual(200_000);
  expect(entry.tenant).toBeGreaterThanOrEqual(entry.address!);
  expect(scan).toEqual(CALL_CLASSES.scan);
});
