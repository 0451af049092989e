import { setTimeout as delay } from 'node:timers/promises';
import { SealError, type TenantId } from '@seal-chat/protocol';
import type { Bus, Notice } from './bus.ts';
import { coalesce } from './coalesce.ts';
import { createLocalBus } from './local.ts';
import { inSpan } from '../tracing/spans.ts';
import { pack, unpack, type Payload } from './payloads.ts';
import { createPeers } from './peers.ts';

/** How texts travel between processes. Each reaches every process that listens, the sender too, or is lost. */
export interface Transport {
  readonly maxBytes: number;
  /** Begins to listen; called again, it listens on a new connection. `onOpen` follows whenever it listens again. */
  open(hear: (text: string) => void, onOpen: () => void): Promise<void>;
  /** Begins to hear a tenant's texts, where they have a way of their own; then calls `onOpen`. @returns ends it */
  follow?(tenantId: TenantId, onOpen: () => void): () => void;
  /** Sends what collected in one turn. @throws when it may not have been sent */
  send(payloads: readonly Payload[]): Promise<void>;
  /** Is called every few seconds. */
  watch?(): Promise<void>;
  close(): Promise<void>;
}

/** How often a process says that it lives, ms. Its own notice coming back proves that it still listens. */
const ALIVE_MS = 2_000;
/** Beats that a process, or this one's own echo, may miss before it is taken for gone. */
const MISSED_BEATS = 3.5;
const READY_TIMEOUT_MS = 2_000;
/** What was published last has this long to leave, ms. */
const LAST_WORDS_MS = 1_000;
/** Notices that wait while none gets through; then they are dropped, and the others are told that some are missing. */
const MAX_WAITING = 20_000;

export interface SharedBusOptions {
  readonly processId: string;
  readonly transport: Transport;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
  /** Pause between signs of life, ms. */
  readonly aliveMs?: number | undefined;
}

/** Creates the bus of a process that may have others beside it: what is published in one turn travels together. */
export function createSharedBus(options: SharedBusOptions): Bus {
  const { processId, transport, clock, onError, aliveMs = ALIVE_MS } = options;
  const silenceMs = MISSED_BEATS * aliveMs;
  const local = createLocalBus({ processId, onError });
  const peers = createPeers(clock, silenceMs);
  const gapHandlers: ((tenantId: TenantId | null) => void)[] = [];
  const goneHandlers: ((processId: string) => void)[] = [];
  const echoes = new Set<() => void>();
  let waiting: Notice[] = [];
  let sending: Promise<void> | null = null;
  let hasLost = false;
  let isFailing = false;
  let hasSkipped = false;
  let openedAt = Number.POSITIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;
  let opening: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  function reportGap(tenantId: TenantId | null = null): void {
    for (const handler of gapHandlers) handler(tenantId);
  }

  function sayHello(hello: Extract<Notice, { kind: 'hello' }>): void {
    local.publish(hello);
    tell(hello);
  }

  function reportGone(id: string): void {
    for (const handler of goneHandlers) handler(id);
  }

  /** Nobody else was heard, though this process has listened for a while: nobody is there. */
  function isAlone(): boolean {
    return peers.isEmpty() && isUp() && clock() - openedAt > silenceMs;
  }

  const isUp = (): boolean => clock() - heardAt <= silenceMs;

  function onOpen(): void {
    openedAt = heardAt = clock();
    reportGap();
    sayHello({ kind: 'hello' });
  }

  function hear(text: string): void {
    try {
      const { from, notices } = unpack(text);
      if (from !== processId) for (const notice of notices) hearOf(notice, from);
      else {
        heardAt = clock();
        for (const echo of echoes) echo();
      }
    } catch (error) {
      onError(error);
    }
  }

  function hearOf(notice: Notice, from: string): void {
    if (notice.kind === 'bye') {
      if (peers.forget(from)) reportGone(from);
      return;
    }
    const isNew = peers.hear(from);
    if (isNew && hasSkipped) {
      // It may have been there all the time, unheard.
      hasLost = true;
      hasSkipped = false;
    }
    if (notice.kind === 'hello') {
      if (notice.to !== undefined && notice.to !== processId) return;
      if (isNew) tell({ kind: 'alive' });
    } else if (isNew) {
      // What it said before was not heard.
      missedSome(from);
    }
    if (notice.kind === 'gap') missedSome(from);
    else local.deliver(notice, from);
  }

  function missedSome(from: string): void {
    sayHello({ kind: 'hello', to: from });
    reportGap();
  }

  function tell(notice: Notice): void {
    if (waiting.length >= MAX_WAITING) {
      hasLost = true;
      waiting = [];
    }
    waiting.push(notice);
    sending ??= new Promise<void>((resolve) => void setImmediate(resolve)).then(flush);
  }

  /** One text is on its way at a time; meanwhile the next ones collect. */
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const notices = waiting;
      waiting = [];
      try {
        const all: readonly Notice[] = hasLost ? [{ kind: 'gap' }, ...notices] : notices;
        const payloads = pack(processId, coalesce(all), transport.maxBytes);
        const facts = () => ({ 'seal.count': all.length, 'seal.bytes': bytesOf(payloads) });
        await inSpan('bus', facts, () => transport.send(payloads), { links: [] });
        hasLost = false;
        isFailing = false;
      } catch (error) {
        // The others find what is in the database, only later. One report for an outage.
        if (!isFailing) onError(error);
        isFailing = true;
        hasLost = true;
      }
    }
    sending = null;
  }

  function publishToOthers(notice: Notice): void {
    if (isAlone()) hasSkipped = true;
    else tell(notice);
  }

  async function watch(): Promise<void> {
    for (const silent of peers.forgetSilent()) {
      reportGone(silent);
      // It may have died between a commit and telling of it.
      reportGap();
    }
    tell({ kind: 'alive' });
    if (!isUp()) await open();
    else await transport.watch?.();
  }

  function open(): Promise<void> {
    opening ??= transport.open(hear, onOpen).finally(() => (opening = null));
    return opening;
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
    publish(notice) {
      local.publish(notice);
      publishToOthers(notice);
    },
    publishToOthers,
    follow(tenantId) {
      const onFollowed = (): void => {
        reportGap(tenantId);
        sayHello({ kind: 'hello', tenantId });
      };
      return transport.follow?.(tenantId, onFollowed) ?? (() => undefined);
    },
    onGap: (handler) => void gapHandlers.push(handler),
    onGone: (handler) => void goneHandlers.push(handler),
    isUp,
    async start() {
      await open();
      timer = setInterval(() => void watch().catch(onError), aliveMs);
      timer.unref();
    },
    async ready() {
      const echo = nextEcho();
      tell({ kind: 'alive' });
      await echo;
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      tell({ kind: 'bye' });
      await Promise.race([sending, delay(LAST_WORDS_MS, undefined, { ref: false })]);
      await transport.close();
    },
  };
}

function bytesOf(payloads: readonly Payload[]): number {
  return payloads.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}
