import { connect } from '../db/connect.ts';
import { EMBEDDED_NAME } from './data-directory.ts';

/** The role that the server logs in as. It owns the database, and is no superuser: row-level security would not hold it. */
export const LOGIN_ROLE = 'seal_server';

/**
 * Makes the database and the role that owns it, as the superuser of `url`. What an earlier release made as the superuser
 * becomes the role's.
 */
export async function ensureLoginRole(url: string, password: string): Promise<void> {
  await withSql(at(url, 'postgres'), async (sql) => {
    const roles = await sql`select from pg_roles where rolname = ${LOGIN_ROLE}`;
    if (roles.length === 0) await sql`create role ${sql(LOGIN_ROLE)} login nosuperuser nobypassrls createdb createrole`;
    // Statements of this kind take no parameters; the password has letters, digits, `-` and `_`.
    await sql.unsafe(`alter role ${LOGIN_ROLE} password '${password}'`);
    await sql`grant pg_monitor, pg_checkpoint to ${sql(LOGIN_ROLE)}`;
    const databases = await sql`select from pg_database where datname = ${EMBEDDED_NAME}`;
    if (databases.length === 0) await sql`create database ${sql(EMBEDDED_NAME)} owner ${sql(LOGIN_ROLE)}`;
    else await sql`alter database ${sql(EMBEDDED_NAME)} owner to ${sql(LOGIN_ROLE)}`;
  });
  await withSql(at(url, EMBEDDED_NAME), (sql) => sql.unsafe(HAND_OVER));
}

/** Gives the role whatever the superuser owns in the database, but for PostgreSQL's own. */
const HAND_OVER = `
do $$
declare
  v_statement text;
begin
  for v_statement in
    with own as (
      select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
    select format('alter schema %I owner to ${LOGIN_ROLE}', nspname) from own
    join pg_namespace using (oid, nspname) where nspowner = current_user::regrole
    union all
    select format('alter %s %s owner to ${LOGIN_ROLE}', case relkind
      when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, c.oid::regclass)
    from pg_class c join own on own.oid = c.relnamespace
    where c.relowner = current_user::regrole and c.relkind in ('r', 'p', 'v', 'm', 'S')
      -- Sequences of columns follow their tables.
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S')
    union all
    select format('alter routine %s owner to ${LOGIN_ROLE}', p.oid::regprocedure)
    from pg_proc p join own on own.oid = p.pronamespace where p.proowner = current_user::regrole
    union all
    select format('alter type %s owner to ${LOGIN_ROLE}', t.oid::regtype)
    from pg_type t join own on own.oid = t.typnamespace
    where t.typowner = current_user::regrole and t.typtype in ('e', 'd')
  loop
    execute v_statement;
  end loop;
end $$`;

function at(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

async function withSql(url: string, work: (sql: ReturnType<typeof connect>) => Promise<unknown>): Promise<void> {
  const sql = connect(url, { max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
