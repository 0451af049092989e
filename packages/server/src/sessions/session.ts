import type { DeviceId, TenantId, UserId } from '@seal-chat/protocol';
import type { Rates } from '../limits/rates.ts';
import type { Tenant } from '../tenants/service.ts';

/** The signed-in device of a request, or of a WebSocket for as long as it is open. */
export interface Session {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly rates: Rates;
  /** Null while the session is valid; a promise when that must be looked up. Rejects or throws what ended it. */
  check(): null | Promise<void>;
}

/** What sends further data of a subscription that has begun to send. */
export interface Line {
  /**
   * Sends one piece of data at once, as the subscription would have if it had yielded it.
   * @param id what the client resumes after
   * @param json the data as JSON, in UTF-8
   */
  send(id: string, json: Buffer): void;
}

/** The socket behind a context; null for a request over HTTP. */
export interface Connection {
  readonly id: string;
  isOpen(): boolean;
  /** Bytes accepted for sending that the network has not taken yet. */
  bufferedBytes(): number;
  /** Resolves when what is buffered now has been handed to the network, or the socket is closed. */
  drained(): Promise<void>;
  /** Calls `take` when `data`, which a subscription yields with an id, has been sent. The line ends with the subscription. */
  onSent(data: object, take: (line: Line) => void): void;
}

/** Who calls a procedure that is open to everyone of a tenant. */
export interface PublicCaller {
  readonly tenant: Tenant;
  readonly session: Session | null;
  readonly address: string;
}
