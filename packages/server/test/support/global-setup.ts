import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/migrate/migrate.ts';
import { startPostgres } from '../../src/postgres/cluster.ts';
import { createDatabase } from './databases.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the run's migrated template database. */
    templateUrl: string;
  }
}

/** Contents are thrown away with the run, so nothing has to reach the disk. */
const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
};

/** Vitest's global set-up: one PostgreSQL for the whole run, and in it one migrated template that tests copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'seal-test-'));
  await chmod(dataDir, 0o711);
  const server = await startPostgres({ dataDir, settings: THROWAWAY });
  const tearDown = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const template = await createDatabase(server.url, 'seal_template');
    await migrate(template);
    project.provide('templateUrl', template);
    return tearDown;
  } catch (error) {
    await tearDown();
    throw error;
  }
}
