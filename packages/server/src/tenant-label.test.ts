import { randomUUID } from 'node:crypto';
import type { TenantId } from '@seal-chat/protocol';
import { expect, test } from 'vitest';
import { tenantLabels } from './tenant-label.ts';

test('a label is the same in every process on a database, and another where the password is another', () => {
  const tenantId = randomUUID() as TenantId;
  const label = tenantLabels('postgresql://seal:secret@db-1:5432/seal')(tenantId);
  expect(label).toMatch(/^[0-9a-f]{8}$/);
  expect(tenantLabels('postgresql://jobs:secret@db.internal/seal')(tenantId)).toBe(label);
  expect(tenantLabels('postgresql://seal:other@db-1:5432/seal')(tenantId)).not.toBe(label);
  expect(tenantLabels('postgresql://seal@db-1/seal')(tenantId)).not.toBe(tenantLabels('postgresql://db-1/x')(tenantId));
  expect(tenantLabels('postgresql://seal:secret@db-1/seal')(randomUUID() as TenantId)).not.toBe(label);
});
