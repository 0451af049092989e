import { randomUUID } from 'node:crypto';
import { UnrecoverableError, type Processor } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createQueueBackend, type QueueBackend } from '../src/jobs/backend.ts';
import { startFanout } from '../src/jobs/fanout.ts';
import { startMaintenance } from '../src/jobs/maintenance.ts';
import { replayFailed } from '../src/jobs/replay.ts';
import type { FollowUp } from '../src/outbox/jobs.ts';
import { createEmptyDatabase } from './support/database.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

async function onPostgres(): Promise<QueueBackend> {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  return createQueueBackend({ kind: 'postgres', url: database.url });
}

let redis: TestRedis;

async function onRedis(): Promise<QueueBackend> {
  redis = await startRedis();
  onTestFinished(() => redis.stop());
  return createQueueBackend({ kind: 'redis', url: redis.url, prefix: randomUUID() });
}

const nothing = async () => undefined;
/** The repeated jobs, none of which does anything. */
const NOTHING = { purge: nothing, expire: nothing, usage: nothing, reconcile: nothing };

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

async function openQueue(backend: QueueBackend) {
  const queue = backend.openQueue('q');
  queue.on('error', () => undefined);
  await queue.waitUntilReady();
  onTestFinished(() => queue.close());
  return queue;
}

async function openWorker(backend: QueueBackend, work: Processor, concurrency = 1) {
  const worker = backend.openWorker('q', work, { concurrency });
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  onTestFinished(() => worker.close());
  return worker;
}

describe.each([
  ['PostgreSQL', onPostgres],
  ['Redis', onRedis],
] as const)('jobs on %s', (_name, begin) => {
  test('of many jobs each is done once, whichever worker takes it; one that is added again meanwhile is one', async () => {
    const backend = await begin();
    const queue = await openQueue(backend);
    const jobs = upTo(1_000).map((n) => ({ name: 'n', data: { n }, opts: { jobId: `o-${n}` } }));
    await queue.addBulk(jobs);
    await queue.addBulk(jobs);
    const done: number[] = [];
    for (const _ of upTo(3)) {
      await openWorker(backend, async ({ data }) => void done.push((data as { n: number }).n), 20);
    }
    await expect.poll(() => done.length).toBe(1_000);
    await expect.poll(() => queue.getWaitingCount()).toBe(0);
    expect(done.toSorted((a, b) => a - b)).toEqual(upTo(1_000));
  });

  test('a job that fails is tried again as often as said, then kept; one that cannot succeed is not tried again', async () => {
    const backend = await begin();
    const queue = await openQueue(backend);
    const tried: string[] = [];
    const failures: string[] = [];
    const worker = await openWorker(backend, async ({ name }) => {
      tried.push(name);
      if (name === 'hopeless') throw new UnrecoverableError('no');
      if (name === 'broken' || tried.filter((one) => one === name).length < 3) throw new Error('not yet');
    });
    worker.on('failed', (job) => failures.push(job?.name ?? ''));
    const opts = { attempts: 3, backoff: { type: 'exponential', delay: 10 } };
    for (const name of ['late', 'broken', 'hopeless']) await queue.add(name, {}, opts);
    await expect.poll(() => queue.getFailedCount()).toBe(2);
    await expect
      .poll(() => tried.toSorted())
      .toEqual([...upTo(3).map(() => 'broken'), 'hopeless', 'late', 'late', 'late']);
    expect(failures).toContain('hopeless');
  });

  test('jobs that failed for good are counted, and done once they are tried again', async () => {
    const backend = await begin();
    let isBroken = true;
    const done: string[] = [];
    const outcomes: string[] = [];
    const fanout = await startFanout({
      backend,
      handlers: {
        async waiting({ ranges }) {
          if (isBroken) throw new UnrecoverableError('no table');
          done.push(...ranges.map(([, conversationId]) => conversationId));
        },
        'key-hints': async () => undefined,
      },
      onDone: (outcome) => outcomes.push(outcome),
      onError: () => undefined,
    });
    onTestFinished(() => fanout.close());
    const jobOf = (id: string): FollowUp => ({ name: 'waiting', id, data: { ranges: [['tenant', id, 1, 1]] } });
    await fanout.add([jobOf('w-a-0'), jobOf('w-b-0')]);
    await expect.poll(() => fanout.failed()).toBe(2);
    isBroken = false;
    // The same rows of the outbox again, as after a crash: their jobs stay failed until someone looks.
    await fanout.add([jobOf('w-a-0'), jobOf('w-c-0')]);
    await expect.poll(() => done).toEqual(['w-c-0']);
    expect(await replayFailed(backend)).toEqual(
      new Map([
        ['maintenance', 0],
        ['fanout', 2],
      ]),
    );
    await expect.poll(() => done.toSorted()).toEqual(['w-a-0', 'w-b-0', 'w-c-0']);
    await expect.poll(() => fanout.failed()).toBe(0);
    expect(outcomes.toSorted()).toEqual(['failed', 'failed', 'ok', 'ok', 'ok']);
  });

  test('a job that is due later is done then, and not before', async () => {
    const backend = await begin();
    const queue = await openQueue(backend);
    const waited = new Map<string, number>();
    await openWorker(backend, async ({ name, timestamp }) => void waited.set(name, Date.now() - timestamp));
    const delays = [900, 300, 600];
    for (const delay of delays) await queue.add(`${delay}`, {}, { delay });
    await queue.add('0', {});
    await expect.poll(() => waited.size).toBe(4);
    for (const delay of delays) expect(waited.get(`${delay}`)).toBeGreaterThanOrEqual(delay - 5);
  });

  test('repeated jobs are done once each time for any number of processes, and fail visibly', async () => {
    const backend = await begin();
    const runs: number[] = [];
    const errors: unknown[] = [];
    const processes = await Promise.all(
      upTo(3).map(() =>
        startMaintenance({
          backend,
          work: {
            ...NOTHING,
            purge: async () => void runs.push(performance.now()),
            expire: () => Promise.reject(new Error('disk')),
          },
          onError: (error) => errors.push(error),
          intervals: { purge: 1_000, expire: 3_600_000 },
        }),
      ),
    );
    onTestFinished(async () => void (await Promise.all(processes.map((one) => one.close()))));
    // At once, perhaps for each that begins; from then on at each full second, and a late one is made up for.
    await expect.poll(() => runs.length).toBeGreaterThan(0);
    const [began, before] = [performance.now(), runs.length];
    expect(before).toBeLessThanOrEqual(processes.length + 1);
    await expect.poll(() => runs.length - before).toBeGreaterThan(3);
    expect(runs.length - before).toBeLessThanOrEqual((performance.now() - began) / 1_000 + 2);
    await expect.poll(() => processes[0]!.failed()).toBe(1);
    expect(errors.map(String)).toContain('Error: disk');
    await processes[0]!.ready();
  });
});

test('a Redis that lost everything gets the repeated jobs again', async () => {
  const backend = await onRedis();
  let runs = 0;
  const jobs = await startMaintenance({
    backend,
    work: { ...NOTHING, purge: async () => void runs++ },
    onError: () => undefined,
    lookMs: 200,
    intervals: { purge: 500, expire: 3_600_000 },
  });
  onTestFinished(() => jobs.close());
  await expect.poll(() => runs).toBeGreaterThan(1);
  await redis.kill();
  await expect(jobs.ready()).rejects.toThrow(/./);
  await redis.start();
  const before = runs;
  await expect.poll(() => runs).toBeGreaterThan(before + 1);
});
