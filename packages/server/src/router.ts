import { authRouter } from './auth/router.ts';
import { conversationsRouter } from './conversations/router.ts';
import { devicesRouter } from './devices/router.ts';
import { linkingRouter } from './linking/router.ts';
import { messagesRouter } from './messages/router.ts';
import { preKeysRouter } from './prekeys/router.ts';
import { recoveryRouter } from './recovery/router.ts';
import { syncRouter } from './sync/router.ts';
import { router } from './trpc/init.ts';
import { usersRouter } from './users/router.ts';

export const appRouter = router({
  auth: authRouter,
  users: usersRouter,
  devices: devicesRouter,
  preKeys: preKeysRouter,
  recovery: recoveryRouter,
  linking: linkingRouter,
  conversations: conversationsRouter,
  messages: messagesRouter,
  sync: syncRouter,
});

/** The type a client needs to call this server. */
export type AppRouter = typeof appRouter;
