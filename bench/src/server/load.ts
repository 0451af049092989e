import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pair } from './pairs.ts';
import { cpuUse, type CpuUse, type Watched } from './processes.ts';

/** What one run of messages cost. */
export interface LoadResult {
  readonly delivered: number;
  readonly seconds: number;
  /** Send to receive of every message delivered while it was measured, ms, ascending. */
  readonly latencies: Float64Array;
  /** CPU of server and database over the same time; null where the system does not tell. */
  readonly cpu: CpuUse | null;
}

/** How long messages may still take after the last was sent, ms. */
const DRAIN_MS = 20_000;

/** Counts every message from the moment it is sent: each must be acknowledged once and delivered once. */
export class Ledger {
  readonly #underWay = new Map<string, { readonly sentAt: number; readonly pair: Pair }>();
  #latencies: number[] | null = null;
  sent = 0;
  acknowledged = 0;
  delivered = 0;
  /** Deliveries of messages that were not under way: repeated ones. */
  surplus = 0;
  refusal: Error | null = null;
  onDelivered: ((pair: Pair) => void) | null = null;

  send(pair: Pair): void {
    const messageId = randomUUID();
    this.sent++;
    this.#underWay.set(messageId, { sentAt: performance.now(), pair });
    pair.send(messageId, (error) => {
      if (error === null) this.acknowledged++;
      else this.refusal ??= error;
    });
  }

  receive(messageId: string): void {
    const message = this.#underWay.get(messageId);
    if (message === undefined) {
      this.surplus++;
      return;
    }
    this.#underWay.delete(messageId);
    this.delivered++;
    this.#latencies?.push(performance.now() - message.sentAt);
    this.onDelivered?.(message.pair);
  }

  /** From now on latencies are kept. */
  record(): void {
    this.#latencies = [];
  }

  /** Ends that. */
  recorded(): Float64Array {
    const latencies = Float64Array.from(this.#latencies ?? []).toSorted();
    this.#latencies = null;
    return latencies;
  }

  /** Waits for what is still under way. @throws Error when a message was refused, lost or came twice. */
  async settle(): Promise<void> {
    const end = performance.now() + DRAIN_MS;
    const isDone = (): boolean => this.delivered === this.sent && this.acknowledged === this.sent;
    while (!isDone() && this.refusal === null && performance.now() < end) await sleep(10);
    if (this.refusal !== null) throw this.refusal;
    if (!isDone() || this.surplus > 0) {
      throw new Error(
        `of ${this.sent} messages ${this.acknowledged} were acknowledged, ${this.delivered} delivered, ${this.surplus} delivered again`,
      );
    }
  }
}

/** CPU used between two readings. */
function between(before: CpuUse | null, after: CpuUse | null): CpuUse | null {
  if (before === null || after === null) return null;
  return { server: after.server - before.server, database: after.database - before.database };
}

/** As fast as the server lets them: every pair keeps `inFlight` messages under way, the next one goes when one arrives. */
export async function closedLoop(options: {
  readonly pairs: readonly Pair[];
  readonly ledger: Ledger;
  readonly watched: Watched;
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}): Promise<LoadResult> {
  const { pairs, ledger } = options;
  ledger.onDelivered = (pair) => ledger.send(pair);
  for (const pair of pairs) for (let i = 0; i < options.inFlight; i++) ledger.send(pair);
  await sleep(options.warmUpMs);

  const cpuBefore = await cpuUse(options.watched);
  ledger.record();
  const startedAt = performance.now();
  await sleep(options.measureMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const latencies = ledger.recorded();
  const cpu = between(cpuBefore, await cpuUse(options.watched));

  ledger.onDelivered = null;
  await ledger.settle();
  return { delivered: latencies.length, seconds, latencies, cpu };
}

/** At a steady rate, whatever the server does: `count` messages, the pairs in turn. */
export async function openLoop(options: {
  readonly pairs: readonly Pair[];
  readonly ledger: Ledger;
  readonly watched: Watched;
  readonly perSecond: number;
  readonly count: number;
}): Promise<LoadResult> {
  const { pairs, ledger, count } = options;
  const cpuBefore = await cpuUse(options.watched);
  ledger.record();
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) {
    const early = startedAt + (i * 1_000) / options.perSecond - performance.now();
    if (early > 0) await sleep(early);
    ledger.send(pairs[i % pairs.length]!);
  }
  await ledger.settle();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    delivered: count,
    seconds,
    latencies: ledger.recorded(),
    cpu: between(cpuBefore, await cpuUse(options.watched)),
  };
}
