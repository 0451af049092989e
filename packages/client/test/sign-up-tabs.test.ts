import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { indexedDbStore, memoryStore, type SealClient, type StoreFactory } from '../src/index.ts';
import { deviceIdOf, openHouse, userIdOf, type House, type Resident } from './support/house.ts';
import { dmWith, expectShown, online, until } from './support/wait.ts';

// All tabs derive from the same code.
vi.mock(import('../../crypto/src/argon2.ts'), async (original) => {
  const { deriveOnce } = await import('./support/derive-once.ts');
  return deriveOnce(original);
});

let house: House;
let bob: Resident;
beforeAll(async () => {
  vi.stubGlobal('IDBKeyRange', IDBKeyRange);
  // Later versions of Node have Web Locks.
  vi.stubGlobal('navigator', {});
  house = await openHouse({ limits: { authPerMinutePerAddress: 10_000 } });
  bob = await house.enter(null);
});
afterAll(async () => {
  await house.close();
  vi.unstubAllGlobals();
});

/** Opens two tabs of a new device at the same moment. */
function twoTabs(store: StoreFactory): readonly [SealClient, SealClient] {
  return [house.open({ store }), house.open({ store })];
}

async function countAccounts(): Promise<number> {
  const [row] = await house.relay.sql`select count(*) as count from users where tenant_id = ${house.tenant.tenantId}`;
  return Number(row!['count']);
}

/** Both tabs are the same device, the only one of its account, and both can write and read. */
async function expectOneDevice([first, second]: readonly [SealClient, SealClient]): Promise<void> {
  for (const tab of [first, second]) await until(tab.account, ({ status }) => status === 'signed-in', 'an account');
  expect([userIdOf(second), deviceIdOf(second)]).toEqual([userIdOf(first), deviceIdOf(first)]);
  await Promise.all([online(first), online(second)]);
  expect(await first.listDevices()).toHaveLength(1);
  const atFirst = await first.openDm(bob.userId);
  await atFirst.send('from the first tab');
  const atBob = await dmWith(bob.client, userIdOf(first));
  await expectShown(atBob, ['from the first tab']);
  const atSecond = await dmWith(second, bob.userId);
  await atSecond.send('from the second tab');
  await expectShown(atBob, ['from the first tab', 'from the second tab']);
  await atBob.send('to both tabs');
  for (const tab of [atFirst, atSecond, atBob]) {
    await expectShown(tab, ['from the first tab', 'from the second tab', 'to both tabs']);
  }
}

describe.each([
  ['with locks', () => memoryStore()],
  ['without Web Locks', () => indexedDbStore({ indexedDB: new IDBFactory() })],
] as const)('two tabs that sign up at the same time, %s', (_how, makeStore) => {
  it('guests become one account with one device', async () => {
    const before = await countAccounts();
    const tabs = twoTabs(makeStore());
    await Promise.all(tabs.map((tab) => tab.createAccount({ username: null })));
    expect(await countAccounts()).toBe(before + 1);
    await expectOneDevice(tabs);
  });

  it('the same name becomes one account with one device and one recovery code, which opens it', async () => {
    const before = await countAccounts();
    const tabs = twoTabs(makeStore());
    const username = `both-${before}`;
    // A name with spaces around it is the same name.
    const [first, second] = await Promise.all([
      tabs[0].createAccount({ username }),
      tabs[1].createAccount({ username: `${username} ` }),
    ]);
    expect(await countAccounts()).toBe(before + 1);
    expect(second.recoveryCode).toBe(first.recoveryCode);
    await expectOneDevice(tabs);
    const other = house.open();
    await other.recover({ username, recoveryCode: first.recoveryCode! });
    expect(userIdOf(other)).toBe(userIdOf(tabs[0]));
  });

  it('a tab that opens while another signs up becomes the same device', async () => {
    const before = await countAccounts();
    const store = makeStore();
    const first = house.open({ store });
    const creating = first.createAccount({ username: null });
    const late: SealClient[] = [];
    // Whatever the first tab has got to, a tab opens there.
    while (first.account.get().status !== 'signed-in') {
      late.push(house.open({ store }));
      await late.at(-1)!.ready();
    }
    await creating;
    expect(late.length).toBeGreaterThan(2);
    for (const tab of late) await expect.poll(() => tab.account.get()).toMatchObject({ status: 'signed-in' });
    expect(await countAccounts()).toBe(before + 1);
    await expectOneDevice([first, late[0]!]);
  });
});

describe('two tabs that sign up at the same time with different names', () => {
  it('the first name becomes the account of both tabs, and the other tab is told so', async () => {
    const before = await countAccounts();
    const tabs = twoTabs(memoryStore());
    const results = await Promise.allSettled(
      tabs.map((tab, i) => tab.createAccount({ username: `name-${i}-of-${before}` })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect(await countAccounts()).toBe(before + 1);
    await expectOneDevice(tabs);
  });
});
