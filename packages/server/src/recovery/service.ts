import { SealError, type Bytes } from '@seal-chat/protocol';
import type { RecoveryAnswer } from '@seal-chat/protocol/api';
import { base64Of } from '../db/bytes.ts';
import { toAnswer } from '../devices/service.ts';
import type { PrismaClient } from '../generated/client.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { PublicCaller, Session } from '../sessions/session.ts';
import { usernameKeyOf } from '../users/username.ts';
import { findRecovery, storeRecovery } from './store.ts';

/** The wrapped account keys of people who have only their recovery code left. */
export interface RecoveryService {
  /**
   * Counted by account and by address, whether or not the account exists.
   * @throws SealError NOT_FOUND, RATE_LIMITED
   */
  fetch(caller: Pick<PublicCaller, 'tenant' | 'address'>, username: string): Promise<RecoveryAnswer>;
  /** Puts `blob` in the place of the caller's present one. */
  store(session: Session, blob: Bytes): Promise<void>;
}

export function createRecoveryService(deps: {
  readonly prisma: PrismaClient;
  readonly limits: DurableLimits;
  readonly clock: () => number;
}): RecoveryService {
  const { prisma, limits, clock } = deps;
  return {
    async fetch({ tenant, address }, username) {
      const { tenantId, rates } = tenant;
      const usernameKey = usernameKeyOf(username);
      await limits.consume('auth', tenantId, address, rates.authPerMinutePerAddress);
      await limits.consume('recovery', tenantId, usernameKey, rates.recoveryDownloadsPerHourPerAccount);
      const row = await findRecovery(prisma, tenantId, usernameKey);
      if (row === null) throw new SealError('NOT_FOUND', 'recovery: nothing stored under that name');
      const { userId, blob, chain } = row;
      return { tenantId, userId, username: row.username, blob: base64Of(blob), chain: chain.map(toAnswer) };
    },

    store: ({ tenantId, userId }, blob) => storeRecovery(prisma, { tenantId, userId }, blob, new Date(clock())),
  };
}
