import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { PURGES } from '../src/jobs/purges.ts';
import { test } from './support/test.ts';

const OPERATIONS = new URL('../../../docs/OPERATIONS.md', import.meta.url);

/** Keys by which a tenant is looked up, rows of no tenant, and a key that begins with the tenant's id as text. */
const WITHOUT_TENANT = [
  'outbox',
  'publishable_keys',
  'rate_counters',
  'tenants',
  'usage_flushes',
  'write_probes',
  '_prisma_migrations',
];

interface Key {
  readonly table: string;
  readonly columns: readonly string[];
}

const columnsOf = (keys: string, relation: string) => `array(
  select a.attname::text from unnest(${keys}) with ordinality as k(number, n)
  join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.number order by k.n)`;

describe('the schema', () => {
  test('every table says in OPERATIONS what bounds it', async ({ relay }) => {
    const text = await readFile(OPERATIONS, 'utf8');
    const section = /## What is kept, and for how long\n([\s\S]*?)\n## /.exec(text)![1]!;
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    const tables = await relay.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`;
    expect(named.toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
    for (const row of rows) expect(row.split('|')[2]!.trim().length, row).toBeGreaterThan(5);
  });

  test('OPERATIONS names every purge, and no other', async () => {
    const text = await readFile(OPERATIONS, 'utf8');
    const named = new Set([...text.matchAll(/\(purge `([\w-]+)`\)/g)].map(([, name]) => name!));
    named.add('storage');
    expect([...named].toSorted()).toEqual(PURGES.map(({ name }) => name).toSorted());
  });

  test('every foreign key has an index that begins with its columns, so deleting a row reads no one else’s', async ({
    relay,
  }) => {
    const references = await relay.sql<Key[]>`
      select c.conrelid::regclass::text as table, ${relay.sql.unsafe(columnsOf('c.conkey', 'c.conrelid'))} as columns
      from pg_constraint c where c.contype = 'f' and c.connamespace = 'public'::regnamespace`;
    const indexes = await relay.sql<Key[]>`
      select i.indrelid::regclass::text as table, ${relay.sql.unsafe(columnsOf('i.indkey::smallint[]', 'i.indrelid'))} as columns
      from pg_index i join pg_class t on t.oid = i.indrelid
      where t.relnamespace = 'public'::regnamespace and i.indpred is null`;
    expect(references.length).toBeGreaterThan(30);
    const missing = references.filter(
      ({ table, columns }) =>
        !indexes.some((index) => {
          const first = index.columns.slice(0, columns.length);
          return index.table === table && columns.every((column) => first.includes(column));
        }),
    );
    expect(missing).toEqual([]);
  });

  test('what triggers hold in place of foreign keys has such indexes too', async ({ relay }) => {
    const rows = await relay.sql<{ definition: string }[]>`
      select indexdef as definition from pg_indexes where schemaname = 'public'`;
    const has = (table: string, columns: string) =>
      rows.some(({ definition }) => definition.includes(`ON public.${table} USING btree (${columns}`));
    // A conversation, and a device, that goes with its messages; a message, and a requester, with the entries.
    expect(has('messages', 'tenant_id, conversation_id')).toBe(true);
    expect(has('messages', 'tenant_id, sender_device_id')).toBe(true);
    expect(has('mailbox_entries', 'tenant_id, conversation_id, seq')).toBe(true);
    expect(has('mailbox_entries', 'tenant_id, requester_device_id')).toBe(true);
    expect(has('mailbox_entries', 'tenant_id, device_id')).toBe(true);
  });

  test('every unique key begins with the tenant', async ({ relay }) => {
    const keys = await relay.sql<Key[]>`
      select i.indrelid::regclass::text as table, ${relay.sql.unsafe(columnsOf('i.indkey::smallint[]', 'i.indrelid'))} as columns
      from pg_index i join pg_class t on t.oid = i.indrelid
      where t.relnamespace = 'public'::regnamespace and i.indisunique`;
    expect(keys.length).toBeGreaterThan(30);
    const others = keys.filter(({ columns }) => columns[0] !== 'tenant_id').map(({ table }) => table);
    expect(others.toSorted()).toEqual(WITHOUT_TENANT.toSorted());
  });
});
