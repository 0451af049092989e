import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ErrorCode, SocketClass } from '../../src/index.ts';
import { patient } from '../../../../scripts/lib/patience.mjs';
import type { Json } from './hostile.ts';

/** What a hook returns to let the caller wait for ever. */
export const DROPPED = Symbol('dropped');

/** One call of a procedure, as the client made it. */
export interface LyingCall {
  /** Such as `messages.send`. */
  readonly path: string;
  readonly input: Json;
}

/** Changes an answer: what it returns takes its place. `DROPPED` never answers; an error is thrown by `refuse`. */
export type AnswerHook = (answer: Json, call: LyingCall) => Json | typeof DROPPED | Promise<Json | typeof DROPPED>;
/** Changes what the real server is asked. */
export type InputHook = (input: Json, call: LyingCall) => Json;
/** Changes one event: what it returns takes its place, in order. */
export type EventHook = (event: Json) => readonly Json[];

/** The lies of a scenario, by procedure and by event type. */
export interface Lies {
  readonly answers?: Readonly<Record<string, AnswerHook>>;
  readonly inputs?: Readonly<Record<string, InputHook>>;
  readonly events?: Readonly<Record<string, EventHook>>;
}

/**
 * Stands between an unmodified client and the real server and changes what either is told. A hook that never fires
 * proves nothing: `expectFired` fails for it, and every scenario ends with it.
 */
export interface LyingServer {
  readonly fetch: typeof fetch;
  readonly webSocket: SocketClass;
  /** Every call the client made, in order, over HTTP and WebSocket. */
  readonly calls: readonly LyingCall[];
  /** Paths of the procedures that were answered at least once. */
  readonly answered: ReadonlySet<string>;
  /** Tells these lies from now on, in place of the earlier ones; none with `{}`. */
  lie(lies: Lies): void;
  /** Sends events to the client that the real server never sent. @throws Error without a connection */
  inject(events: readonly Json[]): void;
  /** Breaks the connection; the client connects again. */
  cut(): void;
  /** Waits until every hook of any `lie` has fired. @throws Error naming those that never do */
  expectFired(): Promise<void>;
}

/** An error that a hook answers with. */
class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: Json;

  constructor(code: ErrorCode, details: Json) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** Lets a hook answer with an error of the error table. */
export function refuse(code: ErrorCode, details: Json = {}): never {
  throw new Refusal(code, details);
}

interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly type?: string; readonly data?: unknown };
  readonly error?: unknown;
}

export function createLyingServer(): LyingServer {
  const calls: LyingCall[] = [];
  const answered = new Set<string>();
  let lies: Lies = {};
  const unfired = new Map<string, number>();
  let live: { readonly socket: LyingSocket; readonly subscription: number } | null = null;

  function fired(name: string): void {
    unfired.set(name, (unfired.get(name) ?? 0) + 1);
  }

  function ask(call: LyingCall): Json {
    calls.push(call);
    const hook = lies.inputs?.[call.path];
    if (hook === undefined) return call.input;
    fired(`inputs ${call.path}`);
    return hook(call.input, call);
  }

  /** The answer as the client gets it; null for none. */
  async function answer(call: LyingCall, real: Answer): Promise<Answer | null> {
    const hook = lies.answers?.[call.path];
    if (hook === undefined || real.result === undefined) return real;
    fired(`answers ${call.path}`);
    try {
      const told = await hook(structuredClone(real.result.data) as Json, call);
      return told === DROPPED ? null : { ...real, result: { ...real.result, data: told } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, details } = error;
      const { result: _result, ...rest } = real;
      return { ...rest, error: { code: -32_600, message: code, data: { seal: { code, details } } } };
    }
  }

  /** The events of a batch as the client gets them. */
  function tell(events: readonly Json[]): readonly Json[] {
    return events.flatMap((event) => {
      const type = String(event['type']);
      const hook = lies.events?.[type];
      if (hook === undefined) return [event];
      fired(`events ${type}`);
      return hook(event);
    });
  }

  class LyingSocket extends WebSocket {
    readonly #open = new Map<unknown, LyingCall>();

    override send(data: string): void {
      const message = data.startsWith('{') ? (JSON.parse(data) as Json) : {};
      const params = message['params'] as { readonly path: string; readonly input?: Json } | undefined;
      if (params === undefined) return super.send(data);
      if (message['method'] === 'subscription') {
        live = { socket: this, subscription: message['id'] as number };
        return super.send(data);
      }
      const call = { path: params.path, input: params.input ?? {} };
      this.#open.set(message['id'], call);
      super.send(JSON.stringify({ ...message, params: { ...params, input: ask(call) } }));
    }

    override emit(name: string | symbol, ...values: unknown[]): boolean {
      const text = String(values[0]);
      // Heartbeats (`PING`, `PONG`) are no JSON.
      if (name !== 'message' || !text.startsWith('{')) return super.emit(name, ...values);
      const message = JSON.parse(text) as Answer;
      const call = this.#open.get(message.id);
      if (call === undefined) return super.emit(name, Buffer.from(JSON.stringify(withEvents(message))), false);
      this.#open.delete(message.id);
      answered.add(call.path);
      // What is not lied about keeps its place among the events.
      if (lies.answers?.[call.path] === undefined) return super.emit(name, ...values);
      void answer(call, message).then((told) => told && super.emit(name, Buffer.from(JSON.stringify(told)), false));
      return true;
    }

    /** Hands the client something the server never sent. */
    pretend(message: Answer): void {
      super.emit('message', Buffer.from(JSON.stringify(message)), false);
    }
  }

  function withEvents(message: Answer): Answer {
    const tracked = message.result?.data as { readonly id: unknown; readonly data?: { readonly events?: Json[] } };
    if (tracked?.data?.events === undefined) return message;
    const data = { ...tracked, data: { ...tracked.data, events: tell(tracked.data.events) } };
    return { ...message, result: { ...message.result, data } };
  }

  return {
    calls,
    answered,
    lie(next) {
      lies = next;
      for (const [kind, hooks] of Object.entries(next)) {
        for (const name of Object.keys(hooks as object))
          unfired.set(`${kind} ${name}`, unfired.get(`${kind} ${name}`) ?? 0);
      }
    },
    inject(events) {
      if (live === null) throw new Error('no connection to send events over');
      const { socket, subscription } = live;
      socket.pretend({ id: subscription, result: { type: 'data', data: { id: '0', data: { events } } } });
    },
    cut: () => live?.socket.terminate(),
    async expectFired() {
      const never = (): readonly string[] => [...unfired].filter(([, count]) => count === 0).map(([name]) => name);
      const deadline = Date.now() + patient(10_000);
      while (never().length > 0) {
        if (Date.now() > deadline) throw new Error(`hooks that never fired: ${never().join(', ')}`);
        await delay(10);
      }
    },
    webSocket: LyingSocket,
    fetch: async (input, init) => {
      const url = new URL(input as string);
      const path = /^\/trpc\/([\w.]+)$/.exec(url.pathname)?.[1];
      if (path === undefined) return fetch(input, init);
      const isQuery = init?.method !== 'POST';
      const text = isQuery ? url.searchParams.get('input') : (init.body as string | undefined);
      const call = { path, input: text ? (JSON.parse(text) as Json) : {} };
      const asked = text ? JSON.stringify(ask(call)) : (ask(call), undefined);
      if (isQuery && asked !== undefined) url.searchParams.set('input', asked);
      const response = await fetch(url.href, isQuery || asked === undefined ? init : { ...init, body: asked });
      const told = await answer(call, (await response.json()) as Answer);
      answered.add(path);
      if (told === null)
        await delay(2 ** 31 - 1, undefined, { ref: false, ...(init?.signal && { signal: init.signal }) });
      return Response.json(told, { status: response.status });
    },
  };
}
