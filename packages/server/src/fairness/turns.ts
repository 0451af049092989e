import { SealError } from '@seal-chat/protocol';

/** How much is worked on at once, and how much may wait. */
export interface TurnLimits {
  readonly atOnce: number;
  /** Fewer than `atOnce`, and than there are connections to the database: one tenant's slow calls leave room. */
  readonly perTenant: number;
  readonly waiting: number;
  readonly waitingPerTenant: number;
}

/** Work of tenants that takes turns. */
export interface Turns {
  /**
   * Resolves when it is the tenant's turn; what it returns ends the turn. Tenants that wait are taken one after the
   * other, whatever number of calls each has waiting.
   * @param isGone whether nobody waits for the answer any longer: then the turn goes to the next
   * @throws SealError UNAVAILABLE, with a time to come again where too many wait
   */
  take(tenantId: string, isGone: () => boolean): Promise<() => void>;
  /** Calls that wait, of all tenants. */
  waiting(): number;
}

interface Waiter {
  readonly isGone: () => boolean;
  readonly begin: (end: () => void) => void;
  readonly refuse: (reason: SealError) => void;
}

interface Line {
  active: number;
  waiters: Waiter[];
}

/** Those who are sent away come again after a time of this length, and do not meet again, ms. */
const AGAIN_MS = { least: 250, most: 1_000 };

/**
 * Creates the turns of calls: tenants are served one after the other, each within its share.
 *
 * @param onRefused is told of every call for which there was no room
 */
export function createTurns(limits: TurnLimits, onRefused: () => void = () => undefined): Turns {
  /** In the order of their turns. */
  const lines = new Map<string, Line>();
  let active = 0;
  let waiting = 0;

  function lineOf(tenantId: string): Line {
    let line = lines.get(tenantId);
    if (line === undefined) lines.set(tenantId, (line = { active: 0, waiters: [] }));
    return line;
  }

  function begin(tenantId: string, line: Line): () => void {
    active++;
    line.active++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      active--;
      line.active--;
      if (line.active === 0 && line.waiters.length === 0) lines.delete(tenantId);
      handOut();
    };
  }

  /** Gives what is free to the tenants that wait, one each, as long as there is something. */
  function handOut(): void {
    for (let found = true; found && active < limits.atOnce;) {
      found = false;
      for (const [tenantId, line] of lines) {
        if (active >= limits.atOnce) return;
        const waiter = line.active < limits.perTenant ? next(line) : null;
        if (waiter === null) continue;
        found = true;
        // Behind the others.
        lines.delete(tenantId);
        lines.set(tenantId, line);
        waiter.begin(begin(tenantId, line));
        break;
      }
    }
  }

  function next(line: Line): Waiter | null {
    for (;;) {
      const waiter = line.waiters.shift();
      if (waiter === undefined) return null;
      waiting--;
      if (!waiter.isGone()) return waiter;
      waiter.refuse(new SealError('UNAVAILABLE', 'the caller has gone'));
    }
  }

  return {
    take(tenantId, isGone) {
      const line = lineOf(tenantId);
      if (line.waiters.length === 0 && line.active < limits.perTenant && active < limits.atOnce) {
        return Promise.resolve(begin(tenantId, line));
      }
      if (waiting >= limits.waiting || line.waiters.length >= limits.waitingPerTenant) {
        onRefused();
        return Promise.reject(tooMany());
      }
      waiting++;
      return new Promise((resolve, reject) => line.waiters.push({ isGone, begin: resolve, refuse: reject }));
    },
    waiting: () => waiting,
  };
}

/** The error of work that is not taken, with a time to come again. */
export function tooMany(cause?: unknown): SealError {
  const { least, most } = AGAIN_MS;
  const retryAfterMs = Math.round(least + Math.random() * (most - least));
  return new SealError('UNAVAILABLE', 'too much waits already', {
    retryAfterMs,
    ...(cause !== undefined && { cause }),
  });
}
