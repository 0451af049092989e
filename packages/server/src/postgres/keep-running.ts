import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from './launch.ts';

/** Pauses between an unasked end and the next start, ms. */
export interface Backoff {
  /** Before the second start in a row; it doubles with each further one. The first follows at once. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A server that ran this long was well: the next end counts as the first again. */
  readonly steadyMs: number;
}

const BACKOFF: Backoff = { firstMs: 250, longestMs: 30_000, steadyMs: 60_000 };

/**
 * Starts the server, and again whenever it ends unasked. It never gives up: what kills PostgreSQL over and over, such as
 * a full memory, passes, and the pauses keep the attempts from making it worse.
 *
 * @param onRestart is told the reason of each end, and how long it is until the next start, ms
 * @throws what the first start throws
 */
export async function keepRunning(
  launch: () => Promise<ServerProcess>,
  onRestart: (reason: string, pauseMs: number) => void,
  { firstMs, longestMs, steadyMs }: Backoff = BACKOFF,
): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let current = launch();
  await current;

  /** Settles with the reason when the present server has ended, and with how long it ran, ms. */
  async function end(): Promise<{ readonly reason: string; readonly ranMs: number }> {
    try {
      const server = await current;
      const since = performance.now();
      return { reason: await server.ended, ranMs: performance.now() - since };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error), ranMs: 0 };
    }
  }

  async function watch(): Promise<void> {
    for (let ends = 1; ; ends++) {
      const { reason, ranMs } = await end();
      if (signal.aborted) return;
      if (ranMs >= steadyMs) ends = 1;
      const pauseMs = ends === 1 ? 0 : Math.min(longestMs, firstMs * 2 ** (ends - 2));
      onRestart(reason, pauseMs);
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      current = launch();
    }
  }

  void watch();
  return {
    async stop() {
      stopping.abort();
      await current.then(
        (server) => server.stop(),
        () => undefined,
      );
    },
  };
}
