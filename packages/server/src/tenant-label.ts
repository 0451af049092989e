import { createHmac } from 'node:crypto';
import type { TenantId } from '@seal-chat/protocol';

/** Hexadecimal digits of a label. */
const LENGTH = 8;

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
  const key = `seal tenant label\0${password === '' ? pathname : password}`;
  return (tenantId) => createHmac('sha256', key).update(tenantId).digest('hex').slice(0, LENGTH);
}
