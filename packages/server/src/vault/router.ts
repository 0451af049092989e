import { vaultInputs } from '@seal-chat/protocol/api';
import { publicProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { VaultService } from './service.ts';

/** Creates the procedures of vaults. */
export function createVaultRouter(vault: VaultService) {
  return router({
    unlock: publicProcedure.input(vaultInputs.unlock).mutation(({ ctx, input }) => vault.unlock(ctx, input)),
    get: sessionProcedure.query(({ ctx }) => vault.get(ctx.session)),
  });
}
