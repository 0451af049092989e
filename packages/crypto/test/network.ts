import assert from 'node:assert/strict';
import { RATCHET_LIMITS, decodeEnvelope, fromUtf8, isSealError, toHex, utf8, type Bytes } from '@seal-chat/protocol';
import { NOW, offer, receive, recordOf, send, startSession, type TestDevice } from './devices.ts';

/** Picks the message sent last. */
export const LATEST = -1;

/** A message on its way. */
interface Packet {
  readonly text: string;
  readonly bytes: Bytes;
}

/**
 * Two devices and a network between them that loses, repeats and reorders, with a model of what must happen: each
 * message opens once, to what was sent; a second time it is a duplicate; only what is older than the receiving chains
 * a session keeps may be lost.
 */
export class Network {
  readonly #devices: readonly [TestDevice, TestDevice];
  readonly #onTheWay: readonly [Packet[], Packet[]] = [[], []];
  readonly #received = new Set<string>();
  /** For each receiver and session, the sender's ratchet keys in the order they were first seen. */
  readonly #chains = new Map<string, string[]>();
  #count = 0;
  #localNow = NOW;

  constructor(a: TestDevice, b: TestDevice) {
    this.#devices = [a, b];
  }

  /** `side` sends to the other one, starting a session if it has none. */
  async send(side: 0 | 1): Promise<void> {
    const [from, to] = this.#ends(side);
    if (recordOf(from, to) === null) await startSession(from, to, NOW, this.#localNow);
    await offer(from, to, this.#localNow);
    const text = `${from.name} ${this.#count++}`;
    this.#onTheWay[side].push({ text, bytes: send(from, to, utf8(text)) });
  }

  async restart(side: 0 | 1): Promise<void> {
    await startSession(...this.#ends(side), NOW, this.#localNow);
  }

  /** Both clocks go on by a day: either side offers a new post-quantum epoch with what it sends next. */
  passDay(): void {
    this.#localNow += 86_400_000;
  }

  drop(side: 0 | 1, pick: number): void {
    this.#onTheWay[side].splice(pick % Math.max(1, this.#onTheWay[side].length), 1);
  }

  /** Delivers one of the messages `side` sent; with `keep`, a copy of it stays on the way. */
  async deliver(side: 0 | 1, pick: number, keep: boolean): Promise<void> {
    const queue = this.#onTheWay[side];
    if (queue.length === 0) return;
    const at = pick === LATEST ? queue.length - 1 : pick % queue.length;
    const packet = queue[at]!;
    if (!keep) queue.splice(at, 1);
    const [from, to] = this.#ends(side);
    const before = recordOf(to, from);
    const outcome = await receive(to, from, packet.bytes, NOW, this.#localNow).then(fromUtf8, (error: unknown) => {
      if (!isSealError(error)) throw error;
      return error.code;
    });
    assert.equal(outcome, this.#expected(packet, to));
    if (outcome !== packet.text) {
      assert.equal(recordOf(to, from), before);
    } else {
      this.#received.add(packet.text);
      this.#noteChain(packet, to, from);
    }
  }

  /** Delivers everything still on the way, latest first. */
  async drain(): Promise<void> {
    for (const side of [0, 1] as const) {
      while (this.#onTheWay[side].length > 0) await this.deliver(side, LATEST, false);
    }
  }

  /** Of each side's active session: the post-quantum epochs of its chains. */
  get epochs(): readonly number[] {
    const [a, b] = this.#devices;
    return [recordOf(a, b), recordOf(b, a)].flatMap((record) => {
      const { sending, receiving } = record!.sessions[0]!.ratchet.pq!;
      return [sending.epoch, receiving.epoch];
    });
  }

  /** The base keys of the sessions the two would send on. */
  get activeSessions(): readonly string[] {
    const [a, b] = this.#devices;
    return [recordOf(a, b), recordOf(b, a)].map((record) => toHex(record!.sessions[0]!.baseKey));
  }

  #ends(side: 0 | 1): [TestDevice, TestDevice] {
    const [a, b] = this.#devices;
    return side === 0 ? [a, b] : [b, a];
  }

  #expected({ text, bytes }: Packet, to: TestDevice): string {
    const isLost = this.#chainsAfter(bytes, to) >= RATCHET_LIMITS.maxReceivingChains;
    if (isLost) return 'UNDECRYPTABLE';
    return this.#received.has(text) ? 'DUPLICATE_MESSAGE' : text;
  }

  /** How many chains of the sender `to` has seen since the one of this message. */
  #chainsAfter(bytes: Bytes, to: TestDevice): number {
    const key = ratchetKey(bytes);
    for (const [name, chains] of this.#chains) {
      const at = name.startsWith(`${to.name} `) ? chains.indexOf(key) : -1;
      if (at !== -1) return chains.length - 1 - at;
    }
    return 0;
  }

  #noteChain({ bytes }: Packet, to: TestDevice, from: TestDevice): void {
    const name = `${to.name} ${toHex(recordOf(to, from)!.sessions[0]!.baseKey)}`;
    const chains = this.#chains.get(name) ?? [];
    const key = ratchetKey(bytes);
    if (!chains.includes(key)) this.#chains.set(name, [...chains, key]);
  }
}

function ratchetKey(bytes: Bytes): string {
  return toHex(decodeEnvelope(bytes).header.ratchet.dhKey);
}
