import { expect, test } from 'vitest';
import { createAdmission, type Admitted } from './admission.ts';

const LIMITS = {
  sockets: 6,
  connectionsPerAddress: 9,
  requestsPerAddress: 9,
  socketsPerAddress: 4,
  strangersPerAddress: 2,
  strangerMs: 1,
};

function admission() {
  const clock = { now: 0 };
  const { admit } = createAdmission(LIMITS, () => clock.now);
  const take = (network: string) => admit(network) as Admitted;
  return { clock, admit, take };
}

const CROWDED = { status: 429, retryAfterSeconds: 10 };

test('few of an address are on their way to sign in; who has signed in makes room', () => {
  const { admit, take } = admission();
  const first = take('a');
  take('a');
  expect(admit('a')).toEqual(CROWDED);
  expect(admit('b')).not.toHaveProperty('status');
  first.signedIn();
  first.signedIn();
  take('a');
  expect(admit('a')).toEqual(CROWDED);
});

test('an address has so many sockets and opens so many in a while, whatever becomes of them', () => {
  const { clock, admit, take } = admission();
  for (let i = 0; i < 4; i++) {
    const socket = take('a');
    socket.signedIn();
    socket.closed();
    socket.closed();
  }
  expect(admit('a')).toEqual(CROWDED);
  clock.now = 10_000;
  for (let i = 0; i < 4; i++) take('a').signedIn();
  clock.now = 20_000;
  expect(admit('a')).toEqual(CROWDED);
});

test('a process has so many sockets', () => {
  const { admit, take } = admission();
  const all = Array.from({ length: 6 }, (_, i) => take(`address ${i}`));
  expect(admit('another')).toEqual({ status: 503, retryAfterSeconds: 5 });
  all[0]!.closed();
  expect(admit('another')).not.toHaveProperty('status');
});
