import type { SealError } from '@seal-chat/protocol';
import type { CallControl } from '../limits/calls.ts';
import type { Connection, Session } from '../sessions/session.ts';
import type { TenantLabel } from '../tenant-label.ts';
import type { Tenant } from '../tenants/service.ts';

/** What every procedure gets: made once for an HTTP request and once for a WebSocket. */
export interface Context {
  /** The tenant, or why the caller may not use any. */
  readonly tenant: Tenant | SealError;
  /** The session, why the token that was sent opens none, or null when there was no token. */
  readonly session: Session | SealError | null;
  /** The client's network, as `networkOf` writes it, and as the process in front vouches for it. */
  readonly address: string;
  readonly connection: Connection | null;
  readonly calls: CallControl;
  /** Names the tenant in logs and traces. */
  readonly labelOf: TenantLabel;
}
