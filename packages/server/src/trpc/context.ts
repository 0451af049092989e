import type { DeviceId, TenantId, UserId } from '@seal-chat/protocol';

/** The tenant a request belongs to, found by its publishable key. */
export interface TenantContext {
  readonly tenantId: TenantId;
}

/** The signed-in device of a request or of a whole WebSocket. */
export interface SessionContext {
  readonly sessionId: string;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}

/** What every procedure gets: made once per HTTP request and once per WebSocket. */
export interface Context {
  readonly tenant: TenantContext;
  readonly session: SessionContext | null;
  /** The client's network address, as the process in front vouches for it. */
  readonly address: string;
}
