import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './env.ts';
import { createQueueBackend, type QueuePlace } from './jobs/backend.ts';
import { replayFailed } from './jobs/replay.ts';
import { StartError } from './start-error.ts';

/** Has jobs that failed for good tried again. @returns a line that says how many. @throws StartError */
export async function replayOnce(config: Config): Promise<string> {
  const replayed = await replayFailed(createQueueBackend(await placeOf(config)));
  return `replayed ${[...replayed].map(([queue, jobs]) => `${queue} ${jobs}`).join(', ')}`;
}

async function placeOf({ redisUrl, redisPrefix, databaseUrl, dataDir }: Config): Promise<QueuePlace> {
  if (redisUrl !== null) return { kind: 'redis', url: redisUrl, prefix: redisPrefix };
  if (databaseUrl !== null) return { kind: 'postgres', url: databaseUrl };
  try {
    // Of the server that runs on it.
    return { kind: 'postgres', url: (await readFile(join(dataDir, 'database.url'), 'utf8')).trim() };
  } catch (cause) {
    throw new StartError(`no server runs on DATA_DIR ${dataDir}: start it, or set DATABASE_URL or REDIS_URL.`, {
      cause,
    });
  }
}
