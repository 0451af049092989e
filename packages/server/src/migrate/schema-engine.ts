import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** The part of the global that is used here; the types of Node 20 leave it to the browser's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

/** One migration: its directory's name, and the content of its `migration.sql`. */
export interface MigrationScript {
  readonly name: string;
  readonly sql: string;
}

export interface MigrationRun {
  readonly url: string;
  /** Absolute path of the migrations' directory; the engine only names it in messages. */
  readonly baseDir: string;
  readonly scripts: readonly MigrationScript[];
  /** Content of `migration_lock.toml`. */
  readonly lockFile: string | null;
}

/**
 * Applies what is missing, with Prisma's own schema engine in its WebAssembly build: the same table and rules as
 * `prisma migrate deploy`, without a native engine to download. Returns the names of the migrations applied.
 */
export async function applyMigrations(run: MigrationRun): Promise<readonly string[]> {
  engineModule ??= loadEngineModule();
  const { SchemaEngine } = await engineModule;
  const pool = new pg.Pool({ connectionString: run.url, max: 2 });
  const panic = nextPanic();
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(wholeScripts(new PrismaPg(pool)));
    const engine = await Promise.race([
      SchemaEngine.new({ datamodels: [DATA_MODEL] }, () => undefined, adapter),
      panic,
    ]);
    const { appliedMigrationNames } = await Promise.race([
      engine.applyMigrations({
        migrationsList: {
          baseDir: run.baseDir,
          lockfile: { path: 'migration_lock.toml', content: run.lockFile },
          shadowDbInitScript: '',
          migrationDirectories: run.scripts.map(({ name, sql }) => ({
            path: name,
            migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
          })),
        },
        filters: { externalTables: [], externalEnums: [] },
      }),
      panic,
    ]);
    engine.free();
    return appliedMigrationNames;
  } finally {
    await pool.end();
  }
}

/** The engine wants a model to know the kind of database; migrations are applied without looking at tables in it. */
const DATA_MODEL: [string, string] = ['schema.prisma', 'datasource db {\n  provider = "postgresql"\n}\n'];

/** Once per process: the package keeps its instance in a module variable. */
let engineModule: ReturnType<typeof loadEngineModule> | undefined;

/** The package's own entry imports its `.wasm` as a module, which Node does not do; so it is instantiated by hand. */
async function loadEngineModule() {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(entry.replace(/\.js$/, '.wasm'));
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}

/** Where the engine reports a panic, after which its promises never settle. */
function nextPanic(): Promise<never> {
  return new Promise((_, reject) => {
    const registry = { set_message: (message: string) => reject(new Error(`Prisma's engine panicked: ${message}`)) };
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry });
  });
}

/**
 * The adapter cuts a script at every semicolon, also inside functions and comments. Sent whole, as the native engine
 * does, PostgreSQL parses it, and all of it happens or nothing.
 */
function wholeScripts(factory: PrismaPg): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (sql) => void (await adapter.executeRaw({ sql, args: [], argTypes: [] }));
    return adapter;
  };
  return factory;
}
