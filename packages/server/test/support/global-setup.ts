import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { isolate } from '../../src/migrate/isolate.ts';
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

/** PostgreSQL with a migrated template database that tests copy. */
interface TestCluster {
  readonly templateUrl: string;
  stop(): Promise<void>;
}

/** Shared by the projects of a run, each of which loads this module for itself. */
const shared = globalThis as { sealTestCluster?: { readonly cluster: Promise<TestCluster>; users: number } };

/** Vitest's global set-up: one PostgreSQL for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const entry = (shared.sealTestCluster ??= { cluster: startCluster(), users: 0 });
  entry.users += 1;
  const { templateUrl, stop } = await entry.cluster;
  project.provide('templateUrl', templateUrl);
  return async () => {
    entry.users -= 1;
    if (entry.users > 0) return;
    delete shared.sealTestCluster;
    await stop();
  };
}

async function startCluster(): Promise<TestCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'seal-test-'));
  // As root, PostgreSQL runs as another user, which has to pass through.
  await chmod(dataDir, 0o711);
  const server = await startPostgres({ dataDir, settings: THROWAWAY });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const templateUrl = await createDatabase(server.url, 'seal_template');
    await migrate(templateUrl);
    await isolate(templateUrl);
    return { templateUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
