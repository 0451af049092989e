import { WebSocket } from 'ws';
import type { Bytes } from '@seal-chat/protocol';
import type { DeviceStore, SocketClass, StoreFactory } from '../../src/index.ts';
import { createLocalLocks, createLocalMedium } from '../../src/store/local-locks.ts';
import { createRowMap, type RowMap } from '../../src/store/row-map.ts';

/**
 * A device that can be killed like a process: from one step on, its store and its network do nothing any more and
 * answer nothing. What was committed stays, and the next life opens it.
 */
export interface Disk {
  readonly rows: RowMap;
  /** A life on this disk; `dieAt` counts store and network steps from 1, and is never by default. */
  live(dieAt?: number): Life;
}

export interface Life {
  readonly store: StoreFactory;
  readonly fetch: typeof fetch;
  readonly webSocket: SocketClass;
  /** Steps so far. */
  steps(): number;
  isDead(): boolean;
  kill(): void;
  /** Dies after that many more steps. */
  dieIn(steps: number): void;
  /** Dies with the next call of a procedure: the server gets the call, and nobody hears the answer. */
  dieCalling(procedure: string): void;
  /** Resolves at death. */
  readonly death: Promise<void>;
}

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export function createDisk(): Disk {
  const rows = createRowMap();
  return { rows, live: (dieAt = Infinity) => createLife(rows, dieAt) };
}

/** A copy of a disk as it is now, to roll a device back to. */
export function copyDisk(disk: Disk): Disk {
  const copy = createDisk();
  copy.rows.restore({
    expectedRev: disk.rows.rev - 1,
    puts: new Map([...disk.rows.entries()] as [string, Bytes][]),
    deletes: [],
  });
  return copy;
}

function createLife(rows: RowMap, dieAt: number): Life {
  const sockets = new Set<WebSocket>();
  let steps = 0;
  let lastStep = dieAt;
  let lastCall: string | null = null;
  let isDead = false;
  let noteDeath = (): void => {};
  const death = new Promise<void>((resolve) => (noteDeath = resolve));

  function kill(): void {
    isDead = true;
    for (const socket of sockets) socket.terminate();
    noteDeath();
  }
  /** True for the call to die with. Its connection stays, or the call might not arrive; nothing else passes it. */
  function isLastCall(text: string): boolean {
    if (isDead || lastCall === null || !text.includes(lastCall)) return false;
    isDead = true;
    noteDeath();
    return true;
  }
  /** False from the moment of death on. */
  function step(): boolean {
    if (isDead) return false;
    if (++steps >= lastStep) kill();
    return !isDead;
  }

  const store: StoreFactory = async () => {
    const whileAlive = async <T>(work: () => T): Promise<T> => (isDead ? never<T>() : work());
    return {
      atRest: 'memory',
      locks: createLocalLocks(),
      channel: createLocalMedium().join(),
      revision: () => whileAlive(() => rows.rev),
      get: (keys) => whileAlive(() => keys.map((key) => rows.get(key))),
      list: (range) => whileAlive(() => rows.list(range)),
      async commit(changes) {
        // Death before the commit, or after it and before any listener is told of it.
        if (!step()) return never();
        rows.check(changes);
        const rev = rows.apply(changes);
        return step() ? rev : never();
      },
      wipe: () => whileAlive(() => rows.clear()),
      close: async () => {},
    } satisfies DeviceStore;
  };

  class MortalSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      sockets.add(this);
      this.once('close', () => sockets.delete(this));
    }
    override send(data: string): void {
      if (isLastCall(data) || step()) super.send(data);
    }
    override emit(name: string | symbol, ...values: unknown[]): boolean {
      if (isDead || (name === 'message' && !step())) return false;
      return super.emit(name, ...values);
    }
  }

  return {
    store,
    fetch: async (input, init) => {
      if (isLastCall(input instanceof Request ? input.url : String(input))) void fetch(input, init).catch(() => {});
      if (!step()) return never();
      const response = await fetch(input, init);
      return step() ? response : never();
    },
    webSocket: MortalSocket,
    steps: () => steps,
    isDead: () => isDead,
    kill,
    dieIn: (more) => void (lastStep = Math.min(lastStep, steps + more)),
    dieCalling: (procedure) => void (lastCall = procedure),
    death,
  };
}
