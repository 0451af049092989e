import { createHmac, scryptSync } from 'node:crypto';
import type { TenantId } from '@seal-chat/protocol';

/** Hexadecimal digits of a label. */
const LENGTH = 8;
/** Guessing a password by the labels in a log costs 32 MiB and a tenth of a second for each (RFC 7914). */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_048_576 };

/** Names a tenant in logs and traces, for those who read them to tell tenants apart and no more. */
export type TenantLabel = (tenantId: TenantId) => string;

/**
 * Creates the labels of one deployment: the same in all processes on a database and after a restart, and of no use to who
 * has the ids of tenants but not the password of the database.
 *
 * @param databaseUrl the key is made of its password, or where it has none, of its name
 */
export function tenantLabels(databaseUrl: string): TenantLabel {
  const { password, pathname } = new URL(databaseUrl);
  let key: Buffer | undefined;
  return (tenantId) => {
    // Most processes never have a label to make.
    key ??= scryptSync(password === '' ? pathname : password, 'seal tenant label', 32, COST);
    return createHmac('sha256', key).update(tenantId).digest('hex').slice(0, LENGTH);
  };
}
