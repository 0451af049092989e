import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, launch, type Launched } from '../launch.ts';

/** Seal's server with embedded PostgreSQL at its normal durability, and the rates out of the way. */
export function launchSeal(
  dataDir: string,
  nodeOptions: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Launched> {
  return launchAsShipped(
    dataDir,
    {
      MESSAGES_PER_MINUTE: '1000000',
      AUTH_PER_MINUTE: '1000000',
      CONNECTIONS_PER_ADDRESS: '100000',
      SOCKETS_PER_ADDRESS: '100000',
      REQUESTS_PER_ADDRESS: '1000000',
      ...environment,
    },
    nodeOptions,
  );
}

/** The same with the limits it is shipped with, but for those of `env`. */
export function launchAsShipped(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
): Promise<Launched> {
  return launch({
    command: [process.execPath, '--max-semi-space-size=32', ...nodeOptions, join(ROOT, 'packages/server/dist/main.js')],
    env: { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', NODE_ENV: 'production', ...env },
  });
}

/** Runs `use` with a directory that is gone afterwards. */
export async function withDataDir<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'seal-bench-'));
  try {
    return await use(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
