import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { AnyRouter, TRPCError } from '@trpc/server';
import { parseTRPCMessage } from '@trpc/server/rpc';
import { isSealError, SealError, type ErrorCode } from '@seal-chat/protocol';
import type { RawData, WebSocket } from 'ws';
import { isPlainJson } from '../net/json-scan.ts';
import type { Line } from '../sessions/session.ts';
import type { Context } from './context.ts';
import type { DirectCalls } from './direct.ts';
import { errorShapeOf, sealErrorFrom, type ErrorShape } from './errors.ts';
import { createLine, trackedDataOf } from './line.ts';

/** Calls of one frame. */
const MAX_BATCH = 1_000;
/** Calls of one socket that are worked on at once. Further ones wait, and nothing more is read from the socket meanwhile. */
const MAX_UNDER_WAY = 128;
/** Subscriptions of one socket that are open at once: a device needs one. */
const MAX_SUBSCRIPTIONS = 10;
/** Bytes of answers that wait for the network, beyond which no further call is begun, and beyond which the socket ends. */
const MAX_BUFFERED = 1_048_576;
const END_BUFFERED = 16 * MAX_BUFFERED;
/** The largest frame of a device that has not signed in: a registration with its vault fits. Bytes. */
const MAX_STRANGER_FRAME = 65_536;
/** RFC 6455 §7.4.1. */
const TOO_BIG = 1009;

/** What a gate works with. */
export interface GateOptions {
  readonly router: AnyRouter;
  /** Procedures that are run here, without tRPC. */
  readonly direct: DirectCalls;
  /** Whether the client says nothing about itself before its first call. */
  readonly isIntroduced: boolean;
  /**
   * Is told of every call that was answered, subscriptions aside: the code is null when it succeeded; `seconds` from its
   * beginning.
   */
  readonly onAnswer: (path: string, code: ErrorCode | null, seconds: number) => void;
  /** Is told of every direct call that failed. */
  readonly onError: (failure: { readonly error: TRPCError; readonly path: string; readonly ctx?: Context }) => void;
}

/** A message to or from the client, as tRPC has it. */
interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly path?: unknown; readonly input?: unknown };
  readonly result?: { readonly type?: string; readonly id?: string; readonly data?: unknown };
  readonly error?: unknown;
}

/**
 * The encoder of tRPC for sockets behind a gate, which reads each frame itself. Encoding and sending, like handing on
 * and decoding, are one step for tRPC: what passes between them is kept here for that long.
 */
export const gateEncoder = {
  encode(message: unknown): string {
    passing.answer = message as Message;
    return JSON.stringify(message);
  },
  decode: (): unknown => passing.call,
};

const passing: { call: unknown; answer: Message } = { call: null, answer: {} };
/** What tRPC is given in place of a frame that has been read. */
const READ = Buffer.alloc(0);

/**
 * What tRPC sees of a socket: calls that were checked, one by one, and no more than may be under way. What is wrong with
 * a frame, or with one call in it, is answered here; the others are not affected.
 */
export class Gate extends EventEmitter {
  private readonly client: WebSocket;
  private readonly socket: Duplex;
  private readonly options: GateOptions;
  private readonly subscriptions = new Set<string | number>();
  /** Calls under way, with the time at which they began, ms. */
  private readonly begun = new Map<string | number, { readonly path: string; readonly at: number }>();
  /** Who waits for a line, by the data of a subscription that is on its way. */
  private readonly takers = new WeakMap<object, (line: Line) => void>();
  private waiting: Message[] = [];
  private underWay = 0;
  private isIntroduced: boolean;
  /** Until then only small frames are read. */
  private isSignedIn = false;
  /** Who is on the socket, once that is known. */
  private context: Context | null = null;
  /** Frames that came while it was looked up who this is; null once that is known. */
  private early: Buffer[] | null = [];
  private isHanding = false;
  private isHolding = false;
  private isStopped = false;

  constructor(client: WebSocket, socket: Duplex, options: GateOptions) {
    super();
    this.client = client;
    this.socket = socket;
    this.options = options;
    this.isIntroduced = options.isIntroduced;
    client.on('message', (data, isBinary) => this.receive(data, isBinary));
    client.on('error', (error) => this.emit('error', error));
    client.once('close', () => {
      this.waiting = [];
      this.emit('close');
    });
    socket.on('drain', () => this.handOn());
  }

  get readyState(): WebSocket['readyState'] {
    return this.client.readyState;
  }

  close(): void {
    this.client.close();
  }

  /**
   * It is known who this is: what was said meanwhile is read, and whatever follows.
   * @param context null when that could not be found out; tRPC says so to every call
   */
  settle(context: Context | null): void {
    this.context = context;
    const session = context?.session ?? null;
    this.isSignedIn = session !== null && !isSealError(session);
    const frames = this.early ?? [];
    this.early = null;
    for (const frame of frames) this.read(frame);
    if (!this.isStopped && !this.isHolding) this.client.resume();
  }

  /** Begins nothing more. What is under way is answered. */
  stop(): void {
    this.isStopped = true;
    this.client.pause();
  }

  /** Sends what tRPC has just encoded. */
  send(text: string): void {
    const { id, error, result } = passing.answer;
    this.client.send(text);
    if (this.client.bufferedAmount > END_BUFFERED) this.client.terminate();
    if (id === null || id === undefined) return;
    if (!this.subscriptions.has(id)) this.answered(id, error);
    else if (error !== undefined || result?.type === 'stopped') this.subscriptions.delete(id);
    else this.giveLine(id);
    this.handOn();
  }

  /** Calls `take` when `data`, which a subscription yields with an id, has been sent. */
  onSent(data: object, take: (line: Line) => void): void {
    this.takers.set(data, take);
  }

  /** Gives a line to who has yielded what was just sent. */
  private giveLine(subscription: string | number): void {
    const data = trackedDataOf(passing.answer);
    const take = data === null ? undefined : this.takers.get(data);
    take?.(createLine(subscription, (frame) => this.write(subscription, frame)));
  }

  /** Writes a frame of a subscription: without compression, nothing of the socket's own can be between. */
  private write(subscription: string | number, frame: Buffer): void {
    const { client } = this;
    if (client.readyState !== client.OPEN || !this.subscriptions.has(subscription)) return;
    this.socket.write(frame);
    if (client.bufferedAmount > END_BUFFERED) client.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (isBinary || !Buffer.isBuffer(data)) return this.refuse(null, 'BAD_INPUT');
    if (data.length === 4) {
      const text = data.toString();
      if (text === 'PONG') return;
      if (text === 'PING') return this.client.send('PONG');
    }
    if (this.isIntroduced && this.early !== null) {
      this.early.push(data);
      this.client.pause();
    } else this.read(data);
  }

  private read(data: Buffer): void {
    if (!this.isSignedIn && data.length > MAX_STRANGER_FRAME) return this.client.close(TOO_BIG);
    const frame = isPlainJson(data) ? parse(data) : undefined;
    if (frame === undefined) return this.refuse(null, 'BAD_INPUT');
    if (!this.isIntroduced) {
      this.isIntroduced = true;
      return this.give(frame);
    }
    const calls: unknown[] = Array.isArray(frame) ? frame : [frame];
    const isTooMany = calls.length > MAX_BATCH;
    for (const call of calls) {
      if (isTooMany || !this.isCall(call)) this.refuse(idOf(call), isTooMany ? 'TOO_LARGE' : 'BAD_INPUT');
      else this.waiting.push(call);
    }
    this.handOn();
  }

  private isCall(call: unknown): call is Message {
    try {
      const { id } = parseTRPCMessage(call, this.options.router._def._config.transformer);
      return id !== null && id !== undefined;
    } catch {
      return false;
    }
  }

  /** Gives tRPC what waits, as far as there is room. */
  private handOn(): void {
    if (this.isHanding || this.isStopped) return;
    this.isHanding = true;
    let next = 0;
    while (next < this.waiting.length && this.hasRoom()) this.begin(this.waiting[next++]!);
    this.waiting = next === 0 ? this.waiting : this.waiting.slice(next);
    this.isHanding = false;
    if (this.waiting.length > 0 === this.isHolding) return;
    this.isHolding = !this.isHolding;
    if (this.isHolding) this.client.pause();
    else this.client.resume();
  }

  private hasRoom(): boolean {
    const { client } = this;
    return client.readyState === client.OPEN && this.underWay < MAX_UNDER_WAY && client.bufferedAmount <= MAX_BUFFERED;
  }

  private begin(call: Message): void {
    const id = call.id!;
    if (call.method === 'subscription') {
      if (this.subscriptions.size >= MAX_SUBSCRIPTIONS || this.subscriptions.has(id)) {
        return this.refuse(id, 'TOO_MANY_CONNECTIONS');
      }
      this.subscriptions.add(id);
    } else if (call.method !== 'subscription.stop') {
      this.underWay++;
      const path = String(call.params?.path);
      this.begun.set(id, { path, at: performance.now() });
      const direct = call.method === 'mutation' ? this.options.direct.get(path) : undefined;
      if (direct !== undefined && this.context !== null && this.isSignedIn) {
        void this.run(id, path, direct(this.context, call.params?.input));
        return;
      }
    }
    this.give(call);
  }

  /** Answers a direct call when it is done, with what tRPC would send. */
  private async run(id: string | number, path: string, work: Promise<unknown>): Promise<void> {
    let text: string;
    let failure: ErrorShape | undefined;
    try {
      text = JSON.stringify({ id, result: { type: 'data', data: await work } });
    } catch (cause) {
      const error = cause as TRPCError;
      this.options.onError({ error, path, ...(this.context !== null && { ctx: this.context }) });
      failure = errorShapeOf(sealErrorFrom(error));
      text = JSON.stringify({ id, error: failure });
    }
    if (this.client.readyState !== this.client.OPEN) return;
    this.client.send(text);
    if (this.client.bufferedAmount > END_BUFFERED) this.client.terminate();
    this.answered(id, failure);
    this.handOn();
  }

  private answered(id: string | number, error: unknown): void {
    this.underWay--;
    const call = this.begun.get(id);
    this.begun.delete(id);
    if (call === undefined) return;
    const code = error === undefined ? null : (error as ErrorShape).data.seal.code;
    this.options.onAnswer(call.path, code, (performance.now() - call.at) / 1_000);
  }

  private give(call: unknown): void {
    passing.call = call;
    this.emit('message', READ, false);
  }

  private refuse(id: string | number | null, code: ErrorCode): void {
    if (this.client.readyState !== this.client.OPEN) return;
    this.client.send(JSON.stringify({ id, error: errorShapeOf(new SealError(code)) }));
    if (this.client.bufferedAmount > END_BUFFERED) this.client.terminate();
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Under which id a call that is none is answered. */
function idOf(call: unknown): string | number | null {
  const id: unknown = typeof call === 'object' && call !== null && 'id' in call ? call.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
