/** How long the event loop is kept, ms. */
export interface RoundLimits {
  /** What each party gets before the next one's turn. */
  readonly share: number;
  /** All parties together, before the loop looks for what has arrived. */
  readonly turn: number;
}

/** A place of something that has work now and then, such as a socket. */
export interface Place {
  /** Says that there is work. Some of it may be done before this returns. */
  wake(): void;
  /** Counts as another party's from now on. */
  moveTo(party: string): void;
}

/** Work of parties that share one event loop. */
export interface Rounds {
  /**
   * Takes a place among those of `party`.
   * @param step does one small piece of work; returns whether there is another one that could be done now
   */
  join(party: string, step: () => boolean): Place;
  /** Resolves when it is the turn of one piece of work of `party`, which will cost about `cost` ms. */
  once(party: string, cost: number): Promise<void>;
}

/** One millisecond: a turn of several parties is not noticed, and many frames are read in it. */
const LIMITS: RoundLimits = { share: 1, turn: 2 };

interface Worker {
  party: string;
  readonly step: () => boolean;
  readonly cost: number;
  state: 'idle' | 'queued' | 'running' | 'woken';
}

interface Party {
  /** What is left of its share, ms; below 0 when its last piece took longer. */
  left: number;
  queue: Worker[];
}

/**
 * Creates rounds by deficit round robin (Shreedhar and Varghese 1996): in every turn of the event loop each party does
 * pieces of work until its share is used, its places one piece each in turn. What takes longer is taken off the next
 * shares. So the work of one party waits for one share of each of the others, however much they have.
 *
 * @param deps `clock` in ms; `onNextTurn` calls back in the next turn of the event loop
 */
export function createRounds(
  limits: RoundLimits = LIMITS,
  deps: { readonly clock: () => number; readonly onNextTurn: (run: () => void) => void } = {
    clock: () => performance.now(),
    onNextTurn: setImmediate,
  },
): Rounds {
  const { clock, onNextTurn } = deps;
  /** In the order of their turns. */
  const parties = new Map<string, Party>();
  /** Of the turn, by all parties, ms. */
  let spent = 0;
  let isScheduled = false;
  let isServing = false;

  function partyOf(name: string): Party {
    let party = parties.get(name);
    if (party === undefined) parties.set(name, (party = { left: limits.share, queue: [] }));
    return party;
  }

  /** Does the work of a party as far as its share goes. */
  function serve(party: Party): void {
    isServing = true;
    try {
      while (party.left > 0) {
        const worker = party.queue.shift();
        if (worker === undefined) return;
        const time = timeOf(worker);
        party.left -= time;
        spent += time;
        if (worker.state === 'queued') partyOf(worker.party).queue.push(worker);
      }
    } finally {
      isServing = false;
    }
  }

  /** Does one piece. @returns what it took, ms */
  function timeOf(worker: Worker): number {
    const began = clock();
    worker.state = 'running';
    let isMore = false;
    try {
      isMore = worker.step();
    } finally {
      worker.state = isMore || isWoken(worker) ? 'queued' : 'idle';
    }
    return Math.max(clock() - began, worker.cost);
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    onNextTurn(run);
  }

  /** Gives every party a share, and what they leave to those who have more, until the turn is over. */
  function run(): void {
    isScheduled = false;
    spent = 0;
    do {
      // Those there are now: who comes back to the end of the line has had its share.
      const round = [...parties];
      for (const [name, party] of round) {
        if (spent >= limits.turn) break;
        party.left = Math.min(party.left + limits.share, limits.share);
        // Behind the others.
        parties.delete(name);
        if (party.queue.length === 0 && party.left >= limits.share) continue;
        parties.set(name, party);
        serve(party);
      }
    } while (spent < limits.turn && isWaiting());
    if (parties.size > 0) schedule();
  }

  function isWaiting(): boolean {
    for (const { queue } of parties.values()) if (queue.length > 0) return true;
    return false;
  }

  function wake(worker: Worker): void {
    if (worker.state === 'running') worker.state = 'woken';
    if (worker.state !== 'idle') return;
    worker.state = 'queued';
    const party = partyOf(worker.party);
    party.queue.push(worker);
    if (!isServing && party.queue.length === 1) serve(party);
    schedule();
  }

  return {
    join(party, step) {
      const worker: Worker = { party, step, cost: 0, state: 'idle' };
      return {
        wake: () => wake(worker),
        moveTo(other) {
          worker.party = other;
        },
      };
    },
    once: (party, cost) =>
      new Promise((resolve) => {
        const step = (): boolean => {
          resolve();
          return false;
        };
        wake({ party, step, cost, state: 'idle' });
      }),
  };
}

/** Whether it was woken in the middle of its work. */
function isWoken({ state }: Worker): boolean {
  return state === 'woken';
}
