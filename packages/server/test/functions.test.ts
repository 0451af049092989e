import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../src/db/connect.ts';
import { readScripts } from '../src/migrate/scripts.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

const PRISMA = fileURLToPath(new URL('../../../prisma', import.meta.url));
const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

let database: TestDatabase;
let sql: Sql;
/** The content of `prisma/functions/<name>.sql`, by name. */
let files: Map<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = connect(database.url, { max: 1 });
  const names = await readdir(join(PRISMA, 'functions'));
  files = new Map(
    await Promise.all(
      names.map(
        async (name) => [name.replace(/\.sql$/, ''), await readFile(join(PRISMA, 'functions', name), 'utf8')] as const,
      ),
    ),
  );
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** Every function of the database as PostgreSQL prints it, by name and argument types. */
async function definitions(on: Sql): Promise<Record<string, string>> {
  const rows = await on<{ name: string; definition: string }[]>`
    select oid::regprocedure::text as name, pg_get_functiondef(oid) as definition from pg_proc
    where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')`;
  return Object.fromEntries(rows.map(({ name, definition }) => [name, definition]));
}

describe('prisma/functions', () => {
  test('a migrated database has exactly the functions of the files, and each is as in its file', async () => {
    const migrated = await definitions(sql);
    const fromFiles = await sql
      .begin(async (tx) => {
        for (const name of Object.keys(migrated)) await tx.unsafe(`drop function ${name} cascade`);
        for (const text of files.values()) await tx.unsafe(text).simple();
        throw await definitions(tx as unknown as Sql);
      })
      // Thrown, so that nothing of it stays.
      .catch((thrown: unknown) => thrown);
    expect(migrated).toEqual(fromFiles);
    expect(Object.keys(migrated)).toHaveLength(files.size);
  });

  test('each file defines the one function it is named after, below a comment on every parameter', () => {
    for (const [name, text] of files) {
      expect(text.match(/create or replace function \w+/gi)).toEqual([`CREATE OR REPLACE FUNCTION ${name}`]);
      const [header, parameters] = [/^(?:--.*\n)+/.exec(text)?.[0] ?? '', /FUNCTION \w+\(([^)]*)\)/.exec(text)![1]!];
      for (const [parameter] of parameters.matchAll(/\bp_\w+/g)) {
        const group = parameter.replace(/(?<=^p_[a-z]+)_.*$/, '_*');
        expect(header.includes(parameter) || header.includes(group), `${name}: ${parameter}`).toBe(true);
      }
    }
  });

  test('the latest migration that defines a function has the text of its file, and nothing else defines it', async () => {
    const latest = new Map<string, string>();
    for (const { text } of await readScripts(join(PRISMA, 'migrations'))) {
      const defined = [...text.matchAll(/create (?:or replace )?function (\w+)/gi)].map(([, name]) => name!);
      expect(new Set(defined).size, 'a migration defines a function twice').toBe(defined.length);
      for (const name of defined) latest.set(name, text);
    }
    expect([...latest.keys()].toSorted()).toEqual([...files.keys()].toSorted());
    for (const [name, text] of files) expect(latest.get(name)!.includes(text), name).toBe(true);
  });

  test('the server calls the functions and defines none', async () => {
    const paths = await readdir(SOURCES, { recursive: true });
    const texts = await Promise.all(
      paths
        .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
        .map((path) => readFile(join(SOURCES, path), 'utf8')),
    );
    expect(texts.filter((text) => /create (?:or replace )?function/i.test(text))).toEqual([]);
    const called = new Set(texts.flatMap((text) => [...text.matchAll(/\bseal_\w+(?=\()/g)].map(([name]) => name)));
    expect([...called].filter((name) => !files.has(name))).toEqual([]);
    expect([...called]).toEqual(
      expect.arrayContaining(['seal_send', 'seal_channel_send', 'seal_acknowledge', 'seal_claim', 'seal_extend']),
    );
  });
});
