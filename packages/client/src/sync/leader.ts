import { PRIVACY_FIELDS, SYNC_TOPICS, type ErrorCode, type SealError } from '@seal-chat/protocol';
import { backoffDelay, sleep } from '../api/backoff.ts';
import { toSealError } from '../api/errors.ts';
import type { Socket } from '../api/socket.ts';
import type { LeaderPart } from '../context/leader-part.ts';
import type { ConnectionState } from '../model/connection.ts';
import { createAtom, type Readable } from '../state/atom.ts';
import { createTaskQueue } from '../state/task-queue.ts';
import { activeAccount, markRevoked } from '../store/account.ts';
import type { Committed } from '../store/device-tx.ts';
import { privacyOf } from '../store/privacy.ts';
import { ROWS } from '../store/rows.ts';
import { NOT_CONNECTED, type LiveState } from './live-state.ts';
import { loadConversation } from './load.ts';
import type { Parts, PartsDeps } from './parts.ts';

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

export interface LeaderDeps extends PartsDeps {
  readonly connect: (options: { readonly isHidden: boolean }) => Promise<Socket>;
}

/** The register that says whether others are told of the person's presence. */
const PRESENCE = new RegExp(`^register/${SYNC_TOPICS.privacy}/.*/${PRIVACY_FIELDS.presence}$`);

/** Nothing is gained by trying again. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'DEVICE_REVOKED',
  'DEVICE_CLONED',
  'UNKNOWN_APP_KEY',
  'ORIGIN_NOT_ALLOWED',
]);

export function startLeader(deps: LeaderDeps): Leader {
  const live = createAtom<LiveState>(NOT_CONNECTED);
  const setConnection = (connection: ConnectionState): void => live.set({ ...live.get(), connection });
  const stopping = new AbortController();
  let waiting = new AbortController();
  let socket: Socket | null = null;
  let parts: Parts | null = null;
  let presence: 'online' | 'away' = 'online';

  /** Creates the parts once their code is here; where it cannot be loaded, the next connection tries again. */
  async function startParts(): Promise<Parts> {
    const { createParts } = await loadConversation();
    stopping.signal.throwIfAborted();
    return (parts ??= createParts(deps, live, (error) => socket?.close(toSealError(error))));
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted;) {
      setConnection({ status: 'connecting' });
      const { reason, wasOnline } = await connectOnce();
      if (reason.code === 'DEVICE_REVOKED') await noteRevoked();
      if (stopping.signal.aborted) break;
      // One that sends too much, or what is no answer, is not asked again at once.
      if (wasOnline && reason.code !== 'MALFORMED') attempt = 0;
      const delay = FINAL.has(reason.code) ? Infinity : (reason.details.retryAfterMs ?? backoffDelay(attempt++));
      setConnection({ status: 'offline', retryAt: Date.now() + delay, error: reason });
      waiting = new AbortController();
      await sleep(delay, AbortSignal.any([waiting.signal, stopping.signal]));
    }
    setConnection({ status: 'idle' });
  }

  /** The account says so from now on; its keys go when the signed list says so, too. */
  async function noteRevoked(): Promise<void> {
    await deps.transact(markRevoked);
    const { confirmRemoval } = await loadConversation();
    // Without an answer, the next start asks again.
    await confirmRemoval(deps).catch(() => {});
  }

  /** Connects, and stays until the connection ends. */
  async function connectOnce(): Promise<{ readonly reason: SealError; readonly wasOnline: boolean }> {
    let wasOnline = false;
    const starting = startParts();
    // Parts work without a connection, too.
    starting.catch(() => {});
    try {
      const current = (socket = await deps.connect({ isHidden: await isHidden() }));
      if (stopping.signal.aborted) current.close();
      const { list, takeBatch } = await starting;
      const end = (error: unknown): void => current.close(toSealError(error));
      const handleCaughtUp = (): void => {
        wasOnline = true;
        setConnection({ status: 'online' });
      };
      let hasFailed = false;
      // After a failure nothing more is taken: what follows would be committed before what is missing.
      const queue = createTaskQueue((error) => {
        if (!hasFailed) end(error);
        hasFailed = true;
      });
      current.subscribe((await deps.reader.get(ROWS.mailboxPosition)) ?? 0, (batch) => {
        return queue.add(async () => {
          if (!hasFailed) await takeBatch(batch, handleCaughtUp);
        });
      });
      void current.opened.then(() => {
        setConnection({ status: 'catching-up' });
        if (presence === 'away') void tellPresence();
        tellConnected(current, list).catch(end);
      });
      const reason = await current.closed;
      await queue.idle();
      return { reason, wasOnline };
    } catch (error) {
      socket?.close();
      return { reason: toSealError(error), wasOnline };
    } finally {
      socket = null;
      for (const part of parts?.list ?? []) part.disconnected?.();
    }
  }

  async function tellConnected(current: Socket, list: readonly LeaderPart[]): Promise<void> {
    for (const part of list) if (socket === current) await part.connected?.();
  }

  function setPresence(state: 'online' | 'away'): void {
    presence = state;
    void tellPresence();
  }

  async function tellPresence(): Promise<void> {
    try {
      const state = (await isHidden()) ? 'hidden' : presence;
      if (socket !== null) await deps.api.sync.presence.mutate({ state });
    } catch {
      // The next connection says it.
    }
  }

  async function isHidden(): Promise<boolean> {
    const { userId } = await activeAccount(deps.reader);
    return !(await privacyOf(deps.reader, userId)).presence;
  }

  const running = run().catch((error: unknown) => deps.report(error));

  return {
    live,
    committed({ keys }) {
      if (keys.some((key) => PRESENCE.test(key))) void tellPresence();
      for (const part of parts?.list ?? []) part.committed?.(keys);
    },
    reconnect: () => waiting.abort(),
    setPresence,
    async stop() {
      stopping.abort();
      socket?.close();
      await Promise.all([running, ...(parts?.list ?? []).map((part) => part.stop?.())]);
    },
  };
}
