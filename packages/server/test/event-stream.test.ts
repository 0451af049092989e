import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { LIFETIMES, TRANSPORT } from '@seal-chat/protocol';
import type { SyncBatch, SyncEvent } from '@seal-chat/protocol/api';
import { channelOf } from './support/channels.ts';
import { overHttp } from './support/connections.ts';
import { messagesIn } from './support/events.ts';
import { signUp, type TestDevice, type TestPerson } from './support/people.ts';
import { startRelay, type RelayProcess, type TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';
import type { Contexts, Credentials } from '../src/trpc/create-context.ts';
import type { ErrorShape } from '../src/trpc/errors.ts';
import { createEventStreams } from '../src/trpc/event-stream.ts';

/** One event of a stream, as its text has it. */
interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Follows a device's mailbox over HTTP. */
async function follow(
  process: RelayProcess,
  tenant: TestTenant,
  { session }: { readonly session: Pick<TestDevice['session'], 'accessToken'> },
  options: { readonly after?: string; readonly isHidden?: boolean } = {},
) {
  const url = new URL('/trpc/sync.subscribe', process.wsUrl.replace(/^ws/, 'http'));
  url.searchParams.set('input', JSON.stringify({ lastEventId: options.after ?? null }));
  if (options.isHidden === true) url.searchParams.set('connectionParams', JSON.stringify({ presence: 'hidden' }));
  const headers = { authorization: `Bearer ${session.accessToken}`, [TRANSPORT.appKeyHeader]: tenant.appKey };
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  const heard: StreamEvent[] = [];
  let wake = (): void => undefined;
  let isOver = false;
  const reading = (async () => {
    let text = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + part).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = new Map(block.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^\w+: ?/, '')]));
        const [event, data, id] = ['event', 'data', 'id'].map((name) => fields.get(name) ?? '') as [
          string,
          string,
          string,
        ];
        if (block.trim() !== '') heard.push({ event, data, id });
      }
      wake();
    }
  })()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
      wake();
    });
  const events = (): SyncEvent[] =>
    heard.flatMap(({ event, data }) => (event === '' ? (JSON.parse(data) as SyncBatch).events : []));
  return {
    response,
    heard,
    events,
    async until(isEnough: (events: readonly SyncEvent[]) => boolean): Promise<void> {
      while (!isEnough(events())) {
        if (isOver) throw new Error(`the stream ended with ${JSON.stringify(heard.at(-1))}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    /** The code of the error that ended it. */
    refusal(): string | null {
      const last = heard.findLast(({ event }) => event === 'serialized-error');
      return last === undefined ? null : (JSON.parse(last.data) as ErrorShape).data.seal.code;
    },
    lastEventId: () => heard.findLast(({ id }) => id !== '')?.id,
    ended: reading,
    async stop() {
      stop.abort();
      await reading;
    },
  };
}

const caughtUp = (events: readonly SyncEvent[]): boolean => events.some(({ type }) => type === 'caught-up');
const bodies = (events: readonly SyncEvent[]) => messagesIn(events).map(({ position }) => position);

describe('the mailbox over HTTP', () => {
  test('what waits and what comes arrives once and in order, also when the stream begins again', async ({
    relay,
    tenant,
    pair,
  }) => {
    const { alice, bob, send } = await pair();
    await send(alice, 'before');
    const first = await follow(relay, tenant, bob.first);
    expect(first.response.headers.get('content-type')).toBe('text/event-stream');
    await first.until((events) => caughtUp(events) && bodies(events).length === 1);
    await send(alice, 'live');
    await first.until((events) => bodies(events).length === 2);
    const after = first.lastEventId()!;
    await first.stop();
    await send(alice, 'while away');
    const second = await follow(relay, tenant, bob.first, { after });
    await second.until((events) => bodies(events).length === 1);
    expect([...bodies(first.events()), ...bodies(second.events())]).toEqual([1, 2, 3]);
    await second.stop();
  });

  test('a person is online while the stream is open, unless nobody is to be told', async ({
    relay,
    tenant,
    people,
  }) => {
    const [alice, bob] = (await people(2)) as [TestPerson, TestPerson];
    const { conversationId } = await channelOf(alice, [bob]);
    await bob.first.close();
    const watching = await follow(relay, tenant, alice.first);
    const statesOfBob = (events: readonly SyncEvent[]) =>
      events.flatMap((event) => (event.type === 'presence' && event.userId === bob.userId ? [event.state] : []));
    await watching.until(caughtUp);
    const open = await follow(relay, tenant, bob.first);
    await watching.until((events) => statesOfBob(events).at(-1) === 'online');
    await open.stop();
    await watching.until((events) => statesOfBob(events).at(-1) === 'offline');
    const before = statesOfBob(watching.events()).length;
    const hidden = await follow(relay, tenant, bob.first, { isHidden: true });
    await hidden.until(caughtUp);
    // Whatever was said of Bob would have come before this.
    const api = overHttp(relay, { appKey: tenant.appKey, accessToken: bob.first.session.accessToken });
    await api.sync.typing.mutate({ conversationId, isTyping: true });
    await watching.until((events) => events.some(({ type }) => type === 'typing'));
    expect(statesOfBob(watching.events())).toHaveLength(before);
    await hidden.stop();
    await watching.stop();
  });

  test('a stream ends with its session, and says why', async ({ relay, tenant, people }) => {
    const [person] = await people(1);
    const stream = await follow(relay, tenant, person!.first);
    await stream.until(caughtUp);
    await person!.first.api.auth.signOut.mutate();
    await stream.ended;
    expect(stream.refusal()).toBe('SESSION_EXPIRED');
  });

  test('who is not signed in, or has too many connections, is refused with the reason', async ({
    relay,
    tenant,
    people,
  }) => {
    const nobody = await follow(relay, tenant, { session: { accessToken: 'x'.repeat(43) } });
    await nobody.ended;
    expect(nobody.refusal()).toBe('SESSION_EXPIRED');
    const [person] = await people(1);
    const open = [];
    let refused: Awaited<ReturnType<typeof follow>> | null = null;
    while (refused === null && open.length < 100) {
      const stream = await follow(relay, tenant, person!.first);
      await stream.until((events) => events.length > 0 || stream.refusal() !== null);
      if (stream.refusal() === null) open.push(stream);
      else refused = stream;
    }
    expect(refused?.refusal()).toBe('TOO_MANY_CONNECTIONS');
    await Promise.all(open.map((stream) => stream.stop()));
    const again = await follow(relay, tenant, person!.first);
    await again.until(caughtUp);
    await again.stop();
  });

  test('a token in the address opens nothing', async ({ relay, tenant, people }) => {
    const [person] = await people(1);
    const { accessToken } = person!.first.session;
    const url = new URL('/trpc/sync.subscribe', relay.wsUrl.replace(/^ws/, 'http'));
    url.searchParams.set('input', '{}');
    url.searchParams.set('connectionParams', JSON.stringify({ appKey: tenant.appKey, accessToken }));
    expect(await (await fetch(url)).text()).toContain('UNKNOWN_APP_KEY');
    const text = await (await fetch(url, { headers: { [TRANSPORT.appKeyHeader]: tenant.appKey } })).text();
    expect(text).toContain('NOT_SIGNED_IN');
  });

  test('connection parameters that are none are refused, and are no failure of the server', async ({ relay }) => {
    for (const params of ['{', '[]', '{"presence":1}', '7']) {
      const url = new URL('/trpc/sync.subscribe', relay.wsUrl.replace(/^ws/, 'http'));
      url.searchParams.set('connectionParams', params);
      expect(await (await fetch(url)).text(), params).toMatch(/BAD_INPUT|UNKNOWN_APP_KEY/);
    }
  });

  test('subscriptions in a batch are refused, and leave no stream behind', async ({ relay, tenant, people }) => {
    const [person] = await people(1);
    const headers = {
      authorization: `Bearer ${person!.first.session.accessToken}`,
      [TRANSPORT.appKeyHeader]: tenant.appKey,
    };
    const paths = Array.from({ length: 5 }, () => 'sync.subscribe').join(',');
    const url = new URL(`/trpc/${paths}?batch=1&input={}`, relay.wsUrl.replace(/^ws/, 'http'));
    const answer = await fetch(url, { headers });
    expect(await answer.text()).toContain('BAD_INPUT');
  });

  test('streams count with the sockets of their address', async () => {
    const few = await startRelay({ network: { socketsPerAddress: 2, strangersPerAddress: 2 } });
    onTestFinished(() => few.close());
    const tenant = await few.addTenant();
    const person = await signUp(few, tenant);
    // One is the socket of the device itself.
    const one = await follow(few, tenant, person.first);
    await one.until(caughtUp);
    const two = await follow(few, tenant, person.first);
    await two.ended;
    expect(two.refusal()).toBe('TOO_MANY_CONNECTIONS');
    await one.stop();
  });
});

describe('streams', () => {
  /** An answer of which the network takes nothing. */
  function stuckResponse() {
    const response = Object.assign(new EventEmitter(), {
      writableLength: 70_000,
      socket: { bytesWritten: 100_000 },
      destroyed: false,
      destroy() {
        response.destroyed = true;
        response.emit('close');
      },
    });
    return response;
  }

  async function openOne(response: ReturnType<typeof stuckResponse>) {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const contexts = { ofSocket: async () => ({ session: null }) } as unknown as Contexts;
    const admission = { admit: () => ({ signedIn: () => undefined, closed: () => undefined }) };
    const streams = createEventStreams({ contexts, admission, metrics: { countShed: () => undefined } });
    onTestFinished(() => streams.close());
    await streams.open({ address: '127.0.0.1' } as Credentials, response as unknown as ServerResponse);
    expect(streams.count()).toBe(1);
    return streams;
  }

  test('a reader that takes nothing from one heartbeat to the next is cut, and one that takes a little is not', async () => {
    const response = stuckResponse();
    const streams = await openOne(response);
    for (let i = 0; i < 5; i++) {
      response.socket.bytesWritten += 10;
      await vi.advanceTimersByTimeAsync(LIFETIMES.heartbeatMs);
    }
    expect(streams.count()).toBe(1);
    await vi.advanceTimersByTimeAsync(LIFETIMES.heartbeatMs);
    expect(streams.count()).toBe(0);
  });

  test('a process that leaves ends its streams and takes no more', async () => {
    const response = stuckResponse();
    const streams = await openOne(response);
    await streams.leave(1);
    expect(streams.count()).toBe(0);
    const late = streams.open({ address: '127.0.0.1' } as Credentials, stuckResponse() as unknown as ServerResponse);
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
