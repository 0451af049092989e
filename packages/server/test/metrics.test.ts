import { readFileSync } from 'node:fs';
import { collectDefaultMetrics } from 'prom-client';
import { describe, expect, onTestFinished } from 'vitest';
import { ERRORS } from '@seal-chat/protocol';
import { CALL_CLASSES, CALL_LIMITS } from '@seal-chat/protocol/api';
import { createMetrics } from '../src/metrics/metrics.ts';
import {
  CLOSE_REASONS,
  DATABASE_ERRORS,
  GAUGES,
  JOB_QUEUES,
  QUEUES,
  SHED_REASONS,
  SIGN_IN_WAYS,
  TRANSPORTS,
} from '../src/metrics/names.ts';
import { channelMessage, channelOf } from './support/channels.ts';
import { connect } from './support/connections.ts';
import { messageTo } from './support/messages.ts';
import { signUp } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';
import { test } from './support/test.ts';

const RULES = new URL('../../../docker/prometheus/rules.yml', import.meta.url);
const GUIDE = new URL('../../../docs/OPERATIONS.md', import.meta.url);

/** Named in the guide, too, and no metrics. */
const DATABASE_ROLES = new Set(['seal_app', 'seal_ops', 'seal_server', 'seal_owner']);

/** Every value that a label may have. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  procedure: [...Object.keys(CALL_LIMITS), 'unknown'],
  transport: TRANSPORTS,
  code: Object.keys(ERRORS),
  queue: [...QUEUES, ...JOB_QUEUES],
  kind: ['dm', 'channel'],
  reason: [...CLOSE_REASONS, ...SHED_REASONS],
  class: DATABASE_ERRORS,
  way: Object.values(SIGN_IN_WAYS),
  outcome: ['ok', 'refused', 'failed'],
  version: ['test'],
  protocol: ['1'],
};

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

async function seriesOf({ metrics }: Pick<Relay, 'metrics'>): Promise<readonly Series[]> {
  const all = await metrics.registry.getMetricsAsJSON();
  return all.flatMap(({ name, values }) =>
    values.map((value) => ({
      name: 'metricName' in value ? String(value.metricName) : name,
      labels: value.labels as Series['labels'],
      value: value.value,
    })),
  );
}

async function valueOf(relay: Relay, name: string, labels: Series['labels'] = {}): Promise<number> {
  const found = (await seriesOf(relay)).filter(
    (series) => series.name === name && Object.entries(labels).every(([key, value]) => series.labels[key] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}

describe('what the server counts', () => {
  test('calls, messages, batches, refusals and ends of sockets are counted', async () => {
    const relay = await startRelay({ callClasses: { ...CALL_CLASSES, scan: { ...CALL_CLASSES.scan, person: 40 } } });
    onTestFinished(() => relay.close());
    const tenant = await relay.addTenant();
    const [alice, bob] = [await signUp(relay, tenant), await signUp(relay, tenant)];
    const { conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId });
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'hello'));
    const channel = await channelOf(alice, [bob]);
    await alice.first.api.channels.send.mutate(channelMessage(channel.conversationId, channel.group, 'for all'));
    const list = () => alice.first.api.conversations.list.query({ after: null, limit: 10 });
    const lists = await Promise.allSettled(Array.from({ length: 50 }, list));
    const refusals = lists.filter(({ status }) => status === 'rejected').length;
    expect(refusals).toBeGreaterThan(0);
    const sent = { procedure: 'messages.send', transport: 'websocket' };
    expect(await valueOf(relay, 'seal_procedure_duration_seconds_count', sent)).toBe(1);
    const refused = { procedure: 'conversations.list', code: 'RATE_LIMITED' };
    expect(await valueOf(relay, 'seal_procedure_failures_total', refused)).toBe(refusals);
    expect(await valueOf(relay, 'seal_rate_limited_total', { limit: 'scan' })).toBe(refusals);
    for (const kind of ['dm', 'channel']) {
      expect(await valueOf(relay, 'seal_messages_accepted_total', { kind })).toBe(1);
    }
    for (const queue of ['messages', 'channel-messages']) {
      expect(await valueOf(relay, 'seal_batch_size_sum', { queue })).toBe(1);
      expect(await valueOf(relay, 'seal_write_queue_items', { queue })).toBe(0);
    }
    expect(await valueOf(relay, 'seal_auth_total', { way: 'register', outcome: 'ok' })).toBe(2);
    const open = await valueOf(relay, 'seal_websocket_connections');
    expect(open).toBeGreaterThan(0);
    for (const socket of alice.first.sockets()) socket.terminate();
    await expect.poll(() => valueOf(relay, 'seal_websocket_closes_total', { reason: 'lost' })).toBe(1);
    expect(await valueOf(relay, 'seal_websocket_connections')).toBe(open - 1);
  });

  test('a database that is away is told from one that waits', async () => {
    const relay = await startRelay();
    onTestFinished(() => relay.close());
    const tenant = await relay.addTenant();
    const alice = await signUp(relay, tenant);
    const ask = () => alice.first.api.users.profiles.query({ userIds: [alice.userId] });
    // A socket that is opened while the database is away is closed again.
    await ask();
    const ended = await relay.sql`
      select pid, pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name = 'seal'`;
    expect(ended.length).toBeGreaterThan(0);
    await expect.poll(() => valueOf(relay, 'seal_db_errors_total', { class: 'away' })).toBeGreaterThan(0);
    await expect.poll(ask).toHaveLength(1);
  });

  test('no label has a value from outside, whatever callers send, and the number of series is bounded', async ({
    relay,
    tenant,
    people,
  }) => {
    const crowd = await people(6);
    const texts: string[] = [];
    for (const [i, person] of crowd.entries()) {
      const peer = crowd[(i + 1) % crowd.length]!;
      const { conversationId } = await person.first.api.conversations.openDm.mutate({ userId: peer.userId });
      await person.first.api.messages.send.mutate(
        messageTo(conversationId, [person, peer], person.first, `canary ${i}`),
      );
      texts.push(conversationId, person.userId, person.first.deviceId);
    }
    const http = relay.wsUrl.replace(/^ws/, 'http');
    for (const path of ['canary.one', 'auth.challenge,canary.two', '__proto__', 'constructor', 'toString']) {
      await fetch(`${http}/${path}?input=canary`, { headers: { 'x-seal-app-key': tenant.appKey } });
    }
    const anonymous = connect(relay, { appKey: tenant.appKey });
    onTestFinished(() => anonymous.close());
    const api = anonymous.api as unknown as Record<string, Record<string, { query(input: object): Promise<unknown> }>>;
    await api['canary']!['three']!.query({}).catch(() => undefined);

    const series = await seriesOf(relay);
    const values = series.flatMap(({ labels }) => Object.entries(labels)).filter(([label]) => label !== 'le');
    for (const [label, value] of values) {
      // The names of limits are those of the server's own lists.
      if (label === 'limit') expect(String(value)).toMatch(/^[a-zA-Z]+$/u);
      else expect(LABELS[label], label).toContain(String(value));
    }
    const written = await relay.metrics.registry.metrics();
    for (const text of ['canary', tenant.appKey, tenant.tenantId, ...texts]) expect(written).not.toContain(text);
    expect(series.length).toBeLessThan(2_000);
  });
});

describe('what operators are told to watch', () => {
  const registry = createMetrics({ version: '0', protocol: 1 }).registry;
  collectDefaultMetrics({ register: registry });
  const names = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  const baseOf = (name: string): string => name.replace(/_(?:bucket|sum|count)$/u, '');

  test.each([
    ['alerts', RULES],
    ['the guide', GUIDE],
  ])('every metric in %s exists', (_name, file) => {
    const mentioned = [...readFileSync(file, 'utf8').matchAll(/\b(?:seal|process|nodejs)_[a-z_]*[a-z]\b(?!\*)/gu)].map(
      ([name]) => name,
    );
    expect(mentioned.length).toBeGreaterThan(5);
    const isKnown = (name: string): boolean => names.has(name) || names.has(baseOf(name)) || DATABASE_ROLES.has(name);
    expect(mentioned.filter((name) => !isKnown(name))).toEqual([]);
  });

  test('the guide names every metric of ours', () => {
    const guide = readFileSync(GUIDE, 'utf8');
    const ours = [...names].filter((name) => name.startsWith('seal_'));
    expect(ours.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
    expect(Object.keys(GAUGES).every((name) => names.has(name))).toBe(true);
  });

  test('every alert has its place in the guide', () => {
    const anchors = [...readFileSync(GUIDE, 'utf8').matchAll(/^### (Seal\w+)/gmu)].map(([, name]) => name);
    const rules = readFileSync(RULES, 'utf8');
    const alerts = [...rules.matchAll(/^\s*- alert: (\w+)/gmu)].map(([, name]) => name);
    expect(alerts).toEqual(anchors);
    for (const name of alerts) expect(rules).toContain(`OPERATIONS.md#${name!.toLowerCase()}`);
  });
});
