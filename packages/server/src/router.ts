import { createAttachmentsRouter } from './attachments/router.ts';
import type { AttachmentsService } from './attachments/service.ts';
import { createAuthRouter } from './auth/router.ts';
import type { AuthService } from './auth/service.ts';
import type { Channels } from './channels/channels.ts';
import { createChannelsRouter } from './channels/router.ts';
import { createConversationsRouter } from './conversations/router.ts';
import type { ConversationsService } from './conversations/service.ts';
import { createDevicesRouter } from './devices/router.ts';
import type { DevicesService } from './devices/service.ts';
import { createLinkingRouter } from './linking/router.ts';
import type { LinkingService } from './linking/service.ts';
import type { RemovalService } from './messages/removal.ts';
import type { RetryService } from './messages/retry.ts';
import { createMessagesRouter } from './messages/router.ts';
import type { MessagesService } from './messages/service.ts';
import { createPreKeysRouter } from './prekeys/router.ts';
import type { PreKeysService } from './prekeys/service.ts';
import { createSyncRouter } from './sync/router.ts';
import type { SyncService } from './sync/service.ts';
import { router } from './trpc/init.ts';
import { createUsersRouter } from './users/router.ts';
import type { UsersService } from './users/service.ts';
import { createVaultRouter } from './vault/router.ts';
import type { VaultService } from './vault/service.ts';

/** What the procedures call. */
export interface Services {
  readonly auth: AuthService;
  readonly users: UsersService;
  readonly devices: DevicesService;
  readonly preKeys: PreKeysService;
  readonly linking: LinkingService;
  readonly conversations: ConversationsService;
  readonly channels: Channels;
  readonly messages: MessagesService;
  readonly removal: RemovalService;
  readonly retry: RetryService;
  readonly attachments: AttachmentsService;
  readonly sync: SyncService;
  readonly vault: VaultService;
}

/** Creates the router of every procedure of the server. */
export function createRouter(services: Services) {
  return router({
    auth: createAuthRouter(services.auth),
    users: createUsersRouter(services.users),
    devices: createDevicesRouter(services.devices),
    preKeys: createPreKeysRouter(services.preKeys),
    linking: createLinkingRouter(services.linking),
    conversations: createConversationsRouter(services.conversations),
    channels: createChannelsRouter(services.channels),
    messages: createMessagesRouter(services),
    attachments: createAttachmentsRouter(services.attachments),
    sync: createSyncRouter(services.sync),
    vault: createVaultRouter(services.vault),
  });
}

/** The type a client needs to call this server. */
export type AppRouter = ReturnType<typeof createRouter>;
