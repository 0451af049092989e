import { createAttachmentsService } from './attachments/service.ts';
import { createAuthService } from './auth/service.ts';
import { createChannels } from './channels/channels.ts';
import { createConversationsService } from './conversations/service.ts';
import { createDevicesService } from './devices/service.ts';
import type { Infrastructure } from './infrastructure.ts';
import { createLinkingService } from './linking/service.ts';
import { createDeviceSets } from './messages/device-sets.ts';
import { createRemovalService } from './messages/removal.ts';
import { createRetryService } from './messages/retry.ts';
import { createMessagesService } from './messages/service.ts';
import { createWriter } from './messages/writer.ts';
import { createPreKeysService } from './prekeys/service.ts';
import type { Services } from './router.ts';
import { createSyncService } from './sync/service.ts';
import { createUsersService } from './users/service.ts';
import { createVaultService } from './vault/service.ts';

/** The services of every feature, and what of them is under way. */
export interface RunningServices {
  readonly services: Services;
  /** Resolves when messages and acknowledgements given so far are settled. */
  drain(): Promise<void>;
}

/** Puts the features together. What sees all tenants is not for them. */
export function createServices(infrastructure: Omit<Infrastructure, 'jobs' | 'ops' | 'probe'>): RunningServices {
  const { prisma, messageLimits } = infrastructure;
  const withMessageLimits = { ...infrastructure, limits: messageLimits };

  const writer = createWriter({ ...infrastructure, sql: infrastructure.writes });
  const vault = createVaultService(infrastructure);
  const devices = createDevicesService({ ...infrastructure, vault });
  const messages = createMessagesService({ ...withMessageLimits, deviceSets: createDeviceSets(prisma), writer });
  const { checkMember } = messages;
  const channels = createChannels(infrastructure);
  const sync = createSyncService(infrastructure);

  return {
    services: {
      auth: createAuthService({ ...infrastructure, devices, keyPackages: channels.keyPackages, vault }),
      users: createUsersService(infrastructure),
      devices,
      preKeys: createPreKeysService(infrastructure),
      linking: createLinkingService(infrastructure),
      conversations: createConversationsService(withMessageLimits),
      channels,
      messages,
      attachments: createAttachmentsService({ ...infrastructure, checkMember }),
      removal: createRemovalService(withMessageLimits),
      retry: createRetryService({ ...withMessageLimits, checkMember }),
      sync,
      vault,
    },
    async drain() {
      await Promise.all([writer.drain(), channels.drain(), sync.drain()]);
    },
  };
}
