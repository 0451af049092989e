import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rowReader } from '../src/store/device-tx.ts';
import { ROWS } from '../src/store/rows.ts';
import { isSealError, type SealClient } from '../src/index.ts';
import { link } from './support/link.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { createDisk, type Disk } from './support/mortal.ts';
import { online } from './support/wait.ts';

// Every life opens the same vault with the same code.
vi.mock(import('../../crypto/src/argon2.ts'), async (original) => {
  const { deriveOnce } = await import('./support/derive-once.ts');
  return deriveOnce(original);
});

let house: House;
beforeAll(async () => {
  house = await openHouse({ limits: { authPerMinutePerAddress: 10_000, failedAuthPerAccount: 1_000 } });
});
afterAll(() => house.close());

/** Whether the SDK calls `path`. */
const isCall = (input: Parameters<typeof fetch>[0], path: string): boolean =>
  (input as string).includes(`/trpc/${path}`);

/** A network that keeps the first call of `path` back until it is let go; the page gets no answer. */
function slowNetwork(path: string) {
  let letGo: (() => Promise<Response>) | null = null;
  let note = (): void => {};
  const held = new Promise<void>((resolve) => (note = resolve));
  const slow: typeof fetch = (input, init) => {
    if (letGo !== null || !isCall(input, path)) return fetch(input, init);
    const { signal: _signal, ...request } = init ?? {};
    letGo = () => fetch(input, request);
    note();
    return new Promise(() => {});
  };
  return { fetch: slow, held, arrives: async () => (await letGo!()).status };
}

async function accountsNamed(name: string): Promise<number> {
  const [row] = await house.relay.sql`select count(*) as count from users where username = ${name}`;
  return Number(row!['count']);
}

/** A page whose request is on its way when it is closed. */
async function closedOnTheWay(path: string, begin: (page: SealClient) => Promise<unknown>) {
  const disk = createDisk();
  const life = disk.live();
  const network = slowNetwork(path);
  const page = house.open({ ...life, fetch: network.fetch });
  void begin(page).catch(() => {});
  await network.held;
  life.kill();
  return { disk, network };
}

const next = (disk: Disk): SealClient => house.open(disk.live());

describe('a sign-up that reaches the server after its page was closed', () => {
  it('makes no account once the person has taken another name', async () => {
    const { disk, network } = await closedOnTheWay('auth.register', (page) =>
      page.createAccount({ username: 'first-thought', recoveryCode: false }),
    );
    const page = next(disk);
    await page.createAccount({ username: 'second-thought', recoveryCode: false });
    expect(await network.arrives()).toBe(401);
    expect(await accountsNamed('first-thought')).toBe(0);
    // The name is free for others.
    expect((await house.enter('first-thought')).userId).not.toBe(userIdOf(page));
  });

  it('is the account of the page that asks for the same name, whichever of both arrives first', async () => {
    const { disk, network } = await closedOnTheWay('auth.register', (page) =>
      page.createAccount({ username: 'same-thought' }),
    );
    const { recoveryCode } = await rowReader(await disk.live().store('look'))
      .get(ROWS.account)
      .then((row) => row!);
    const page = next(disk);
    expect(await page.createAccount({ username: 'same-thought' })).toEqual({ recoveryCode });
    expect(await network.arrives()).toBe(200);
    expect(await accountsNamed('same-thought')).toBe(1);
    const other = house.open();
    await other.recover({ username: 'same-thought', recoveryCode: recoveryCode! });
    expect(userIdOf(other)).toBe(userIdOf(page));
  });

  it('is the account of the page even where it arrives between two questions of the next one', async () => {
    const { disk, network } = await closedOnTheWay('auth.register', (page) =>
      page.createAccount({ username: 'in-between', recoveryCode: false }),
    );
    let isThere = false;
    const life = disk.live();
    const page = house.open({
      ...life,
      fetch: async (input, init) => {
        // The next page asks for another name, and so gives up the first one: that is too late by then.
        if (!isThere && isCall(input, 'auth.signIn')) {
          isThere = true;
          expect(await network.arrives()).toBe(200);
        }
        return life.fetch(input, init);
      },
    });
    await expect(page.createAccount({ username: 'another', recoveryCode: false })).rejects.toSatisfy((error: unknown) =>
      isSealError(error, 'CONFLICT'),
    );
    expect(page.account.get()).toMatchObject({ status: 'signed-in', username: 'in-between' });
    expect(await accountsNamed('in-between')).toBe(1);
  });

  it('makes no account once the page has joined another one', async () => {
    const { disk, network } = await closedOnTheWay('auth.register', (page) =>
      page.createAccount({ username: 'given-up', recoveryCode: false }),
    );
    const owner = await house.enter('joined-instead');
    await online(owner.client);
    const page = next(disk);
    await link(owner.client, page);
    expect(userIdOf(page)).toBe(owner.userId);
    expect(await network.arrives()).toBe(401);
    expect(await accountsNamed('given-up')).toBe(0);
  });

  it('counts once where something between repeats it', async () => {
    const page = house.open({
      fetch: async (input, init) => {
        if (isCall(input, 'auth.register')) await fetch(input, init);
        return fetch(input, init);
      },
    });
    await page.createAccount({ username: 'repeated', recoveryCode: false });
    expect(page.account.get()).toMatchObject({ status: 'signed-in', username: 'repeated' });
    expect(await accountsNamed('repeated')).toBe(1);
  });
});

describe('a device whose joining reaches the server after its page was closed', () => {
  it('is not on the list of the account once the page has signed up', async () => {
    const owner = await house.enter('not-joined');
    await online(owner.client);
    const { disk, network } = await closedOnTheWay('auth.join', (page) => link(owner.client, page));
    const page = next(disk);
    await page.createAccount({ username: 'on-its-own', recoveryCode: false });
    expect(await network.arrives()).toBe(401);
    expect(await owner.client.listDevices()).toHaveLength(1);
    const [row] = await house.relay.sql`select count(*) as count from devices where user_id = ${owner.userId}`;
    expect(Number(row!['count'])).toBe(1);
  });
});
