import { setTimeout as sleep } from 'node:timers/promises';
import { TRANSPORT } from '@seal-chat/protocol';
import type { SyncBatch, SyncEvent } from '@seal-chat/protocol/api';
import { Connection } from '../server/connection.ts';
import type { Registered } from '../server/people.ts';

/** No answer for this long, ms: the connection is given up, and another process is asked. */
const ANSWER_MS = 4_000;
const HEARTBEAT_MS = 2_000;
const PAUSE_MS = 200;

/**
 * A person's device, as far as a network goes: it listens, acknowledges what it has got, and goes to another process when
 * the one it is connected to says nothing or goes away.
 */
export class Device {
  readonly person: Registered;
  readonly #appKey: string;
  readonly #origins: readonly string[];
  readonly #onEvent: (event: SyncEvent) => void;
  readonly #onConnected: () => void;
  readonly #home: number;
  #place: number;
  #connection: Promise<Connection> | null = null;
  #position: number | null = null;
  #live: Connection | null = null;
  #isOver = false;

  constructor(options: {
    readonly person: Registered;
    readonly appKey: string;
    readonly origins: readonly string[];
    readonly place: number;
    readonly onEvent: (event: SyncEvent) => void;
    /** What was told meanwhile to nobody is to be asked for. */
    readonly onConnected: () => void;
  }) {
    ({
      person: this.person,
      appKey: this.#appKey,
      origins: this.#origins,
      place: this.#home,
      onEvent: this.#onEvent,
      onConnected: this.#onConnected,
    } = options);
    this.#place = this.#home;
    void this.#beat();
  }

  get origin(): string {
    return this.#origins[this.#place % this.#origins.length]!;
  }

  /** One call, on whatever connection there is. @throws when it is refused, or nobody answers */
  async call<Answer>(method: 'query' | 'mutation', path: string, input: unknown): Promise<Answer> {
    const connection = await this.#connected();
    try {
      return await within(connection.call<Answer>(method, path, input));
    } catch (error) {
      if (connection.failure !== null || error === SILENCE) this.#drop(connection);
      throw error;
    }
  }

  /** The same until it is answered. @returns how long that took, ms */
  async insist<Answer>(path: string, input: unknown): Promise<{ readonly answer: Answer; readonly ms: number }> {
    const began = performance.now();
    for (;;) {
      try {
        return { answer: await this.call<Answer>('mutation', path, input), ms: performance.now() - began };
      } catch (error) {
        if (this.#isOver) throw error;
        if (error instanceof Error && /^(?!UNAVAILABLE|INTERNAL|RATE_LIMITED)[A-Z_]+:/.test(error.message)) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Goes back to the process it began with, as devices do over time. */
  async goHome(): Promise<void> {
    if (this.#place === this.#home) return;
    this.#place = this.#home;
    const connection = await this.#connection;
    this.#live = null;
    this.#connection = null;
    connection?.close();
    await this.#connected();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    (await this.#connection?.catch(() => null))?.close();
  }

  /** Says what it has got, and so finds out whether anybody is there. */
  async #beat(): Promise<void> {
    while (!this.#isOver) {
      await (
        this.#position === null
          ? this.call('query', 'preKeys.status', undefined)
          : this.call('mutation', 'sync.ack', { position: this.#position })
      ).catch(() => undefined);
      await sleep(HEARTBEAT_MS);
    }
  }

  #connected(): Promise<Connection> {
    return (this.#connection ??= this.#connect());
  }

  async #connect(): Promise<Connection> {
    while (!this.#isOver) {
      const opening = Connection.open(`${this.origin.replace('http', 'ws')}${TRANSPORT.path}`, {
        appKey: this.#appKey,
        accessToken: this.person.accessToken,
      });
      try {
        const connection = await within(opening);
        connection.expect(() => this.#drop(connection));
        const lastEventId = this.#position === null ? null : String(this.#position);
        this.#live = connection;
        connection.subscribe('sync.subscribe', { lastEventId }, (data) => {
          // What a connection that was given up still brings comes again.
          if (this.#live === connection) this.#take((data as { data: SyncBatch }).data);
        });
        queueMicrotask(this.#onConnected);
        return connection;
      } catch {
        void opening.then((late) => late.close()).catch(() => undefined);
        this.#place++;
        await sleep(PAUSE_MS);
      }
    }
    throw new Error('over');
  }

  #take({ events }: SyncBatch): void {
    for (const event of events) {
      if ('position' in event) this.#position = Math.max(this.#position ?? 0, event.position);
      this.#onEvent(event);
    }
  }

  #drop(connection: Connection): void {
    void this.#connection?.then((present) => {
      if (present !== connection) return;
      connection.close();
      this.#live = null;
      this.#connection = null;
      this.#place++;
    });
  }
}

const SILENCE = new Error('no answer');

function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(SILENCE), ANSWER_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
