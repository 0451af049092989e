import type { IncomingHttpHeaders } from 'node:http';
import { isSealError, SealError, TRANSPORT, type Bytes, type TenantId } from '@seal-chat/protocol';
import type { LiveSessions } from '../sessions/live-sessions.ts';
import type { Connection, Session } from '../sessions/session.ts';
import type { SessionRow } from '../sessions/store.ts';
import type { CallControl } from '../limits/calls.ts';
import { hashToken } from '../sessions/tokens.ts';
import type { Presence } from '../presence/presence.ts';
import type { TenantLabel } from '../tenant-label.ts';
import { networkOf } from '../net/address.ts';
import type { UsageMeter } from '../usage/meter.ts';
import type { Tenant, Tenants } from '../tenants/service.ts';
import type { Context } from './context.ts';

/** What a caller says about itself, however it came. */
export interface Credentials {
  readonly appKey: string | null;
  readonly accessToken: string | null;
  readonly origin: string | null;
  /** The client's network, as `networkOf` writes it: what limits per address count under. */
  readonly address: string;
  /** Others are not told that this socket is open. */
  readonly isHidden?: boolean;
}

/** A socket that gets a context for as long as it is open. */
export interface Socket {
  readonly connection: Connection;
  isOpen(): boolean;
  /** Called once the socket has closed. */
  onClose(handler: () => void): void;
  /** Closes the socket after what was sent before has had time to leave. */
  closeSoon(reason: SealError): void;
}

/** Makes contexts of requests and sockets. Never rejects because of what a caller sent: procedures answer with it. */
export interface Contexts {
  ofRequest(credentials: Credentials): Promise<Context>;
  ofSocket(credentials: Credentials, socket: Socket): Promise<Context>;
}

/** Reads the credentials from a request's headers: the one of the publishable key, and `authorization: Bearer`. */
export function credentialsOf(headers: IncomingHttpHeaders, address: string): Credentials {
  const appKey = headers[TRANSPORT.appKeyHeader];
  const [, accessToken] = /^Bearer ([\w-]+)$/i.exec(headers.authorization ?? '') ?? [];
  return {
    appKey: typeof appKey === 'string' ? appKey : null,
    accessToken: accessToken ?? null,
    origin: headers.origin ?? null,
    address: networkOf(address),
  };
}

export function createContexts(deps: {
  readonly tenants: Tenants;
  readonly liveSessions: LiveSessions;
  readonly presence: Presence;
  readonly findSession: (tenantId: TenantId, accessHash: Bytes) => Promise<SessionRow | null>;
  readonly calls: CallControl;
  readonly usage: Pick<UsageMeter, 'opened' | 'wasHere'>;
  readonly labelOf: TenantLabel;
  readonly clock: () => number;
}): Contexts {
  const { tenants, liveSessions, presence, findSession, calls, usage, labelOf, clock } = deps;

  async function tenantOf({ appKey, origin }: Credentials): Promise<Tenant | SealError> {
    try {
      return await tenants.resolve(appKey, origin);
    } catch (error) {
      if (isSealError(error)) return error;
      throw error;
    }
  }

  async function sessionRowOf(tenant: Tenant, accessToken: string | null): Promise<SessionRow | SealError | null> {
    if (accessToken === null) return null;
    const row = await findSession(tenant.tenantId, hashToken(accessToken));
    if (row?.isDeviceRemoved) return new SealError('DEVICE_REVOKED');
    if (row === null || row.accessExpiresAt <= clock()) return new SealError('SESSION_EXPIRED');
    usage.wasHere(row);
    return row;
  }

  return {
    async ofRequest(credentials) {
      const { address } = credentials;
      const tenant = await tenantOf(credentials);
      if (isSealError(tenant)) return { tenant, session: null, address, connection: null, calls, labelOf };
      const row = await sessionRowOf(tenant, credentials.accessToken);
      const session: Session | SealError | null =
        row === null || isSealError(row) ? row : { ...row, rates: tenant.rates, check: () => null };
      return { tenant, session, address, connection: null, calls, labelOf };
    },

    async ofSocket(credentials, socket) {
      const { address } = credentials;
      const { connection } = socket;
      const tenant = await tenantOf(credentials);
      if (isSealError(tenant)) {
        socket.closeSoon(tenant);
        return { tenant, session: null, address, connection, calls, labelOf };
      }
      const row = await sessionRowOf(tenant, credentials.accessToken);
      if (row === null || isSealError(row) || !socket.isOpen()) {
        return { tenant, session: isSealError(row) ? row : null, address, connection, calls, labelOf };
      }
      const { tenantId, userId } = row;
      if (presence.sockets(tenantId, userId) >= tenant.rates.socketsPerUser) {
        const refusal = new SealError('TOO_MANY_CONNECTIONS');
        socket.closeSoon(refusal);
        return { tenant: refusal, session: null, address, connection, calls, labelOf };
      }
      const { session, stop } = liveSessions.follow(row, tenant.rates, (reason) => socket.closeSoon(reason));
      presence.join(tenantId, userId, connection.id, credentials.isHidden === true ? 'hidden' : 'online');
      const closed = usage.opened(tenantId);
      socket.onClose(() => {
        closed();
        stop();
        presence.leave(tenantId, userId, connection.id);
      });
      return { tenant, session, address, connection, calls, labelOf };
    },
  };
}
