import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { TRPCError } from '@trpc/server';
import { webCryptoVerify } from '@seal-chat/crypto/verify';
import { createAttachmentsService, type AttachmentsService } from './attachments/service.ts';
import { createLiveSessions } from './sessions/live-sessions.ts';
import { createAuthService } from './auth/service.ts';
import { findSession, findSessionByAccess } from './sessions/store.ts';
import { createPostgresBus } from './bus/postgres.ts';
import { createChannels } from './channels/channels.ts';
import { createConversationsService } from './conversations/service.ts';
import { findConversation, findPeers } from './conversations/lookup.ts';
import { openDatabase } from './db/database.ts';
import { createDevicesService } from './devices/service.ts';
import { createDurableLimits } from './limits/durable.ts';
import { createMessageLimits } from './limits/messages.ts';
import type { Rates } from './limits/rates.ts';
import { startMaintenance } from './jobs/maintenance.ts';
import { expireMessages, purgeExpired } from './jobs/purge.ts';
import { createLinkingService } from './linking/service.ts';
import type { Logger } from './log.ts';
import { createDeviceSets } from './messages/device-sets.ts';
import { createRemovalService } from './messages/removal.ts';
import { createRetryService } from './messages/retry.ts';
import { createMessagesService } from './messages/service.ts';
import { createWriter } from './messages/writer.ts';
import { createPreKeysService } from './prekeys/service.ts';
import { createPresence } from './presence/presence.ts';
import { createRecoveryService } from './recovery/service.ts';
import { createRouter, type AppRouter } from './router.ts';
import { createAudience, deliverNotices } from './delivery/audience.ts';
import { createHub } from './delivery/hub.ts';
import { createSyncService } from './sync/service.ts';
import { createTenants } from './tenants/service.ts';
import type { Context } from './trpc/context.ts';
import { createContexts, credentialsOf } from './trpc/create-context.ts';
import { sealErrorFrom } from './trpc/errors.ts';
import { createWebSockets } from './trpc/web-socket.ts';
import { createUsersService } from './users/service.ts';

export interface AppOptions {
  /** A migrated PostgreSQL. */
  readonly databaseUrl: string;
  readonly rates: Rates;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Hears how many messages each batch has stored. */
  readonly onAccepted?: (count: number) => void;
  /** How long a person counts as there after the last socket closed, ms. */
  readonly leaveGraceMs?: number;
}

/** A procedure that answered with an error. */
export interface FailedCall {
  readonly error: TRPCError;
  readonly path: string | undefined;
}

/** The relay without its HTTP server: procedures, sockets, write path and bus on one database. */
export interface App {
  readonly router: AppRouter;
  /** What transfers files. */
  readonly attachments: AttachmentsService;
  /** Context of a request over HTTP. */
  createContext(request: { readonly headers: IncomingHttpHeaders; readonly ip: string }): Promise<Context>;
  /** Logs a call that failed for no reason of the caller's; nothing of its input. */
  onError(failure: FailedCall): void;
  /** Serves WebSocket upgrades of `server` to `/trpc`. */
  attachWebSocket(server: Server, addressOf: (request: IncomingMessage) => string): void;
  openSockets(): number;
  /** Whether each part answers; asks them. */
  ready(): Promise<Readonly<Record<'database' | 'bus' | 'queue', boolean>>>;
  /** Refuses what is new, settles what is under way, closes every socket and connection. */
  close(): Promise<void>;
}

/** Puts the relay together and begins to hear other processes. @throws when the database cannot be reached */
export async function createApp(options: AppOptions): Promise<App> {
  const { databaseUrl, rates, log, clock = Date.now, onAccepted = () => undefined } = options;
  const onError = (err: unknown): void => log.error({ err }, 'background work failed');

  const db = openDatabase({ url: databaseUrl, onError });
  const { prisma, sql, pool } = db;
  const curves = webCryptoVerify(globalThis.crypto.subtle);
  const bus = createPostgresBus({ processId: randomUUID(), url: databaseUrl, sql, clock, onError });
  const hub = createHub();
  const limits = createDurableLimits(pool);
  const messageLimits = createMessageLimits({ sql, clock, onError });
  const audience = createAudience({ bus, peersOf: (tenantId, userId) => findPeers(sql, tenantId, userId) });
  const presence = createPresence({
    bus,
    audience,
    clock,
    onError,
    ...(options.leaveGraceMs !== undefined && { leaveGraceMs: options.leaveGraceMs }),
  });
  deliverNotices({ bus, hub, findConversation: (tenantId, id) => findConversation(prisma, tenantId, id), onError });
  const liveSessions = createLiveSessions({
    bus,
    hub,
    clock,
    find: (tenantId, sessionId) => findSession(sql, tenantId, sessionId),
    onError,
  });
  const writer = createWriter({ sql, bus, hub, clock, onAccepted, onError });

  const devices = createDevicesService({ prisma, curves, bus, audience, clock });
  const messages = createMessagesService({
    prisma,
    sql,
    limits: messageLimits,
    deviceSets: createDeviceSets(prisma),
    writer,
  });
  const attachments = createAttachmentsService({ sql, limits, checkMember: messages.checkMember, clock });
  const channels = createChannels({
    prisma,
    sql,
    bus,
    hub,
    audience,
    presence,
    limits,
    messageLimits,
    clock,
    onAccepted,
    onError,
  });
  const sync = createSyncService({ prisma, sql, bus, hub, audience, presence, onError });
  const router = createRouter({
    auth: createAuthService({ prisma, curves, bus, devices, limits, clock }),
    users: createUsersService({ prisma, limits }),
    devices,
    preKeys: createPreKeysService({ prisma, curves, limits, audience }),
    recovery: createRecoveryService({ prisma, limits, clock }),
    linking: createLinkingService({ prisma, limits, clock }),
    conversations: createConversationsService({ prisma, limits: messageLimits, audience, presence, clock }),
    channels,
    messages,
    attachments,
    removal: createRemovalService({ prisma, sql, limits: messageLimits, audience }),
    retry: createRetryService({ sql, bus, limits: messageLimits, checkMember: messages.checkMember, clock }),
    sync,
  });

  const contexts = createContexts({
    tenants: createTenants({ prisma, rates, clock }),
    liveSessions,
    presence,
    findSession: (tenantId, accessHash) => findSessionByAccess(sql, tenantId, accessHash),
    clock,
  });
  const webSockets = createWebSockets({ router, contexts, onError: logUnexpected });

  function logUnexpected({ error, path }: FailedCall): void {
    if (sealErrorFrom(error).code === 'INTERNAL') log.error({ err: error.cause ?? error, path }, 'procedure failed');
  }

  await bus.start();
  const maintenance = await startMaintenance({
    url: databaseUrl,
    purge: () => purgeExpired(sql, clock()),
    expire: () => expireMessages(sql, clock()),
    onError,
  });

  return {
    router,
    attachments,
    createContext: ({ headers, ip }) => contexts.ofRequest(credentialsOf(headers, ip)),
    onError: logUnexpected,
    attachWebSocket: webSockets.attach,
    openSockets: webSockets.count,

    async ready() {
      const parts = [sql`select 1`, bus.ready(), maintenance.ready()];
      const [database, notices, queue] = (await Promise.allSettled(parts)).map(({ status }) => status === 'fulfilled');
      return { database: database!, bus: notices!, queue: queue! };
    },

    async close() {
      webSockets.pause();
      await Promise.all([writer.drain(), channels.drain(), sync.drain()]);
      await webSockets.close();
      await maintenance.close();
      presence.close();
      liveSessions.close();
      await messageLimits.close();
      await bus.close();
      await db.close();
    },
  };
}
