import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_RATES } from '@seal-chat/protocol';
import { readConfig, VARIABLES } from '../src/env.ts';

test('an empty environment gives the documented defaults', () => {
  expect(readConfig({})).toMatchObject({
    port: 8787,
    host: '127.0.0.1',
    databaseUrl: null,
    redisUrl: null,
    publicUrl: null,
    logLevel: 'info',
    trustedProxies: [],
    isDemoOn: true,
    shutdownMs: 10_000,
    rates: DEFAULT_RATES,
  });
  expect(readConfig({}).dataDir).toMatch(/^\/.*\/\.seal$/);
});

test('a blank value counts as missing', () => {
  expect(readConfig({ PORT: ' ', DATABASE_URL: '' })).toMatchObject({ port: 8787, databaseUrl: null });
});

test('all variables are read', () => {
  const config = readConfig({
    PORT: '0',
    PUBLIC_URL: 'https://chat.example.com/',
    TRUST_PROXY: '127.0.0.1, 10.0.0.0/8, uniquelocal',
    DEMO: 'off',
    MESSAGES_PER_MINUTE: '5',
  });
  expect(config).toMatchObject({
    port: 0,
    publicUrl: 'https://chat.example.com',
    trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'uniquelocal'],
    isDemoOn: false,
    rates: { ...DEFAULT_RATES, messagesPerMinutePerUser: 5 },
  });
});

test.each([
  ['PORT', '65536'],
  ['PORT', '80a'],
  ['PORT', '-1'],
  ['HOST', 'a host'],
  ['DATABASE_URL', 'mysql://user:hunter2@host/name'],
  ['DATABASE_URL', 'localhost:5432'],
  ['REDIS_URL', 'http://host'],
  ['PUBLIC_URL', 'chat.example.com'],
  ['PUBLIC_URL', 'https://example.com/chat'],
  ['LOG_LEVEL', 'loud'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['DEMO', 'yes'],
  ['REDIS_PREFIX', 'a:b'],
  ['ROLE', 'both'],
  ['ROLE', 'worker'],
  ['DRAIN_SECONDS', '-1'],
  ['MIGRATE', 'never'],
  ['SHUTDOWN_SECONDS', '0'],
  ['MESSAGES_PER_MINUTE', '0'],
  ['SOCKETS_PER_USER', 'many'],
])('%s=%s is one line that names the variable', (name, value) => {
  const message = messageOf(() => readConfig({ [name]: value }));
  expect(message).toMatch(new RegExp(`^${name} must be .*\\.$`));
  expect(message).not.toContain('\n');
  expect(message).not.toContain('hunter2');
});

test('secrets may be in files, whose space around them does not count', () => {
  const directory = mkdtempSync(join(tmpdir(), 'seal-secret-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const url = 'postgresql://seal:hunter2@db/seal';
  const database = write('database', `${url}\n`);
  const config = readConfig({
    DATABASE_URL_FILE: database,
    REDIS_URL_FILE: write('redis', ' redis://:hunter2@cache '),
  });
  expect(config).toMatchObject({ databaseUrl: url, redisUrl: 'redis://:hunter2@cache', isMigrating: true });
  expect(readConfig({ DATABASE_URL_FILE: database, ROLE: 'worker' }).role).toBe('worker');

  const failure = (name: string, value: string) => messageOf(() => readConfig({ [name]: value }));
  expect(failure('REDIS_URL_FILE', join(directory, 'none'))).toMatch(
    /^REDIS_URL_FILE .*none cannot be read \(ENOENT\)\.$/,
  );
  expect(failure('REDIS_URL_FILE', write('empty', '\n'))).toMatch(/^REDIS_URL_FILE .*empty is empty\.$/);
  expect(failure('REDIS_URL_FILE', database)).toBe('REDIS_URL must be a URL like redis://host:6379.');
  expect(messageOf(() => readConfig({ DATABASE_URL: url, DATABASE_URL_FILE: database }))).toBe(
    'DATABASE_URL and DATABASE_URL_FILE are both set: keep one of them.',
  );
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

test('docs/OPERATIONS.md has a row for every variable, with its default and meaning', async () => {
  const text = await readFile(new URL('../../../docs/OPERATIONS.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const documented = cells.filter(([, name]) => name !== undefined && name in VARIABLES);
  expect(documented.map(([, name, fallback, meaning]) => [name, fallback, meaning])).toEqual(
    Object.entries(VARIABLES).map(([name, { fallback, meaning }]) => [name, fallback ?? '', meaning]),
  );
});
