import type { Bus } from '../bus/bus.ts';

/** Looks in the database for what no notice told of. */
export interface Sweep {
  /** Has `look` run regularly, and whenever notices may have been lost. */
  add(look: () => Promise<void>): void;
  close(): void;
}

/** How often is looked, ms. */
export interface SweepPauses {
  /** While notices make their way: the longest that one which was lost delays what it told of. */
  readonly usual: number;
  /** While they do not. */
  readonly busDown: number;
}

const PAUSES: SweepPauses = { usual: 15_000, busDown: 2_000 };

/** Begins to look. Nothing breaks when a look fails: the next one finds the same. */
export function createSweep(deps: {
  readonly bus: Pick<Bus, 'isUp' | 'onGap'>;
  readonly pauses?: SweepPauses | undefined;
  readonly onError: (error: unknown) => void;
}): Sweep {
  const { bus, pauses = PAUSES, onError } = deps;
  const looks: (() => Promise<void>)[] = [];
  let isRunning = false;
  let isAskedAgain = false;
  let isClosed = false;
  let ranAt = performance.now();

  async function run(): Promise<void> {
    isAskedAgain = isRunning;
    if (isRunning) return;
    isRunning = true;
    ranAt = performance.now();
    for (const look of looks) await look().catch(onError);
    isRunning = false;
    if (isAskedAgain && !isClosed) await run();
  }

  // After the other handlers: they forget what may no longer be true.
  bus.onGap(() => queueMicrotask(() => void run()));
  const timer = setInterval(
    () => {
      const pause = bus.isUp() ? pauses.usual : pauses.busDown;
      if (performance.now() - ranAt >= pause) void run();
    },
    Math.min(pauses.usual, pauses.busDown) / 2,
  );
  timer.unref();

  return {
    add: (look) => void looks.push(look),
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}
