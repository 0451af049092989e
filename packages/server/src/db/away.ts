/** What the system, postgres.js, Prisma, its adapter and PostgreSQL call a database that cannot be reached just now. */
const AWAY = new Set(
  `ECONNREFUSED ECONNRESET ENOTFOUND ETIMEDOUT EPIPE EHOSTUNREACH
  CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED CONNECT_TIMEOUT
  P1001 P1002 P1008 P1017 P2024 P2028 DatabaseNotReachable ConnectionClosed SocketTimeout TooManyConnections
  08000 08001 08003 08006 53300 57P01 57P02 57P03`.split(/\s+/),
);

const MAX_DEPTH = 6;

/** Whether `error`, or what caused it, says that the database is starting, stopping or out of reach: try again later. */
export function isDatabaseAway(error: unknown, depth: number = MAX_DEPTH): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const { code, kind, originalCode, cause, meta, driverAdapterError, errors } = error as Record<string, unknown>;
  if ([code, kind, originalCode].some((name) => typeof name === 'string' && AWAY.has(name))) return true;
  const inner = [cause, meta, driverAdapterError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inner.some((one) => isDatabaseAway(one, depth - 1));
}
