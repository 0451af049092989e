import { SealError } from '@seal-chat/protocol';
import type { Sql } from 'postgres';
import { connect, TIMEOUTS } from '../db/connect.ts';
import { CHANNEL, type Bus, type Listener, type Notice } from './bus.ts';
import { createLocalBus } from './local.ts';

/** How often a process says that it lives, ms. Its own notice coming back proves that it still listens. */
export const ALIVE_MS = 10_000;
/** Silence after which the listening connection is replaced, ms: a broken one may look open for hours. */
const SILENCE_MS = 2.5 * ALIVE_MS;
const READY_TIMEOUT_MS = 2_000;
/** PostgreSQL takes 7,999 bytes. */
const MAX_PAYLOAD_BYTES = 7_999;

/** Creates a bus over LISTEN and NOTIFY: every process on the database receives the notices of every other. */
export function createPostgresBus(deps: {
  readonly processId: string;
  readonly url: string;
  /** Sends the notifications. */
  readonly sql: Sql;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}): Bus {
  const { processId, url, sql, clock, onError } = deps;
  const local = createLocalBus({ processId, onError });
  const gapHandlers: (() => void)[] = [];
  const echoes = new Set<() => void>();
  let listeners: readonly Listener[] = [];
  let waiting: string[] = [];
  let sending: Promise<unknown> = Promise.resolve();
  let connection: Sql | null = null;
  let heardAt = 0;
  let timer: NodeJS.Timeout | null = null;

  async function reconnect(): Promise<void> {
    const previous = connection;
    const next = connect(url, { max: 1, fetch_types: false, timeouts: TIMEOUTS });
    connection = next;
    heardAt = clock();
    await previous?.end({ timeout: 0 });
    await next.listen(CHANNEL, hear, reportGap);
  }

  function reportGap(): void {
    for (const handler of gapHandlers) handler();
    publish({ kind: 'hello' });
  }

  function hear(payload: string): void {
    heardAt = clock();
    try {
      const [from, notice] = JSON.parse(payload) as [string, Notice];
      if (from === processId) {
        for (const echo of echoes) echo();
      } else {
        for (const listener of listeners) listener(notice, from);
      }
    } catch (error) {
      onError(error);
    }
  }

  function tellOthers(notice: Notice): void {
    const payload = local.encode(notice);
    if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      onError(new SealError('TOO_LARGE', `bus: a notice of kind ${notice.kind} is too long`));
      return;
    }
    waiting.push(payload);
    if (waiting.length > 1) return;
    setImmediate(() => {
      sending = send().catch(onError);
    });
  }

  /** What was published in one turn of the event loop travels in one statement. */
  async function send(): Promise<void> {
    const payloads = waiting;
    waiting = [];
    if (payloads.length === 0) return;
    await sql`select pg_notify(${CHANNEL}, payload) from unnest(${payloads}::text[]) as payload`;
  }

  function publish(notice: Notice): void {
    local.publish(notice);
    tellOthers(notice);
  }

  async function watch(): Promise<void> {
    if (clock() - heardAt > SILENCE_MS) await reconnect();
    tellOthers({ kind: 'alive' });
  }

  /** Resolves when a notice of this process comes back. */
  function nextEcho(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (failure: SealError | null): void => {
        clearTimeout(timeout);
        echoes.delete(heard);
        if (failure === null) resolve();
        else reject(failure);
      };
      const heard = (): void => settle(null);
      const timeout = setTimeout(() => settle(new SealError('UNAVAILABLE', 'bus: no echo')), READY_TIMEOUT_MS);
      echoes.add(heard);
    });
  }

  return {
    ...local,
    publish,
    listen(listener) {
      listeners = [...listeners, listener];
      const stopLocal = local.listen(listener);
      return () => {
        listeners = listeners.filter((other) => other !== listener);
        stopLocal();
      };
    },
    onGap: (handler) => void gapHandlers.push(handler),
    async start() {
      await reconnect();
      timer = setInterval(() => void watch().catch(onError), ALIVE_MS);
      timer.unref();
    },
    async ready() {
      const payload = local.encode({ kind: 'alive' });
      await Promise.all([nextEcho(), sql`select pg_notify(${CHANNEL}, ${payload})`]);
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      await Promise.all([sending, send().catch(onError)]);
      await connection?.end({ timeout: 1 });
    },
  };
}
