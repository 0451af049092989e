import { performance } from 'node:perf_hooks';
import type { Contender, Side } from './contender.ts';

/** Microseconds for one operation, by the name of the operation. */
export type Timings = Readonly<Record<string, number>>;

/** Length of every message, bytes. */
export const PLAINTEXT_LENGTH = 200;

const perOperation = (startedAt: number, count: number): number => ((performance.now() - startedAt) * 1_000) / count;

/**
 * Lets nobody pay for another one's garbage. A full collection would also throw away compiled code whose object shapes
 * have no instance at that moment, and what follows would be a measurement of the compiler.
 */
function clearYoungHeap(): void {
  globalThis.gc?.({ type: 'minor' });
}

/** One direction: `count` messages are encrypted, then all are decrypted in order. */
export async function measureChain<P, S>(contender: Contender<P, S>, count: number): Promise<Timings> {
  const conversation = await contender.converse();
  const plain = contender.plaintext(PLAINTEXT_LENGTH);
  const sealed: S[] = [];
  clearYoungHeap();

  let startedAt = performance.now();
  for (let i = 0; i < count; i++) sealed.push(await conversation.encrypt(0, plain));
  const encrypt = perOperation(startedAt, count);

  startedAt = performance.now();
  let opened = plain;
  for (const message of sealed) opened = await conversation.decrypt(1, message);
  const decrypt = perOperation(startedAt, count);

  expectSame(contender, plain, opened);
  return { encrypt, decrypt, both: encrypt + decrypt };
}

/** Both directions in turn: every message begins a chain, so each costs a Diffie-Hellman step on either side. */
export async function measurePingPong<P, S>(contender: Contender<P, S>, count: number): Promise<Timings> {
  const conversation = await contender.converse();
  const plain = contender.plaintext(PLAINTEXT_LENGTH);
  clearYoungHeap();

  let opened = plain;
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) {
    const from = (i & 1) as Side;
    opened = await conversation.decrypt(from === 0 ? 1 : 0, await conversation.encrypt(from, plain));
  }
  const message = perOperation(startedAt, count);

  expectSame(contender, plain, opened);
  return { message };
}

/** Session setup with `count` devices, one after another: the sending side with its first message, then the receiving side. */
export async function measureSetup<P, S>(contender: Contender<P, S>, count: number): Promise<Timings> {
  const beginnings = await contender.begin(count);
  const plain = contender.plaintext(PLAINTEXT_LENGTH);
  const sealed: S[] = [];
  clearYoungHeap();

  let startedAt = performance.now();
  for (let i = 0; i < count; i++) sealed.push(await beginnings.start(i, plain));
  const sender = perOperation(startedAt, count);

  startedAt = performance.now();
  let opened = plain;
  for (const [i, message] of sealed.entries()) opened = await beginnings.accept(i, message);
  const receiver = perOperation(startedAt, count);

  expectSame(contender, plain, opened);
  return { sender, receiver };
}

/** A contender that does not give the message back has measured nothing. */
function expectSame<P, S>(contender: Contender<P, S>, sent: P, opened: P): void {
  const isSame =
    sent instanceof Uint8Array && opened instanceof Uint8Array ? Buffer.compare(sent, opened) === 0 : sent === opened;
  if (!isSame) throw new Error(`${contender.name}: the message came out changed`);
}
