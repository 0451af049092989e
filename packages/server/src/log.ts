import { pino, type Logger } from 'pino';
import type { LogOutput } from './log-output.ts';

export type { Logger } from 'pino';

/**
 * The log: one JSON object a line, on standard error, so that standard output carries the `ready` line alone.
 *
 * What may be in it: events of the process's life, routes, statuses, durations, error codes and counts. Never bodies,
 * headers, tokens, keys, names of people, or (from `info` up) addresses. The serialisers below leave out what Fastify
 * and errors would add on their own.
 */
export function createLog(level: string, role: string, output: Pick<LogOutput, 'write'>): Logger {
  return pino(
    {
      level,
      base: { role, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError, req: () => undefined, res: () => undefined },
    },
    output,
  );
}

/** Name, code, message and where it was thrown; nothing that a library hung on the error, such as a query's values. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  return { type: error.name, code, message: error.message, stack: error.stack };
}
