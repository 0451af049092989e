import { Redis } from 'ioredis';
import { StartError } from '../start-error.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const OLDEST = [6, 2] as const;

/**
 * Looks at what a Redis must be for notices and jobs.
 * @throws StartError in one line, without the URL, which may hold a password
 */
export async function checkRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const place = `${hostname}:${port || '6379'}`;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectionName: 'seal-check',
  });
  let reason = 'no answer';
  redis.on('error', ({ message }: Error) => (reason = message));
  let info: string;
  try {
    await redis.connect();
    info = await redis.info();
  } catch (error) {
    const said = error instanceof Error && error.message !== 'Connection is closed.' ? error.message : reason;
    throw new StartError(`REDIS_URL: Redis on ${place} cannot be used: ${said.split('\n')[0]}.`, { cause: error });
  } finally {
    redis.disconnect();
  }
  const version = valueOf(info, 'redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new StartError(`REDIS_URL: Redis on ${place} is ${version}; Seal needs ${OLDEST.join('.')} or later.`);
  }
  const policy = valueOf(info, 'maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new StartError(
      `REDIS_URL: Redis on ${place} deletes jobs when its memory is full: set maxmemory-policy to noeviction, not ${policy}.`,
    );
  }
}

function valueOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
}
