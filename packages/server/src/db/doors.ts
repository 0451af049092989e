import type { TenantId } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import type { PrismaClient } from '../generated/client.ts';
import type { TenantPool } from './tenant-pool.ts';

/** The way to the rows of one tenant through postgres.js. */
export interface SqlDoor {
  of(tenantId: TenantId): Sql;
}

/** The way to the rows of one tenant through Prisma. */
export interface PrismaDoor {
  of(tenantId: TenantId): PrismaClient;
}

/** Tenants whose doors are kept; one more than that makes room for itself. */
const KEPT = 1_000;

/** Opens statements of a client to one tenant each: its connections are set to it just before them. */
export function sqlDoor(sql: Sql, isIsolated: boolean): SqlDoor {
  // Of our copy of the driver, whose types do not know it (scripts/generate-postgres.mjs).
  const { of } = sql as Sql & { of(tenantId: TenantId): Sql };
  return { of: isIsolated ? keeping(of) : () => sql };
}

/** As `sqlDoor`, for Prisma on a pool. */
export function prismaDoor(prisma: PrismaClient, pool: TenantPool): PrismaDoor {
  return { of: keeping((tenantId) => scoped(prisma, (work) => pool.within(tenantId, work))) };
}

type Run = (work: () => Promise<unknown>) => Promise<unknown>;
type Operation = (...args: unknown[]) => Promise<unknown>;

/** The client, each of whose operations begins inside `run`. */
function scoped(prisma: PrismaClient, run: Run): PrismaClient {
  return new Proxy(prisma, {
    get(client, name) {
      const member: unknown = Reflect.get(client, name);
      // An operation of Prisma's does nothing before it is awaited.
      if (typeof member === 'function')
        return (...args: unknown[]) => run(async () => (member as Operation).apply(client, args));
      return typeof member === 'object' && member !== null ? scopedModel(member, run) : member;
    },
  });
}

/** Operations that Prisma gathers, and what asks the same for one alone. */
const ALONE = new Map<string | symbol, string>([
  ['findUnique', 'findFirst'],
  ['findUniqueOrThrow', 'findFirstOrThrow'],
]);

function scopedModel(model: object, run: Run): object {
  return new Proxy(model, {
    get(delegate, name) {
      // Those of one moment would be asked for in one statement, also those of different tenants.
      const alone = ALONE.get(name);
      if (alone !== undefined) {
        const first = Reflect.get(delegate, alone) as Operation;
        return (query: UniqueQuery) => run(async () => first.call(delegate, withPlainWhere(query)));
      }
      const operation: unknown = Reflect.get(delegate, name);
      if (typeof operation !== 'function') return operation;
      return (...args: unknown[]) => run(async () => (operation as Operation).apply(delegate, args));
    },
  });
}

interface UniqueQuery {
  readonly where: Readonly<Record<string, unknown>>;
}

/** Takes the columns of a key of several out of the object that they are in. */
function withPlainWhere(query: UniqueQuery): UniqueQuery {
  const columns = Object.entries(query.where).map(([name, value]) =>
    typeof value === 'object' && value !== null ? value : { [name]: value },
  );
  return { ...query, where: Object.assign({}, ...columns) as UniqueQuery['where'] };
}

/** Remembers what `make` made for a tenant. */
function keeping<T>(make: (tenantId: TenantId) => T): (tenantId: TenantId) => T {
  const kept = new Map<TenantId, T>();
  return (tenantId) => {
    const known = kept.get(tenantId);
    if (known !== undefined) return known;
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
    const made = make(tenantId);
    kept.set(tenantId, made);
    return made;
  };
}
