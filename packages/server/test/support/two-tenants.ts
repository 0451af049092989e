import { openDatabase, type Database } from '../../src/db/database.ts';
import type { TestTenant } from './relay.ts';
import { test as base } from './test.ts';

/** A relay with two tenants, `tenant` and `foreign`, and the ways of a process to its database. */
export const test = base
  .extend('foreign', { scope: 'file' }, ({ relay }): Promise<TestTenant> => relay.addTenant())
  .extend('db', { scope: 'file' }, async ({ relay }, { onCleanup }): Promise<Database> => {
    const db = openDatabase({ url: relay.database.url, isIsolated: true, onError: () => undefined });
    onCleanup(() => db.close());
    return db;
  });
