import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserId } from '@seal-chat/protocol';
import { patient } from '../../../scripts/lib/patience.mjs';
import { ModelDevice, ModelServer, idOf, randomOf, type Placed } from './support/transcript-model.ts';

/** Honest schedules played; `SEAL_SCHEDULES` sets another number. */
const SCHEDULES = Number(process.env['SEAL_SCHEDULES'] ?? 10_000);
const STEPS = 60;

type Random = (below: number) => number;

/** A conversation of honest people on an honest server, with all that happens to stores, networks and queues. */
class Play {
  readonly server = new ModelServer();
  readonly devices: ModelDevice[] = [];
  readonly #saved = new Map<ModelDevice, ReturnType<ModelDevice['save']>>();
  readonly #shut = new Map<ModelDevice, Set<number>>();

  readonly kind: 'dm' | 'channel';
  readonly random: Random;

  constructor(kind: 'dm' | 'channel', random: Random) {
    this.kind = kind;
    this.random = random;
    for (const name of ['alice', 'bob']) this.join(name);
  }

  join(name: string): void {
    const start = this.server.log.length + 1;
    const device = new ModelDevice(`${name} ${this.devices.length}`, idOf<UserId>(name), this.kind, start);
    this.devices.push(device);
    this.#shut.set(device, new Set());
  }

  pick<T>(values: readonly T[]): T | undefined {
    return values[this.random(Math.max(1, values.length))];
  }

  async step(): Promise<void> {
    const { random, server } = this;
    const device = this.pick(this.devices)!;
    const roll = random(100);
    if (roll < 22) device.queue();
    else if (roll < 30) await device.seal();
    else if (roll < 48) await this.transmit(device, random(5) > 0);
    else if (roll < 68) await this.read(device, 1 + random(4));
    else if (roll < 74) await this.readAhead(device);
    else if (roll < 78) await this.open(device);
    else if (roll < 81) this.fail(device);
    else if (roll < 84) await this.retry(device);
    else if (roll < 87) device.failed = [];
    else if (roll < 90) this.#saved.set(device, device.save());
    else if (roll < 93) await this.rollback(device);
    else if (roll < 95) this.empty();
    else if (roll < 97 && this.devices.length < 5) this.join(this.pick(['alice', 'bob', 'carol'])!);
    else if (this.kind === 'channel' && roll < 99) server.commit(device, random(4) === 0 ? 'reset' : 'commit');
    else if (this.kind === 'channel') this.leaveAndReturn(device);
  }

  /** Sends what is next; the answer may get lost, and the message is sent again some time. */
  async transmit(device: ModelDevice, isAnswered: boolean): Promise<void> {
    const sealed = await device.seal();
    if (sealed === null) return;
    const placed = this.server.accept(device, sealed);
    if (!isAnswered) return;
    // The log of a channel alone gives a message its place.
    if (this.kind === 'channel') await this.read(device, placed.entry.seq - device.next + 1);
    await device.accepted(sealed, placed);
  }

  /** Takes the next entries; some cannot be opened now, and some by then have been emptied. */
  async read(device: ModelDevice, count: number): Promise<void> {
    for (let i = 0; i < count && device.next <= this.server.log.length; i++) await this.take(device, device.next++);
  }

  async take(device: ModelDevice, seq: number): Promise<void> {
    const placed = this.server.log[seq - 1]!;
    const isShut = placed.isEmptied || this.random(12) === 0;
    if (isShut && !placed.isEmptied) this.#shut.get(device)!.add(seq);
    await device.take(isShut ? { ...placed, said: null } : placed, this.random(8) === 0);
  }

  /** In a direct message something comes before what it follows, as when a page of history is fetched. */
  async readAhead(device: ModelDevice): Promise<void> {
    const ahead = device.next + 1 + this.random(2);
    if (this.kind === 'dm' && ahead <= this.server.log.length) await this.take(device, ahead);
  }

  /** A key comes late. */
  async open(device: ModelDevice): Promise<void> {
    const shut = this.#shut.get(device)!;
    const seq = this.pick([...shut]);
    if (seq === undefined || seq >= device.next) return;
    shut.delete(seq);
    if (!this.server.log[seq - 1]!.isEmptied) await device.take(this.server.log[seq - 1]!);
  }

  /** The message that is next is refused, or seems to be: the server may have it. */
  fail(device: ModelDevice): void {
    const [head, ...others] = device.outbox;
    if (head?.wire == null) return;
    if (this.random(3) === 0) this.server.accept(device, head);
    Object.assign(device, { outbox: others, failed: [...device.failed, head] });
  }

  async retry(device: ModelDevice): Promise<void> {
    const [head, ...others] = device.failed;
    if (head === undefined) return;
    Object.assign(device, { failed: others, outbox: [...device.outbox, head] });
  }

  /** What the old copy has forgotten is fetched again, newest page first in a direct message. */
  async rollback(device: ModelDevice): Promise<void> {
    const saved = this.#saved.get(device);
    if (saved === undefined) return;
    this.#saved.delete(device);
    const reached = device.next;
    device.restore(saved);
    if (this.kind === 'channel') return;
    const lost = Array.from({ length: reached - device.next }, (_, i) => device.next + i);
    const cut = this.random(lost.length + 1);
    for (const seq of [...lost.slice(cut), ...lost.slice(0, cut)]) await this.take(device, seq);
    device.next = reached;
  }

  empty(): void {
    const placed = this.pick(this.server.log);
    if (placed?.said) placed.isEmptied = true;
  }

  /** Taken out of the group, and in again later: what was said meanwhile is not for this device. */
  leaveAndReturn(device: ModelDevice): void {
    if (device.outbox.length === 0) device.next = this.server.log.length + 1;
  }

  /** Everything is sent and read. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      for (const device of this.devices) {
        await this.read(device, this.server.log.length);
        while (device.outbox.length > 0) await this.transmit(device, true);
      }
    }
  }
}

function alarms(devices: readonly ModelDevice[]): unknown[] {
  return devices.flatMap(({ name, notices, isForked, reports }) =>
    notices.length > 0 || isForked || reports.length > 0 ? [{ name, notices, isForked }] : [],
  );
}

describe('honest people on an honest server', () => {
  for (const kind of ['dm', 'channel'] as const) {
    it(
      `no device of a ${kind} raises an alarm, whatever happens to stores, queues and networks`,
      async () => {
        const play = async (seed: number): Promise<void> => {
          const honest = new Play(kind, randomOf(seed));
          for (let step = 0; step < STEPS; step++) await honest.step();
          await honest.settle();
          expect(alarms(honest.devices)).toEqual([]);
        };
        await fc.assert(fc.asyncProperty(fc.integer(), play), { numRuns: SCHEDULES / 2 });
      },
      patient(180_000),
    );
  }

  it('hashes of long conversations are forgotten, and late messages about them raise no alarm', async () => {
    const play = new Play('dm', randomOf(1));
    const [alice, bob] = play.devices as [ModelDevice, ModelDevice];
    bob.queue();
    await bob.seal();
    for (let i = 0; i < 3_000; i++) {
      alice.queue();
      await play.transmit(alice, true);
    }
    await play.settle();
    expect(alarms(play.devices)).toEqual([]);
    expect([...bob.rows.keys()].filter((key) => key.startsWith('transcript-entry/')).length).toBeLessThan(2_100);
  });
});

/** What a server may do to one reader; answers what that device is given in place of the log. */
const LIES: Readonly<Record<string, (log: readonly Placed[], at: number) => Placed[]>> = {
  'leaves a message out and renumbers': (log, at) => renumbered(log.toSpliced(at, 1)),
  'exchanges two messages': (log, at) =>
    renumbered([...log.slice(0, at), log[at + 1]!, log[at]!, ...log.slice(at + 2)]),
  'gives another body, or another hash for one that it has emptied': (log, at) => log.with(at, altered(log[at]!)),
  'puts in a message that nobody sent': (log, at) =>
    renumbered([...log.slice(0, at), foreign(log[at]!), ...log.slice(at)]),
};

function renumbered(log: readonly Placed[]): Placed[] {
  return log.map((placed, i) => ({ ...placed, entry: { ...placed.entry, seq: i + 1 } }));
}

function altered(placed: Placed): Placed {
  return { ...placed, said: null, entry: { ...placed.entry, hash: new Uint8Array(32).fill(9) } };
}

function foreign(placed: Placed): Placed {
  return { ...altered(placed), entry: { ...placed.entry, entryId: idOf('foreign'), hash: new Uint8Array(32).fill(8) } };
}

/** Notices at Bob when the fourth message, of `shutBy`, got another body, and Alice's ratchet skips before the fifth. */
async function noticesOfSkip(shutBy: 'alice' | 'carol'): Promise<unknown[]> {
  const play = new Play('channel', randomOf(1));
  play.join('carol');
  const [alice, bob, carol] = play.devices as [ModelDevice, ModelDevice, ModelDevice];
  for (const sender of [alice, carol, alice, shutBy === 'alice' ? alice : carol, alice]) {
    for (const device of [alice, carol]) await play.read(device, play.server.log.length);
    sender.queue();
    await play.transmit(sender, true);
  }
  const { log } = play.server;
  for (const placed of log.with(3, altered(log[3]!))) await bob.take(placed, placed.entry.seq === 5);
  expect(bob.isForked).toBe(true);
  return bob.notices.map(({ kind, afterSeq }) => [kind, afterSeq]);
}

describe('numbers that a ratchet skipped', () => {
  it('say nothing more where a message of the same device is there that could not be read: the fork is there', async () => {
    expect(await noticesOfSkip('alice')).toEqual([['forked', 3]]);
  });

  it('say that a message is missing where only one of another device could not be read', async () => {
    expect(await noticesOfSkip('carol')).toEqual([['missing', 4]]);
  });
});

describe('a server that shows one device something else', () => {
  for (const [what, lie] of Object.entries(LIES)) {
    for (const kind of ['dm', 'channel'] as const) {
      it(`is noticed in a ${kind} within two further messages of anybody, at the right place, when it ${what}`, async () => {
        const play = async (seed: number): Promise<void> => {
          const random = randomOf(seed);
          const honest = new Play(kind, random);
          const [alice, bob] = honest.devices as [ModelDevice, ModelDevice];
          const say = async (sender: ModelDevice): Promise<void> => {
            sender.queue();
            await honest.transmit(sender, true);
            await alice.take(honest.server.log.at(-1)!);
            alice.next = honest.server.log.length + 1;
          };
          // Alice and Carol talk; Bob reads.
          honest.join('carol');
          const carol = honest.devices[2]!;
          const talk = async (): Promise<void> => {
            const sender = random(2) === 0 ? alice : carol;
            await honest.read(carol, honest.server.log.length);
            await say(sender);
            await honest.read(carol, honest.server.log.length);
          };
          for (let i = 0; i < 6; i++) await talk();
          const at = 2 + random(3);
          for (let i = 0; i < 4; i++) await talk();
          const shown = lie(honest.server.log, at).slice(0, at + 4);
          for (const placed of shown) await bob.take(placed);
          expect(bob.isForked || bob.notices.length > 0).toBe(true);
          const [notice] = bob.notices;
          expect(notice!.afterSeq).toBeGreaterThanOrEqual(at - 1);
          expect(notice!.afterSeq).toBeLessThanOrEqual(at + 2);
        };
        await fc.assert(fc.asyncProperty(fc.integer(), play), { numRuns: 200 });
      });
    }
  }
});
