import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { AnyRouter, TRPCError } from '@trpc/server';
import { parseTRPCMessage } from '@trpc/server/rpc';
import { ERRORS, isSealError, SealError, type ErrorCode } from '@seal-chat/protocol';
import type { RawData, WebSocket } from 'ws';
import type { Place, Rounds } from '../fairness/rounds.ts';
import type { Account, Patience, Verdict } from '../limits/patience.ts';
import type { Line } from '../sessions/session.ts';
import type { Context } from './context.ts';
import type { DirectCalls } from './direct.ts';
import { errorShapeOf, sealErrorFrom, type ErrorShape } from './errors.ts';
import { idOf, parseFrame } from './frames.ts';
import { createLine, trackedDataOf } from './line.ts';
import { Reading } from './reading.ts';

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
/** Bytes of frames that are read but not looked at, beyond which nothing more is read. */
const MAX_UNSEEN = 65_536;
/** What a frame costs at least, however short, bytes. */
const LEAST_FRAME = 1_024;
/** What was said last has this long to arrive before a socket that is not read any further is cut, ms. */
const LAST_WORDS_MS = 500;
/** RFC 6455 §7.4.1, and the status of an error in the range for applications. */
const TOO_BIG = 1009;
const TOO_OFTEN = 4_000 + ERRORS.RATE_LIMITED.status;
/** Answers that say a caller asks for more than it may, or for nothing that makes sense. */
const REFUSALS = new Set<ErrorCode>(['RATE_LIMITED', 'BAD_INPUT', 'TOO_LARGE', 'TOO_MANY_CONNECTIONS']);

/** What a gate works with. */
export interface GateOptions {
  readonly router: AnyRouter;
  /** Procedures that are run here, without tRPC. */
  readonly direct: DirectCalls;
  /** Whether the client says nothing about itself before its first call. */
  readonly isIntroduced: boolean;
  /** The turns in which frames are looked at and calls begun. */
  readonly rounds: Rounds;
  readonly patience: Patience;
  /** The client's network: who it is until more is known. */
  readonly address: string;
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
  /** Frames that were not looked at, and their bytes. */
  private frames: Buffer[] = [];
  private unseen = 0;
  private waiting: Message[] = [];
  private underWay = 0;
  private readonly place: Place;
  private account: Account;
  private isIntroduced: boolean;
  /** Until then only small frames are read. */
  private isSignedIn = false;
  /** Who is on the socket, once that is known. */
  private context: Context | null = null;
  /** Whether it is still looked up who this is. */
  private isEarly = true;
  private readonly reading: Reading;
  private isStopped = false;

  constructor(client: WebSocket, socket: Duplex, options: GateOptions) {
    super();
    this.client = client;
    this.socket = socket;
    this.options = options;
    this.isIntroduced = options.isIntroduced;
    this.place = options.rounds.join(options.address, () => this.step());
    this.account = options.patience.of(options.address);
    this.reading = new Reading(client, () => this.place.wake());
    client.on('message', (data, isBinary) => this.receive(data, isBinary));
    client.on('error', (error) => this.emit('error', error));
    client.once('close', () => {
      this.forget();
      this.emit('close');
    });
    socket.on('drain', () => this.place.wake());
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
    this.isEarly = false;
    if (session !== null && !isSealError(session)) {
      const { tenantId, userId } = session;
      this.isSignedIn = true;
      this.place.moveTo(tenantId);
      this.account = this.options.patience.of(`${tenantId}:${userId}`);
      this.reading.pauseFor(this.account.pauseLeft());
    } else this.isSignedIn = false;
    this.place.wake();
    this.hold();
  }

  /** Begins nothing more. What is under way is answered. */
  stop(): void {
    this.isStopped = true;
    this.reading.stop();
  }

  /** Reads no further, and ends the socket when what was said has had time to arrive. */
  private end(code: number, reason: ErrorCode): void {
    if (this.isStopped) return;
    this.stop();
    this.forget();
    this.client.close(code, reason);
    const timer = setTimeout(() => this.client.terminate(), LAST_WORDS_MS);
    this.client.once('close', () => clearTimeout(timer));
  }

  private forget(): void {
    this.frames = [];
    this.unseen = 0;
    this.waiting = [];
  }

  /** Sends what tRPC has just encoded. */
  send(text: string): void {
    const { id, error, result } = passing.answer;
    this.client.send(text);
    if (this.client.bufferedAmount > END_BUFFERED) this.client.terminate();
    if (id === null || id === undefined) return;
    if (!this.subscriptions.has(id)) {
      this.count(text.length);
      this.answered(id, error);
    } else if (error !== undefined || result?.type === 'stopped') this.subscriptions.delete(id);
    else this.giveLine(id);
    this.place.wake();
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
    if (this.isStopped || !Buffer.isBuffer(data)) return;
    this.count(Math.max(LEAST_FRAME, data.length));
    if (isBinary) return this.refuse(null, 'BAD_INPUT', data.length);
    this.frames.push(data);
    this.unseen += data.length;
    this.place.wake();
    this.hold();
  }

  /** Begins a call or looks at a frame. @returns whether there is more to do now */
  private step(): boolean {
    if (this.canBegin()) this.begin(this.waiting.shift()!);
    else if (this.canRead()) {
      const frame = this.frames.shift()!;
      this.unseen -= frame.length;
      this.read(frame);
    }
    this.hold();
    return this.canBegin() || this.canRead();
  }

  private canBegin(): boolean {
    return this.waiting.length > 0 && !this.isStopped && !this.reading.isPausing && this.hasRoom();
  }

  private canRead(): boolean {
    const isAsked = !this.isEarly || !this.isIntroduced;
    return this.frames.length > 0 && this.waiting.length === 0 && isAsked && !this.isStopped && !this.reading.isPausing;
  }

  /** Reads from the socket only what can be dealt with soon. */
  private hold(): void {
    const isFull = this.unseen > MAX_UNSEEN || this.waiting.length > 0;
    this.reading.fill(isFull || (this.isEarly && this.frames.length > 0));
  }

  private read(data: Buffer): void {
    if (data.length === 4) {
      const text = data.toString();
      if (text === 'PONG') return;
      if (text === 'PING') return this.client.send('PONG');
    }
    if (!this.isSignedIn && data.length > MAX_STRANGER_FRAME) {
      this.account.refuse(data.length);
      return this.end(TOO_BIG, 'TOO_LARGE');
    }
    const frame = parseFrame(data);
    if (frame === undefined) return this.refuse(null, 'BAD_INPUT', data.length);
    if (!this.isIntroduced) {
      this.isIntroduced = true;
      return this.give(frame);
    }
    const calls: unknown[] = Array.isArray(frame) ? frame : [frame];
    if (calls.length > MAX_BATCH) return this.refuse(null, 'TOO_LARGE', data.length);
    for (const call of calls) {
      if (this.isCall(call)) this.waiting.push(call);
      else this.refuse(idOf(call), 'BAD_INPUT');
    }
  }

  private isCall(call: unknown): call is Message {
    try {
      const { id } = parseTRPCMessage(call, this.options.router._def._config.transformer);
      return id !== null && id !== undefined;
    } catch {
      return false;
    }
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
    this.count(text.length);
    this.answered(id, failure);
    this.place.wake();
  }

  private answered(id: string | number, error: unknown): void {
    this.underWay--;
    const call = this.begun.get(id);
    this.begun.delete(id);
    const code = error === undefined ? null : (error as ErrorShape).data.seal.code;
    if (code !== null && REFUSALS.has(code)) this.endure(this.account.refuse());
    if (call === undefined) return;
    this.options.onAnswer(call.path, code, (performance.now() - call.at) / 1_000);
  }

  private give(call: unknown): void {
    passing.call = call;
    this.emit('message', READ, false);
  }

  /** Counts bytes of the party, which waits when it has moved too many. */
  private count(bytes: number): void {
    this.reading.pauseFor(this.account.transfer(bytes));
  }

  private endure(verdict: Verdict): void {
    if (verdict === 'end') this.end(TOO_OFTEN, 'RATE_LIMITED');
    else this.reading.pauseFor(verdict.pauseMs);
  }

  /** Answers what is no call, and counts it. @param bytes of a whole frame that makes no sense */
  private refuse(id: string | number | null, code: ErrorCode, bytes = 0): void {
    if (this.client.readyState !== this.client.OPEN) return;
    this.client.send(JSON.stringify({ id, error: errorShapeOf(new SealError(code)) }));
    if (this.client.bufferedAmount > END_BUFFERED) this.client.terminate();
    this.endure(this.account.refuse(bytes));
  }
}
