/** How calls reach a server: over HTTP with headers, over a WebSocket with its first message. */
export const TRANSPORT = {
  /** Path of tRPC, the same for HTTP and WebSocket. */
  path: '/trpc',
  /** HTTP header that carries the tenant's publishable key. The access token travels as `authorization: Bearer …`. */
  appKeyHeader: 'x-seal-app-key',
} as const;

/** tRPC's `connectionParams`: the first message of a WebSocket. */
export interface ConnectionParams {
  readonly appKey: string;
  readonly accessToken: string;
  /** `hidden`: others are not told that this device is connected. Left out otherwise. */
  readonly presence?: 'hidden';
}
