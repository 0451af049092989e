/**
 * What the system, postgres.js, Prisma, its adapter and PostgreSQL call a database that cannot be reached or has no room
 * just now: disk, memory or connections (class 53), a failing disk (58030), one that only reads (25006), or a statement
 * that waited too long (55P03, 57014, 25P03).
 */
const AWAY = new Set(
  `ECONNREFUSED ECONNRESET ENOTFOUND ETIMEDOUT EPIPE EHOSTUNREACH
  CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED CONNECT_TIMEOUT
  P1001 P1002 P1008 P1017 P2024 P2028 DatabaseNotReachable ConnectionClosed SocketTimeout TooManyConnections
  08000 08001 08003 08006 25006 25P03 53000 53100 53200 53300 53400 55P03 57014 57P01 57P02 57P03 58030`.split(/\s+/),
);

const MAX_DEPTH = 6;

/** Whether `error`, or what caused it, says that the database is starting, stopping, full or out of reach: try again later. */
export function isDatabaseAway(error: unknown, depth: number = MAX_DEPTH): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const { code, kind, originalCode, cause, meta, driverAdapterError, errors } = error as Record<string, unknown>;
  if ([code, kind, originalCode].some((name) => typeof name === 'string' && AWAY.has(name))) return true;
  const inner = [cause, meta, driverAdapterError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inner.some((one) => isDatabaseAway(one, depth - 1));
}
