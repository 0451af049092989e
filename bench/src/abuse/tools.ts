import { connect as connectTcp, type Socket } from 'node:net';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { TRANSPORT } from '@seal-chat/protocol';

/** What an attacker knows. All come from one address of this machine, which is not that of the others. */
export interface Target {
  readonly url: string;
  readonly appKey: string;
  /** An account of the attacker's own, with a DM to another of them and a channel whose group is as large as may be. */
  readonly accessToken: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly peer: { readonly userId: string; readonly deviceId: string };
  readonly dm: string;
  readonly channel: string;
}

/** Address that attackers come from. */
export const ATTACKER_ADDRESS = '127.0.0.2';

/** Runs `work` over and over, `width` times at once. What is refused is what an attacker expects. */
export function flood(width: number, work: () => Promise<unknown>): Promise<unknown> {
  const lane = async (): Promise<never> => {
    for (;;) {
      await work().catch(() => sleep(5));
      // A caller who is refused at once goes on at once, but lets this machine breathe.
      await sleep(0);
    }
  };
  return Promise.all(Array.from({ length: width }, lane));
}

const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/** One HTTP request. @returns its status, once the answer was read */
export function http(
  target: Target,
  path: string,
  options: {
    readonly method?: string;
    readonly body?: string | Buffer;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<number> {
  const { method = 'GET', body, headers = {} } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      `${target.url}${path}`,
      { agent, method, headers, localAddress: ATTACKER_ADDRESS },
      (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
        answer.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A socket that has said who it is; a stranger without `isSignedIn`. */
export function openSocket(target: Target, isSignedIn: boolean): Promise<WebSocket> {
  const socket = new WebSocket(`${target.url.replace('http', 'ws')}${TRANSPORT.path}?connectionParams=1`, {
    localAddress: ATTACKER_ADDRESS,
    perMessageDeflate: false,
  });
  socket.on('error', () => undefined);
  const data = { appKey: target.appKey, ...(isSignedIn && { accessToken: target.accessToken }) };
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.send(JSON.stringify({ method: 'connectionParams', data }));
      resolve(socket);
    });
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** Sends frames as fast as they are taken, on a socket that is opened again whenever it is closed. */
export async function frameFlood(
  target: Target,
  isSignedIn: boolean,
  frame: () => string | Buffer,
  perTurn = 1,
): Promise<never> {
  for (;;) {
    try {
      const socket = await openSocket(target, isSignedIn);
      while (socket.readyState === WebSocket.OPEN) {
        for (let i = 0; i < perTurn; i++) socket.send(frame());
        do await sleep(1);
        while (socket.bufferedAmount > 1_000_000 && socket.readyState === WebSocket.OPEN);
      }
    } catch {
      await sleep(20);
    }
  }
}

/** A bare TCP connection. */
export function openTcp(target: Target): Promise<Socket> {
  const { port, hostname } = new URL(target.url);
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ port: Number(port), host: hostname, localAddress: ATTACKER_ADDRESS }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
  });
}

/** One frame with the same call many times. */
export function callsFrame(count: number, path: string, input: unknown, method = 'query'): string {
  return JSON.stringify(Array.from({ length: count }, (_, id) => ({ id: id + 1, method, params: { path, input } })));
}
