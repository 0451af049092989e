/** Folder of an installed PostgreSQL with a server and `pg_dump`: POSTGRES_BIN, Debian's, the PATH's; null when none. */
export function findPostgres(): string | null;
