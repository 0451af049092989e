import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { AnyRouter } from '@trpc/server';
import { beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { createRounds } from '../fairness/rounds.ts';
import { createPatience } from '../limits/patience.ts';
import type { Context } from './context.ts';
import { Gate, gateEncoder } from './gate.ts';
import { router } from './init.ts';

/** A client's side of a socket that the test plays. */
class Client extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  readonly sent: string[] = [];
  readonly close = vi.fn<(code?: number) => void>();
  readonly terminate = vi.fn<() => void>();
  send(text: string): void {
    this.sent.push(text);
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  /** A frame from the client. */
  say(frame: unknown): void {
    this.emit('message', Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false);
  }
}

const SIGNED_IN = { session: {} } as Context;
const OPTIONS = {
  router: router({}) as AnyRouter,
  direct: new Map(),
  address: '192.0.2.1',
  onAnswer: () => undefined,
  onError: () => undefined,
};

/** As much in one turn as there is, and patience that nobody has tried. */
const fair = () => ({
  rounds: createRounds({ share: Infinity, turn: Infinity }),
  patience: createPatience(() => 0),
});

interface Call {
  readonly id: number;
  readonly method: string;
}

let client: Client;
let socket: PassThrough;
let gate: Gate;
/** What reached tRPC and is not answered. */
let calls: Call[];

beforeEach(() => {
  client = new Client();
  socket = new PassThrough();
  gate = new Gate(client as unknown as WebSocket, socket, { ...OPTIONS, ...fair(), isIntroduced: true });
  gate.settle(SIGNED_IN);
  calls = [];
  gate.on('message', () => calls.push(gateEncoder.decode() as Call));
});

const call = (id: number, method = 'query') => ({ id, method, params: { path: 'users.find', input: {} } });
const calls1000 = Array.from({ length: 1_000 }, (_, id) => call(id));

/** Answers the call that came first, as tRPC does. */
function answer(): number {
  const { id } = calls.shift()!;
  gate.send(gateEncoder.encode({ id, result: { type: 'data', data: null } }));
  return id;
}

test('of a frame of very many calls few are under way, the rest follow in order, and nothing is read meanwhile', () => {
  client.say(calls1000);
  expect(calls).toHaveLength(128);
  expect(client.isPaused).toBe(true);
  const answered: number[] = [];
  while (calls.length > 0) {
    expect(calls.length).toBeLessThanOrEqual(128);
    answered.push(answer());
  }
  expect(answered).toEqual(calls1000.map(({ id }) => id));
  expect(client.isPaused).toBe(false);
});

test('while answers wait for a reader, no call is begun; when they are read, the calls go on', () => {
  client.bufferedAmount = 2_000_000;
  client.say([call(1), call(2)]);
  expect(calls).toEqual([]);
  expect(client.isPaused).toBe(true);
  client.bufferedAmount = 0;
  socket.emit('drain');
  expect(calls.map(({ id }) => id)).toEqual([1, 2]);
  expect(client.isPaused).toBe(false);
});

test('a socket whose answers nobody reads is ended', () => {
  client.say(call(1));
  client.bufferedAmount = 17 * 1_048_576;
  answer();
  expect(client.terminate).toHaveBeenCalled();
});

test('what waits for a socket that has gone is never begun', () => {
  client.say(calls1000);
  client.readyState = 3;
  client.emit('close');
  while (calls.length > 0) answer();
  expect(client.sent).toHaveLength(128);
});

test('once a socket is stopped, what is under way is answered and nothing more is begun or read', () => {
  client.say(calls1000);
  gate.stop();
  while (calls.length > 0) answer();
  expect(client.sent).toHaveLength(128);
  expect(client.isPaused).toBe(true);
});

test('subscriptions beyond what a socket may have are refused, and one that has ended makes room', () => {
  for (let id = 0; id < 60; id++) client.say(call(id, 'subscription'));
  expect(calls).toHaveLength(10);
  expect(client.sent).toHaveLength(50);
  expect(JSON.parse(client.sent[0]!)).toMatchObject({
    id: 10,
    error: { data: { seal: { code: 'TOO_MANY_CONNECTIONS' } } },
  });
  gate.send(gateEncoder.encode({ id: 3, result: { type: 'stopped' } }));
  client.say(call(5_000, 'subscription'));
  expect(calls).toHaveLength(11);
});

test('a large frame closes the socket of a stranger', () => {
  gate.settle(null);
  client.say(call(1));
  expect(calls).toHaveLength(1);
  client.say('x'.repeat(65_537));
  expect(client.close).toHaveBeenCalledWith(1009, 'TOO_LARGE');
});

test('what is said while it is looked up who this is waits, and is read in order by what was found', () => {
  client = new Client();
  const unknown = new Gate(client as unknown as WebSocket, socket, { ...OPTIONS, ...fair(), isIntroduced: false });
  const given: unknown[] = [];
  unknown.on('message', () => given.push(gateEncoder.decode()));
  const introduction = { method: 'connectionParams', data: { appKey: 'pk' } };
  client.say(introduction);
  expect(given).toEqual([introduction]);
  const large = { ...call(2), params: { path: 'users.find', input: 'x'.repeat(70_000) } };
  client.say(call(1));
  client.say(large);
  expect(given).toHaveLength(1);
  expect(client.isPaused).toBe(true);
  unknown.settle(SIGNED_IN);
  expect(given.slice(1)).toEqual([call(1), large]);
  expect(client.isPaused).toBe(false);
});

test.each([
  ['brackets', '['.repeat(2_000_000), [null]],
  ['no JSON', '{"id":1', [null]],
  ['too many calls', Array.from({ length: 1_001 }, (_, id) => call(id)), [null]],
  ['no id', [{ method: 'query', params: { path: 'x' } }], [null]],
  ['a path that is none', [{ ...call(7), params: { path: 7 } }], [7]],
])('a frame of %s is refused with the ids it has, and goes no further', (_name, frame, ids) => {
  client.say(frame);
  expect(calls).toEqual([]);
  expect(client.sent.map((text) => (JSON.parse(text) as { id: unknown }).id)).toEqual(ids);
  expect(client.close).not.toHaveBeenCalled();
});
