import { fromBase64, toBase64, type Bytes } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../src/index.ts';
import { addDevice, expectSaid, isSettled, joined, said, say, settle, stocked } from './support/channel.ts';
import { entryIn, type Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, type Lies } from './support/lying-server.ts';
import { online, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Bytes of a ML-KEM-768 ciphertext, of a key, of one door of a Welcome, and where the first is: after version and count. */
const CIPHERTEXT = 1_088;
const KEY = 1_184;
const DOOR = CIPHERTEXT + 48;
const FIRST_DOOR = 2;
/** A KeyPackage has its ML-KEM key after the version. */
const FIRST_KEY = 1;
/** Type and length of the GroupInfo extension with the ML-KEM key. */
const EXTERNAL_KEY = [0xf5, 0xe2, 0x44, 0xa0];
/** Length of the authenticated data of an external Commit. */
const EXTERNAL_CIPHERTEXT = [0x44, 0x40];

/** base64url of a value with some of its bytes changed. */
function changed(text: unknown, change: (bytes: Bytes) => Uint8Array): string {
  return toBase64(Uint8Array.from(change(fromBase64(String(text))!)));
}

const flip =
  (at: (bytes: Bytes) => number) =>
  (bytes: Bytes): Uint8Array =>
    bytes.map((byte, i) => (i === at(bytes) ? byte ^ 1 : byte));

/** The place behind a run of bytes, which occurs once. */
function behind(bytes: Bytes, run: readonly number[]): number {
  const places = [...bytes.keys()].filter((at) => run.every((byte, i) => bytes[at + i] === byte));
  if (places.length === 0) throw new Error('not there');
  return places[0]! + run.length;
}

/** Alice adds Bob to a channel while he is away; he comes back to a server that lies to him. */
async function invited(lies: Lies) {
  const server = createLyingServer();
  const [alice, bob] = await settle(house, 2);
  await stocked(bob!.client);
  await bob!.client.close();
  const { conversationId } = await alice!.client.createChannel({
    name: 'Doors',
    visibility: 'private',
    members: [bob!.userId],
  });
  const atAlice = await joined(alice!.client, conversationId);
  await isSettled(alice!.client, conversationId);
  server.lie(lies);
  const again = house.open({ store: bob!.store, ...server });
  const errors: ErrorCode[] = [];
  again.on('error', ({ code }) => errors.push(code));
  return { server, alice: alice!, again, atAlice, conversationId, errors };
}

const everyWelcome = (change: (bytes: Bytes) => Uint8Array): Lies => ({
  events: { welcome: (event) => [{ ...event, welcome: changed(event['welcome'], change) }] },
});

/** A Welcome whose doors are gone; what is behind them is as it was. */
function withoutDoors(bytes: Bytes): Uint8Array {
  const count = bytes[1]!;
  return Uint8Array.from([bytes[0]!, 0, ...bytes.slice(FIRST_DOOR + count * DOOR)]);
}

/** Nothing but the MLS Welcome. */
function bare(bytes: Bytes): Uint8Array {
  return bytes.slice(FIRST_DOOR + bytes[1]! * DOOR + 4);
}

describe('a Welcome', () => {
  it.each<[string, Lies, ErrorCode]>([
    ['with an altered ciphertext', everyWelcome(flip(() => FIRST_DOOR + 500)), 'MALFORMED'],
    ['with an altered PSK', everyWelcome(flip(() => FIRST_DOOR + CIPHERTEXT + 3)), 'MALFORMED'],
    ['without its post-quantum part', everyWelcome(withoutDoors), 'MALFORMED'],
    ['that is nothing but an MLS Welcome', everyWelcome(bare), 'UNSUPPORTED_VERSION'],
  ])('%s lets the device in by no lesser way: it reports, and joins by the other door', async (_, lies, code) => {
    const { server, again, atAlice, conversationId, errors } = await invited(lies);
    await expect.poll(() => errors, { timeout: 15_000 }).toContain(code);
    const atBob = await joined(again, conversationId);
    const commits = server.calls.filter(({ path }) => path === 'channels.commit');
    expect(commits.map(({ input }) => input['isExternal'])).toContain(true);
    await say(atAlice, 'in by the other door');
    await until(atBob.messages, () => said(atBob).includes('in by the other door'));
    await server.expectFired();
  });

  it('lets the device in, and once more changes nothing', async () => {
    const welcomes: Json[] = [];
    const { server, again, atAlice, conversationId, errors } = await invited({
      events: {
        welcome: (event) => {
          welcomes.push(event);
          return [event];
        },
      },
    });
    const atBob = await joined(again, conversationId);
    expect(server.calls.some(({ path, input }) => path === 'channels.commit' && input['isExternal'] === true)).toBe(
      false,
    );
    server.inject(welcomes);
    await say(atAlice, 'after the replay');
    await until(atBob.messages, () => said(atBob).includes('after the replay'));
    await say(atBob, 'and back');
    await until(atAlice.messages, () => said(atAlice).includes('and back'));
    expect(errors).toEqual([]);
    await server.expectFired();
  });
});

describe('a KeyPackage', () => {
  it.each<[string, (own: Bytes, other: Bytes) => Uint8Array]>([
    ["with another device's ML-KEM key", (own, other) => spliced(own, other.subarray(FIRST_KEY, FIRST_KEY + KEY))],
    ['with an altered ML-KEM key', (own) => own.map((byte, i) => (i === FIRST_KEY + 600 ? byte ^ 1 : byte))],
    ['without it', (own) => own.slice(FIRST_KEY + KEY + 4)],
  ])('%s adds nobody, and nothing is sealed to that key', async (_, change) => {
    const server = createLyingServer();
    const alice = await house.enter(null, server);
    const [bob, mallory] = await settle(house, 2);
    await online(alice.client);
    await Promise.all([bob!.client, mallory!.client].map(stocked));
    await bob!.client.close();
    const errors: ErrorCode[] = [];
    alice.client.on('error', ({ code }) => errors.push(code));
    const { sql } = house.relay;
    const [stolen] = await sql<{ bytes: Uint8Array }[]>`
      select k.bytes from key_packages k join devices d on d.tenant_id = k.tenant_id and d.id = k.device_id
      where d.user_id = ${mallory!.userId} limit 1`;
    const other = Uint8Array.from(stolen!.bytes);
    server.lie({
      answers: {
        'channels.claimKeyPackages': (answer) => ({
          ...answer,
          keyPackages: (answer['keyPackages'] as Json[]).map((claimed) => ({
            ...claimed,
            keyPackage: changed(claimed['keyPackage'], (own) => change(own, other)),
          })),
        }),
      },
    });
    const { conversationId } = await alice.client.createChannel({
      name: 'Careful',
      visibility: 'private',
      members: [bob!.userId],
    });
    await expect.poll(() => errors.length, { timeout: 15_000 }).toBeGreaterThan(0);
    expect(errors.every((code) => code === 'MALFORMED' || code === 'UNSUPPORTED_VERSION')).toBe(true);
    expect(server.calls.filter(({ path }) => path === 'channels.commit')).toEqual([]);
    await server.expectFired();

    // Bob needs nobody to come in.
    server.lie({});
    const again = house.open({ store: bob!.store });
    const [atAlice, atBob] = await Promise.all([joined(alice.client, conversationId), joined(again, conversationId)]);
    await say(atAlice, 'for Bob');
    await until(atBob.messages, () => said(atBob).includes('for Bob'));
  });
});

describe('an external join', () => {
  async function channel() {
    const [alice, bob] = await settle(house, 2);
    await Promise.all([alice!.client, bob!.client].map(stocked));
    const { conversationId } = await alice!.client.createChannel({
      name: 'Outside',
      visibility: 'private',
      members: [bob!.userId],
    });
    const atAlice = await joined(alice!.client, conversationId);
    const atBob = await joined(bob!.client, conversationId);
    await say(atAlice, 'first');
    await expectSaid(atBob, ['first']);
    return { alice: alice!, bob: bob!, atAlice, conversationId };
  }

  it.each<[string, (bytes: Bytes) => Uint8Array]>([
    ['another ML-KEM key', flip((bytes) => behind(bytes, EXTERNAL_KEY) + 77)],
    ['an extension of another type in its place', flip((bytes) => behind(bytes, EXTERNAL_KEY) - 3)],
  ])('by a GroupInfo with %s is refused, and by the honest one goes on', async (_, change) => {
    const { bob, atAlice, conversationId } = await channel();
    const server = createLyingServer();
    server.lie({
      answers: {
        'channels.group': (answer) => ({ ...answer, groupInfo: changed(answer['groupInfo'], change) }),
      },
      // It has to come in on its own.
      events: { welcome: () => [] },
    });
    const phone = await addDevice(house, bob.client, server);
    const errors: ErrorCode[] = [];
    phone.on('error', ({ code }) => errors.push(code));
    await expect.poll(() => server.calls.filter(({ path }) => path === 'channels.group').length).toBeGreaterThan(0);
    await expect.poll(() => errors, { timeout: 15_000 }).toContain('MALFORMED');
    expect(phone.conversation(conversationId).summary.get()?.channel?.state).not.toBe('joined');
    expect(server.calls.filter(({ path }) => path === 'channels.commit')).toEqual([]);
    server.lie({ events: { welcome: () => [] } });
    server.cut();
    const onPhone = await joined(phone, conversationId);
    await say(atAlice, 'on the phone, too');
    await until(onPhone.messages, () => said(onPhone).includes('on the phone, too'));
    const commits = server.calls.filter(({ path }) => path === 'channels.commit');
    expect(commits.map(({ input }) => input['isExternal'])).toContain(true);
  });

  it('whose ciphertext the server altered is refused by the members, who go on with the honest one', async () => {
    const server = createLyingServer();
    const carol = await house.enter(null, server);
    await online(carol.client);
    const [alice] = await settle(house, 1);
    await stocked(carol.client);
    const { conversationId } = await alice!.client.createChannel({
      name: 'Altered',
      visibility: 'public',
      members: [carol.userId],
    });
    const atAlice = await joined(alice!.client, conversationId);
    const atCarol = await joined(carol.client, conversationId);
    const errors: ErrorCode[] = [];
    carol.client.on('error', ({ code }) => errors.push(code));
    const alter = (entry: Json): Json =>
      entry['kind'] === 'commit' && entry['isExternal'] === true
        ? {
            ...entry,
            commit: changed(
              entry['commit'],
              flip((bytes) => behind(bytes, EXTERNAL_CIPHERTEXT) + 99),
            ),
          }
        : entry;
    server.lie({
      events: { 'channel-entry': (event) => [{ ...event, entry: alter(entryIn(event)) }] },
    });
    const [dan] = await settle(house, 1);
    await dan!.client.joinChannel(conversationId);
    const atDan = await joined(dan!.client, conversationId);
    await expect.poll(() => errors, { timeout: 15_000 }).toContain('INVALID_COMMIT');
    await server.expectFired();
    server.lie({});
    server.cut();
    await joined(carol.client, conversationId);
    await say(atDan, 'hello from outside');
    for (const at of [atAlice, atCarol]) await until(at.messages, () => said(at).includes('hello from outside'));
  });
});

/** A KeyPackage with another ML-KEM key in front. */
function spliced(own: Bytes, key: Uint8Array): Uint8Array {
  const made = own.slice();
  made.set(key, FIRST_KEY);
  return made;
}
