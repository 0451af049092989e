import { expect, onTestFinished, test } from 'vitest';
import { checkRedis } from '../src/redis/check.ts';
import { StartError } from '../src/start-error.ts';
import { startRedis } from './support/redis.ts';

async function running(settings: readonly string[] = []): Promise<URL> {
  const redis = await startRedis(settings);
  onTestFinished(() => redis.stop());
  return new URL(redis.url);
}

async function reasonOf(url: string): Promise<string> {
  const error: unknown = await checkRedis(url).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(StartError);
  const { message } = error as StartError;
  expect(message).toMatch(/^REDIS_URL: [^\n]+\.$/);
  expect(message).not.toContain('hunter2');
  return message;
}

test('a Redis that keeps what it is given is fit', async () => {
  expect(await checkRedis((await running()).href)).toBeUndefined();
});

test('one that would delete jobs is not, and the setting is named', async () => {
  const url = await running(['--maxmemory-policy', 'allkeys-lru']);
  expect(await reasonOf(url.href)).toContain('set maxmemory-policy to noeviction, not allkeys-lru');
});

test('one that is not there, or refuses the password, is named without it', async () => {
  expect(await reasonOf('redis://:hunter2@127.0.0.1:1')).toMatch(
    /Redis on 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  );
  const url = await running(['--requirepass', 'right']);
  url.password = 'hunter2';
  expect(await reasonOf(url.href)).toMatch(/cannot be used: .*(?:WRONGPASS|NOAUTH)/);
});
