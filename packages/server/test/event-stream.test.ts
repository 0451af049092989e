import { describe, expect } from 'vitest';
import { TRANSPORT } from '@seal-chat/protocol';
import type { SyncBatch, SyncEvent } from '@seal-chat/protocol/api';
import { channelOf } from './support/channels.ts';
import { overHttp } from './support/connections.ts';
import { messagesIn } from './support/events.ts';
import type { TestDevice, TestPerson } from './support/people.ts';
import type { RelayProcess, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';
import type { ErrorShape } from '../src/trpc/errors.ts';

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
});
