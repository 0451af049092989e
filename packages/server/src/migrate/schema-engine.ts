import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

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
  const engine = await loadEngine(run.url);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
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
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/** The package's own entry imports its `.wasm` as a module, which Node does not do; so it is instantiated by hand. */
async function loadEngine(url: string) {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(entry.replace(/\.js$/, '.wasm'));
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url }));
  return glue.SchemaEngine.new({ datamodels: [] }, () => undefined, adapter);
}
