import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { ERRORS } from '@seal-chat/protocol';
import { CALL_LIMITS } from '@seal-chat/protocol/api';
import { tenantLabels } from '../src/tenant-label.ts';
import { inSpan, runningSpan, SPAN_NAMES } from '../src/tracing/spans.ts';
import { startTracing } from '../src/tracing/start.ts';
import { channelMessage, channelOf } from './support/channels.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const troubles: string[] = [];
const PROCESS = { version: 'test', role: 'all', onTrouble: (what: string) => void troubles.push(what) };
/** All that a span may say, with what each may be. */
const FACTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  'seal.procedure': (value) => Object.hasOwn(CALL_LIMITS, String(value)),
  'seal.queue': (value) => /^[a-z-]{1,30}$/.test(String(value)),
  'seal.job': (value) => /^[a-z-]{1,30}$/.test(String(value)),
  'seal.code': (value) => Object.hasOwn(ERRORS, String(value)),
  'seal.count': Number.isInteger,
  'seal.bytes': Number.isInteger,
  'seal.tenant': (value) => /^[0-9a-f]{8}$/.test(String(value)),
};

/** Records `ratio` of the spans of a test. @returns those that ended, once all that began before has been exported */
async function recording(ratio: number): Promise<() => Promise<readonly ReadableSpan[]>> {
  const exporter = new InMemorySpanExporter();
  const stop = await startTracing({ ...PROCESS, ratio }, exporter);
  let isStopped = false;
  const end = async (): Promise<readonly ReadableSpan[]> => {
    if (isStopped) return [];
    isStopped = true;
    // What is exported is gone after the exporter's shutdown.
    const all: ReadableSpan[] = [];
    vi.spyOn(exporter, 'shutdown').mockImplementation(async () => void all.push(...exporter.getFinishedSpans()));
    await stop();
    return all;
  };
  onTestFinished(async () => void (await end()));
  return end;
}

describe('traces', () => {
  test('a message is a call and a batch that names it; a span holds nothing but the listed facts', async ({
    pair: makePair,
    tenant,
    relay,
  }) => {
    const pair = await makePair();
    const { alice, bob } = pair;
    const channel = await channelOf(alice, [bob]);
    const spansOf = await recording(1);
    await pair.send(alice, 'the canary sings');
    await alice.first.api.channels.send.mutate(
      channelMessage(channel.conversationId, channel.group, 'the canary sings'),
    );
    await alice.first.api.users.search.query({ query: String(bob.username).slice(0, 4), limit: 5 });
    const spans = await spansOf();

    const labelOf = tenantLabels(relay.database.url);
    const calls = spans.filter(({ attributes }) => attributes['seal.procedure'] === 'messages.send');
    expect(calls).toHaveLength(1);
    expect(calls[0]!.attributes['seal.tenant']).toBe(labelOf(tenant.tenantId));
    const batches = spans.filter(({ name, attributes }) => name === 'batch' && attributes['seal.queue'] === 'messages');
    expect(batches.map(({ links }) => links.map(({ context }) => context.spanId))).toEqual([
      [calls[0]!.spanContext().spanId],
    ]);
    expect(batches[0]!.parentSpanContext).toBeUndefined();
    expect(spans.map(({ attributes }) => attributes['seal.procedure'])).toEqual(
      expect.arrayContaining(['channels.send', 'users.search']),
    );

    for (const { name, attributes, events, status } of spans) {
      expect(SPAN_NAMES).toContain(name);
      expect(events).toEqual([]);
      expect(status.message).toBeUndefined();
      for (const [fact, value] of Object.entries(attributes))
        expect([fact, FACTS[fact]?.(value)]).toEqual([fact, true]);
    }
    const text = JSON.stringify(spans.map(({ name, attributes, resource }) => [name, attributes, resource.attributes]));
    for (const secret of ['canary', tenant.tenantId, tenant.appKey, alice.userId, bob.username, pair.conversationId]) {
      expect(text).not.toContain(secret);
    }
  });

  test('of a call that failed the code is told, and never what an error says', async ({ people, anonymous }) => {
    const spansOf = await recording(1);
    await refusalOf(anonymous.api.users.search.query({ query: 'x', limit: 5 }));
    const [alice] = await people(1);
    await refusalOf(alice!.first.api.conversations.openDm.mutate({ userId: randomUUID() }));
    const failed = (await spansOf()).filter(({ attributes }) => attributes['seal.code'] !== undefined);
    expect(failed.map(({ attributes }) => [attributes['seal.procedure'], attributes['seal.code']])).toContainEqual([
      'users.search',
      'NOT_SIGNED_IN',
    ]);
    for (const { events, status } of failed) expect({ events, status }).toEqual({ events: [], status: { code: 0 } });
  });

  test('nothing is recorded at a ratio of 0, and a caller cannot ask for it', async ({ relay, tenant }) => {
    const spansOf = await recording(0);
    const origin = relay.wsUrl.replace('ws', 'http');
    const answer = await fetch(`${origin}/auth.challenge`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-seal-app-key': tenant.appKey,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'congo=t61rcWkgMzE',
        baggage: 'userId=alice',
      },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    expect(await spansOf()).toEqual([]);
  });

  test('a batch is recorded with the one of its calls that is, and is the child of none', async () => {
    const spansOf = await recording(1);
    await inSpan(
      'procedure',
      () => ({}),
      async () => {
        const from = runningSpan()!;
        await inSpan(
          'batch',
          () => ({}),
          async () => undefined,
          { links: [from] },
        );
        await inSpan(
          'job',
          () => ({}),
          async () => undefined,
        );
      },
    );
    const spans = await spansOf();
    const [batch, job, call] = ['batch', 'job', 'procedure'].map((name) => spans.find((span) => span.name === name)!);
    expect(batch!.spanContext().traceId).not.toBe(call!.spanContext().traceId);
    expect(batch!.links.map(({ context }) => context.spanId)).toEqual([call!.spanContext().spanId]);
    expect(job!.parentSpanContext?.spanId).toBe(call!.spanContext().spanId);
  });

  test('without a collector there are no spans, and work is not wrapped', async () => {
    const work = Promise.resolve(1);
    expect(
      inSpan(
        'job',
        () => expect.unreachable(),
        () => work,
      ),
    ).toBe(work);
    expect(runningSpan()).toBeNull();
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  test('a collector gets the spans by OTLP over HTTP; one that is away costs nothing but the spans', async () => {
    const bodies: { readonly path: string | undefined; readonly type: string | undefined; readonly bytes: Buffer }[] =
      [];
    const collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        bodies.push({ path: request.url, type: request.headers['content-type'], bytes: Buffer.concat(parts) });
        response.end();
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void collector.close());
    await vi.waitUntil(() => collector.listening);
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const stop = await startTracing({ ...PROCESS, ratio: 1 });
    await inSpan(
      'job',
      () => ({ 'seal.job': 'purge' }),
      async () => undefined,
    );
    await stop();
    expect(bodies.map(({ path, type }) => [path, type])).toEqual([['/v1/traces', 'application/x-protobuf']]);
    expect(bodies[0]!.bytes.toString('latin1')).toMatch(/service\.name[^]*seal[^]*seal\.job[^]*purge/);

    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500');
    const stopAlone = await startTracing({ ...PROCESS, ratio: 1 });
    expect(
      await inSpan(
        'job',
        () => ({}),
        async () => 'done',
      ),
    ).toBe('done');
    expect(troubles).toEqual([]);
    await stopAlone();
    expect(troubles.join(' ')).toContain('ECONNREFUSED');
  });
});
