import type { ErrorCode, SealError } from '@seal-chat/protocol';
import type { MailboxEvent, SyncBatch } from '@seal-chat/protocol/api';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import type { Socket } from '../api/socket.ts';
import type { Deps } from '../context/deps.ts';
import { markRevoked } from '../store/account.ts';
import { processBatch } from '../receive/process-batch.ts';
import { loadCode } from '../context/load-code.ts';
import { createOutbox } from '../send/outbox.ts';
import type { Readable } from '../state/atom.ts';
import type { Committed } from '../store/device-tx.ts';
import { ROWS } from '../store/rows.ts';
import { createAcknowledger } from './acknowledger.ts';
import type { Background } from './background.ts';
import type { Housekeeper } from './maintenance.ts';
import { createLiveTracker, type LiveState } from './live-state.ts';

/** The one client of a device that holds the connection, receives and sends. */
export interface Leader {
  readonly live: Readable<LiveState>;
  /** Any tab has committed something. */
  committed(change: Committed): void;
  /** Connect now rather than after the wait. */
  reconnect(): void;
  setPresence(state: 'online' | 'away'): void;
  /** Lets go of the connection; resolves when nothing is under way. */
  stop(): Promise<void>;
}

export interface LeaderDeps extends Deps {
  readonly connect: () => Promise<Socket>;
}

/** Nothing is gained by trying again. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['DEVICE_REVOKED', 'UNKNOWN_APP_KEY', 'ORIGIN_NOT_ALLOWED']);

export function startLeader(deps: LeaderDeps): Leader {
  const live = createLiveTracker();
  const outbox = createOutbox(deps);
  const acknowledger = createAcknowledger(deps);
  const stopping = new AbortController();
  let waiting = new AbortController();
  let socket: Socket | null = null;
  let housekeeper: Housekeeper | null = null;
  let background: Background | null = null;
  let presence: 'online' | 'away' = 'online';

  const upkeep = () => loadCode(() => import('./upkeep.ts'));

  async function lookAfterRows(): Promise<void> {
    const { startBackground } = await upkeep();
    if (!stopping.signal.aborted) background ??= startBackground(deps);
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted;) {
      live.setConnection({ status: 'connecting' });
      // Where that needs the network, the next attempt at connecting is the next at this.
      if (background === null) void lookAfterRows().catch(() => {});
      const { reason, wasOnline } = await connectOnce();
      if (stopping.signal.aborted) break;
      if (reason.code === 'DEVICE_REVOKED') await deps.transact(markRevoked);
      if (wasOnline) attempt = 0;
      const delay = FINAL.has(reason.code) ? Infinity : (reason.details.retryAfterMs ?? backoffDelay(attempt++));
      live.setConnection({ status: 'offline', retryAt: Date.now() + delay, error: reason });
      waiting = new AbortController();
      await sleep(delay, AbortSignal.any([waiting.signal, stopping.signal]));
    }
    live.setConnection({ status: 'idle' });
  }

  /** Connects, and stays until the connection ends. */
  async function connectOnce(): Promise<{ readonly reason: SealError; readonly wasOnline: boolean }> {
    let wasOnline = false;
    try {
      const current = (socket = await deps.connect());
      if (stopping.signal.aborted) current.close();
      const queue = createQueue((error) => current.close(toSealError(error)));
      current.subscribe((await deps.reader.get(ROWS.cursor)) ?? 0, (batch) => {
        queue.add(() => takeBatch(batch, () => (wasOnline = true)));
      });
      void current.opened.then(() => {
        live.setConnection({ status: 'catching-up' });
        if (presence === 'away') setPresence('away');
        void keepHouse().then(outbox.wake, (error: unknown) => current.close(toSealError(error)));
      });
      const reason = await current.closed;
      await queue.idle();
      return { reason, wasOnline };
    } catch (error) {
      return { reason: toSealError(error), wasOnline };
    } finally {
      socket = null;
      housekeeper?.disconnected();
    }
  }

  async function keeper(): Promise<Housekeeper> {
    const { createHousekeeper } = await upkeep();
    return (housekeeper ??= createHousekeeper(deps, live.state));
  }

  async function keepHouse(): Promise<void> {
    const kept = await keeper();
    if (socket !== null) await kept.connected();
  }

  /** Events in their order; mailbox events that follow each other share commits. */
  async function takeBatch({ events }: SyncBatch, handleCaughtUp: () => void): Promise<void> {
    let mailbox: MailboxEvent[] = [];
    const takeMailbox = async (): Promise<void> => {
      if (mailbox.length === 0) return;
      const taken = mailbox;
      mailbox = [];
      acknowledger.stored(await processBatch(deps, taken));
    };
    for (const event of events) {
      if ('position' in event) {
        mailbox.push(event);
        continue;
      }
      await takeMailbox();
      if (event.type === 'caught-up') {
        handleCaughtUp();
        live.setConnection({ status: 'online' });
      } else if (event.type === 'typing' || event.type === 'presence') live.apply(event);
      else await (await keeper()).apply(event);
    }
    await takeMailbox();
  }

  function setPresence(state: 'online' | 'away'): void {
    presence = state;
    if (socket !== null) void deps.api.sync.presence.mutate({ state }).catch(() => {});
  }

  const running = run().catch((error: unknown) => deps.report(error));

  return {
    live: live.state,
    committed({ keys }) {
      if (keys.some((key) => key.startsWith(ROWS.allOutbox))) outbox.poke();
      // A channel's keys are what its messages wait for.
      if (keys.some((key) => key.startsWith('group/'))) outbox.stir();
      housekeeper?.committed(keys);
      background?.committed(keys);
    },
    reconnect: () => waiting.abort(),
    setPresence,
    async stop() {
      stopping.abort();
      live.stop();
      socket?.close();
      await Promise.all([running, outbox.stop(), housekeeper?.stop(), background?.stop()]);
    },
  };
}

/** Runs tasks one after the other; after a failure it runs no more. */
function createQueue(handleFailure: (error: unknown) => void): {
  add(task: () => Promise<void>): void;
  idle(): Promise<void>;
} {
  let hasFailed = false;
  let tail: Promise<void> = Promise.resolve();
  return {
    add(task) {
      tail = tail.then(async () => {
        if (hasFailed) return;
        try {
          await task();
        } catch (error) {
          hasFailed = true;
          handleFailure(error);
        }
      });
    },
    idle: () => tail,
  };
}
