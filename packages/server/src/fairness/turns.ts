import { SealError } from '@seal-chat/protocol';

/** How much is worked on at once, and how much may wait. */
export interface TurnLimits {
  readonly atOnce: number;
  /** Fewer than `atOnce`, and than there are connections to the database: one tenant's slow calls leave room. */
  readonly perTenant: number;
  /** One person's, or those of an address that has not signed in. */
  readonly perPerson: number;
  readonly waiting: number;
  readonly waitingPerTenant: number;
}

/** Work of tenants that takes turns. */
export interface Turns {
  /**
   * Resolves when it is the tenant's turn and in it the person's; what it returns ends the turn. Tenants that wait are
   * taken one after the other, whatever number of calls each has waiting, and so are the people of one.
   * @param isGone whether nobody waits for the answer any longer: then the turn goes to the next
   * @throws SealError UNAVAILABLE, with a time to come again where too many wait
   */
  take(tenantId: string, person: string, isGone: () => boolean): Promise<() => void>;
  /** Calls that wait, of all tenants. */
  waiting(): number;
}

interface Waiter {
  readonly isGone: () => boolean;
  readonly begin: (end: () => void) => void;
  readonly refuse: (reason: SealError) => void;
}

/** Of one person. */
interface Queue {
  active: number;
  readonly waiters: Waiter[];
}

/** Of one tenant. */
interface Line {
  active: number;
  waiting: number;
  /** In the order of their turns. */
  readonly people: Map<string, Queue>;
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
    if (line === undefined) lines.set(tenantId, (line = { active: 0, waiting: 0, people: new Map() }));
    return line;
  }

  function queueOf({ people }: Line, person: string): Queue {
    let queue = people.get(person);
    if (queue === undefined) people.set(person, (queue = { active: 0, waiters: [] }));
    return queue;
  }

  function begin(tenantId: string, line: Line, person: string, queue: Queue): () => void {
    active++;
    line.active++;
    queue.active++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      active--;
      line.active--;
      queue.active--;
      if (queue.active === 0 && queue.waiters.length === 0) line.people.delete(person);
      if (line.active === 0 && line.waiting === 0) lines.delete(tenantId);
      handOut();
    };
  }

  /** Gives what is free to the tenants that wait, one each, as long as there is something. */
  function handOut(): void {
    for (let found = true; found && active < limits.atOnce;) {
      found = false;
      for (const [tenantId, line] of lines) {
        if (active >= limits.atOnce) return;
        const next = line.active < limits.perTenant ? nextOf(line) : null;
        if (next === null) continue;
        found = true;
        // Behind the others.
        lines.delete(tenantId);
        lines.set(tenantId, line);
        next.waiter.begin(begin(tenantId, line, next.person, next.queue));
        break;
      }
    }
  }

  /** Takes the call of a tenant whose turn it is, and puts its person behind the others. */
  function nextOf(line: Line): { readonly waiter: Waiter; readonly person: string; readonly queue: Queue } | null {
    for (const [person, queue] of line.people) {
      if (queue.active >= limits.perPerson) continue;
      const waiter = firstHere(line, queue);
      if (waiter === null && queue.active > 0) continue;
      line.people.delete(person);
      if (waiter === null) continue;
      line.people.set(person, queue);
      return { waiter, person, queue };
    }
    return null;
  }

  function firstHere(line: Line, queue: Queue): Waiter | null {
    for (;;) {
      const waiter = queue.waiters.shift();
      if (waiter === undefined) return null;
      waiting--;
      line.waiting--;
      if (!waiter.isGone()) return waiter;
      waiter.refuse(new SealError('UNAVAILABLE', 'the caller has gone'));
    }
  }

  return {
    take(tenantId, person, isGone) {
      const line = lineOf(tenantId);
      const queue = queueOf(line, person);
      const isFree = line.active < limits.perTenant && queue.active < limits.perPerson && active < limits.atOnce;
      if (isFree && queue.waiters.length === 0) return Promise.resolve(begin(tenantId, line, person, queue));
      if (waiting >= limits.waiting || line.waiting >= limits.waitingPerTenant) {
        onRefused();
        return Promise.reject(tooMany());
      }
      waiting++;
      line.waiting++;
      return new Promise((resolve, reject) => queue.waiters.push({ isGone, begin: resolve, refuse: reject }));
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
