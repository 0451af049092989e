import type { AppRouter } from '@seal-chat/server';
import type { TRPCClient } from '@trpc/client';

/** The typed tRPC client of a Seal server. Its calls fail with a `SealError`. */
export type SealApi = TRPCClient<AppRouter>;
