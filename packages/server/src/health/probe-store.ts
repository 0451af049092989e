import { randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';

/** Bytes that no page which is still free may hide: a full disk has no room for them. */
const FILLER_BYTES = 65_536;

/**
 * Proves that the database takes writes: it makes a new file of the table and waits for the commit.
 * @throws what PostgreSQL says when it does not, such as a full disk
 */
export async function proveWrite(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`truncate write_probes`;
    await tx`insert into write_probes (id, filler) values (1, ${randomBytes(FILLER_BYTES)})`;
  });
}
