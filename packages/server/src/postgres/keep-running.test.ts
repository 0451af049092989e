import { expect, test, vi } from 'vitest';
import { keepRunning } from './keep-running.ts';
import type { ServerProcess } from './launch.ts';

/** A server that a test ends. */
function mortal(): ServerProcess & { end(reason: string): void } {
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = resolve));
  return { ended, end, stop: vi.fn<() => Promise<void>>(async () => undefined) };
}

test('however often a server ends, it is started again, after pauses that grow up to a limit', async () => {
  const pauses: number[] = [];
  const launched: ReturnType<typeof mortal>[] = [];
  const launch = vi.fn<() => Promise<ServerProcess>>(async () => {
    // A start that fails counts as an end.
    if (launched.length % 2 === 1) {
      launched.push(mortal());
      throw new Error('no memory');
    }
    const server = mortal();
    launched.push(server);
    server.end('killed');
    return server;
  });
  const { stop } = await keepRunning(launch, (_reason, pauseMs) => pauses.push(pauseMs), {
    firstMs: 1,
    longestMs: 8,
    steadyMs: 60_000,
  });
  await expect.poll(() => pauses.length).toBeGreaterThan(10);
  await stop();
  expect(pauses.slice(0, 8)).toEqual([0, 1, 2, 4, 8, 8, 8, 8]);
});

test('a server that ran for long is started again at once', async () => {
  const pauses: number[] = [];
  const servers = [mortal(), mortal(), mortal()];
  let next = 0;
  const { stop } = await keepRunning(
    async () => servers[next++]!,
    (_reason, pauseMs) => pauses.push(pauseMs),
    {
      firstMs: 60_000,
      longestMs: 60_000,
      steadyMs: 0,
    },
  );
  servers[0]!.end('killed');
  servers[1]!.end('killed');
  await expect.poll(() => next).toBe(3);
  expect(pauses).toEqual([0, 0]);
  await stop();
  expect(servers[2]!.stop).toHaveBeenCalled();
});

test('a stop does not wait for the pause before the next start', async () => {
  const first = mortal();
  const launch = vi.fn<() => Promise<ServerProcess>>().mockResolvedValueOnce(first).mockRejectedValue(new Error('no'));
  const pauses: number[] = [];
  const { stop } = await keepRunning(launch, (_reason, pauseMs) => pauses.push(pauseMs), {
    firstMs: 3_600_000,
    longestMs: 3_600_000,
    steadyMs: 60_000,
  });
  first.end('killed');
  await expect.poll(() => pauses).toEqual([0, 3_600_000]);
  await stop();
  expect(launch).toHaveBeenCalledTimes(2);
});
