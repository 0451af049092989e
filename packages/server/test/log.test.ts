import type { write as Write } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createLogOutput } from '../src/log-output.ts';
import { createLog } from '../src/log.ts';
import { tenantLabels } from '../src/tenant-label.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { startRelay } from './support/relay.ts';

/** `fs.write` of a reader that takes what a test lets it take. */
function slowReader() {
  const taken: string[] = [];
  const held: (() => void)[] = [];
  const write = ((
    _fd: number,
    bytes: Buffer,
    _offset: number,
    _length: number,
    _at: null,
    done: (error: null, count: number) => void,
  ) => {
    held.push(() => {
      taken.push(bytes.toString());
      done(null, bytes.length);
    });
  }) as unknown as typeof Write;
  return { write, taken, held };
}

test('lines arrive whole and in order; what is too much is dropped and counted, and said afterwards', async () => {
  const { write, taken, held } = slowReader();
  const output = createLogOutput(2, write);
  output.write('first\n');
  const line = `${'x'.repeat(1_023)}\n`;
  for (let i = 0; i < 2_000; i++) output.write(line);
  expect(output.dropped()).toBe(2_000 - 1_024);
  expect(await output.flush(1)).toBe(false);
  while (held.length > 0) held.shift()!();
  expect(await output.flush(10_000)).toBe(true);
  expect(taken[0]).toBe('first\n');
  expect(taken[1]!.startsWith(line.repeat(1_024))).toBe(true);
  expect(taken.join('')).toContain(`"dropped":${2_000 - 1_024}`);
});

test('each line says which process wrote it', () => {
  const lines: string[] = [];
  createLog('info', 'worker', { write: (line) => void lines.push(line) }).info('started');
  expect(JSON.parse(lines[0]!)).toMatchObject({ role: 'worker', pid: process.pid, msg: 'started' });
});

test('a call that fails through a defect is one line that tells which, for whom and where, and no more', async () => {
  const relay = await startRelay();
  onTestFinished(() => relay.close());
  const tenant = await relay.addTenant();
  const alice = await signUp(relay, tenant);
  await relay.sql`alter table current_prekeys rename to gone`;
  const status = () => refusalOf(alice.first.api.preKeys.status.query());
  for (let i = 0; i < 3; i++) expect(await status()).toMatchObject({ code: 'INTERNAL' });
  const lines = relay.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    msg: 'procedure failed',
    procedure: 'preKeys.status',
    code: 'INTERNAL',
    tenant: tenantLabels(relay.database.url)(tenant.tenantId),
    reqId: expect.any(String),
  });
  for (const secret of [tenant.tenantId, alice.userId, alice.first.deviceId, tenant.appKey]) {
    expect(relay.log.join()).not.toContain(secret);
  }
});
