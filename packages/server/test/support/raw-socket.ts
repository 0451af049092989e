import { WebSocket } from 'ws';
import type { RelayProcess, TestTenant } from './relay.ts';

/** A socket that speaks tRPC's frames without any client in between. */
export interface RawSocket {
  /** Sends one frame as it is. */
  send(frame: string | Buffer): void;
  /** Calls a procedure with any input and returns its answer: `result` or `error`. A subscription has ended by then. */
  call(method: string, path: string, input: unknown): Promise<RawAnswer>;
  isOpen(): boolean;
  close(): void;
}

/** What a call is answered: one of the two. */
export interface RawAnswer {
  readonly error?: { readonly message: string; readonly data: { readonly seal?: { readonly code: string } } };
  readonly result?: { readonly type?: string };
}

/** Opens one, as a stranger without `accessToken`. */
export async function openRaw(
  process: Pick<RelayProcess, 'wsUrl'>,
  tenant: TestTenant,
  accessToken?: string,
): Promise<RawSocket> {
  const ws = new WebSocket(`${process.wsUrl}?connectionParams=1`);
  await new Promise((resolve) => ws.once('open', resolve));
  ws.send(JSON.stringify({ method: 'connectionParams', data: { appKey: tenant.appKey, accessToken } }));
  const waiting = new Map<unknown, (answer: RawAnswer) => void>();
  const subscriptions = new Set<unknown>();
  ws.on('error', () => undefined);
  ws.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as RawAnswer & { id: unknown };
    // Those that stay open are bounded, and would refuse the next one.
    if (answer.result?.type === 'started') ws.send(JSON.stringify({ id: answer.id, method: 'subscription.stop' }));
    else if (!subscriptions.has(answer.id) || answer.error !== undefined || answer.result?.type === 'stopped') {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
      subscriptions.delete(answer.id);
    }
  });
  let id = 0;
  return {
    send: (frame) => ws.send(frame),
    call(method, path, input) {
      const call = ++id;
      if (method === 'subscription') subscriptions.add(call);
      ws.send(JSON.stringify({ id: call, method, params: { path, input } }));
      return new Promise((resolve) => waiting.set(call, resolve));
    },
    isOpen: () => ws.readyState === WebSocket.OPEN,
    close: () => ws.close(),
  };
}
