import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { AnyRouter } from '@trpc/server';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
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

describe('a client that goes on after refusals', () => {
  const refused = { code: -32_029, message: '', data: { seal: { code: 'RATE_LIMITED', details: {} } } };

  /** Answers all that reached tRPC with a refusal. @returns how many */
  function refuseAll(): number {
    let count = 0;
    for (; calls.length > 0; count++) gate.send(gateEncoder.encode({ id: calls.shift()!.id, error: refused }));
    return count;
  }

  beforeEach(() => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    client = new Client();
    const patience = createPatience(Date.now);
    gate = new Gate(client as unknown as WebSocket, socket, { ...OPTIONS, ...fair(), patience, isIntroduced: true });
    gate.settle(SIGNED_IN);
    gate.on('message', () => calls.push(gateEncoder.decode() as Call));
  });

  test('is not read for a while, longer each time, and then its socket is closed', () => {
    client.say(calls1000);
    // What was under way when the pause began is answered, too.
    expect(refuseAll()).toBe(100 + 128);
    expect(client.isPaused).toBe(true);
    vi.advanceTimersByTime(249);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(refuseAll()).toBe(128);
    vi.advanceTimersByTime(499);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    for (let i = 0; i < 8; i++) {
      client.say([call(1)]);
      refuseAll();
      vi.advanceTimersByTime(8_000);
      for (let k = 0; k < 20; k++) client.say(call(k));
      refuseAll();
    }
    expect(client.close).toHaveBeenCalledWith(4_429, 'RATE_LIMITED');
    expect(client.isPaused).toBe(true);
    vi.advanceTimersByTime(500);
    expect(client.terminate).toHaveBeenCalled();
  });

  test('is served as before when what it asks is answered', () => {
    for (let i = 0; i < 100; i++) client.say(call(i));
    refuseAll();
    for (let i = 0; i < 1_000; i++) {
      client.say(call(i));
      answer();
    }
    expect(client.isPaused).toBe(false);
  });

  test('waits after frames that make no sense, soon after large ones', () => {
    for (let i = 0; i < 2; i++) client.say('['.repeat(2_000_000));
    expect(client.sent).toHaveLength(2);
    expect(client.isPaused).toBe(true);
    client.say(call(1));
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(calls).toHaveLength(1);
  });

  test('begins where it was left when it comes again on another socket', () => {
    const patience = createPatience(Date.now);
    for (let i = 0; i < 101; i++) patience.of('t:u').refuse();
    client = new Client();
    gate = new Gate(client as unknown as WebSocket, socket, { ...OPTIONS, ...fair(), patience, isIntroduced: true });
    gate.settle({ session: { tenantId: 't', userId: 'u' } } as unknown as Context);
    expect(client.isPaused).toBe(true);
    vi.advanceTimersByTime(250);
    expect(client.isPaused).toBe(false);
  });
});

test('a device whose frames and answers are many bytes waits, and goes on', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  client.say(call(1));
  gate.send(gateEncoder.encode({ id: 1, result: { type: 'data', data: 'x'.repeat(17_000_000) } }));
  calls = [];
  client.say(call(2));
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(calls).toHaveLength(1);
});

test('the frames of one socket are looked at in turn with those of others', () => {
  const time = { now: 0 };
  const turns: (() => void)[] = [];
  const rounds = createRounds(
    { share: 1, turn: 2 },
    { clock: () => (time.now += 0.1), onNextTurn: (run) => void turns.push(run) },
  );
  const order: string[] = [];
  const [loud, quiet] = ['loud', 'quiet'].map((name) => {
    const own = new Client();
    const made = new Gate(own as unknown as WebSocket, new PassThrough(), {
      ...OPTIONS,
      ...fair(),
      rounds,
      isIntroduced: true,
    });
    made.on('message', () => order.push(name));
    made.settle({ session: { tenantId: name, userId: name } } as unknown as Context);
    return own;
  });
  for (let i = 0; i < 200; i++) loud!.say(call(i));
  quiet!.say(call(1));
  expect(order.length).toBeLessThan(50);
  expect(order.at(-1)).toBe('quiet');
  // As many as may be under way.
  while (order.length < 128 + 1) turns.shift()!();
});
