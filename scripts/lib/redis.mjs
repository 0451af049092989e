import { existsSync } from 'node:fs';
import { succeeds } from './run.mjs';

/** Path of an installed redis-server that runs; null when there is none. `REDIS_SERVER` in the environment comes first. */
export function findRedis() {
  const own = process.env.REDIS_SERVER;
  const paths = (process.env.PATH ?? '').split(':').map((folder) => `${folder}/redis-server`);
  return [...(own ? [own] : []), ...paths].find((path) => existsSync(path) && succeeds(path, '--version')) ?? null;
}
