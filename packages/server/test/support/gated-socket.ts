import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyRouter } from '@trpc/server';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createRounds } from '../../src/fairness/rounds.ts';
import { createPatience } from '../../src/limits/patience.ts';
import type { Context } from '../../src/trpc/context.ts';
import { Gate, gateEncoder, type GateOptions } from '../../src/trpc/gate.ts';

/** A client of a real socket, behind a gate. */
export interface GatedSocket {
  readonly gate: Gate;
  say(frame: unknown): void;
  /** Resolves to the texts the client has heard, once they are `count` or more. */
  hear(count: number): Promise<readonly string[]>;
}

/** Serves `router` to one client, who is who `context` says, until the test is over. */
export async function openGatedSocket(
  router: AnyRouter,
  context: Context | null,
  options: Partial<GateOptions> = {},
): Promise<GatedSocket> {
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const handle = getWSConnectionHandler({
    wss,
    router,
    createContext: () => context ?? {},
    experimental_encoder: gateEncoder,
  });
  let opened: (gate: Gate) => void;
  const gate = new Promise<Gate>((resolve) => (opened = resolve));
  const http = createServer().on('upgrade', (request, socket, head) => {
    wss.handleUpgrade(request, socket, head, (client) => {
      const nobody = { direct: new Map(), onAnswer: () => undefined, onError: () => undefined };
      const fair = { rounds: createRounds(), patience: createPatience(), address: '127.0.0.1' };
      const made = new Gate(client, socket, { router, isIntroduced: true, ...nobody, ...fair, ...options });
      handle(made as unknown as WebSocket, request);
      made.settle(context);
      opened(made);
    });
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, { perMessageDeflate: false });
  onTestFinished(async () => {
    client.terminate();
    await new Promise((resolve) => http.close(resolve));
  });
  const heard: string[] = [];
  let wake = (): void => undefined;
  client.on('message', (data: Buffer, isBinary) => {
    heard.push(isBinary ? 'a binary frame' : data.toString());
    wake();
  });
  await once(client, 'open');
  return {
    gate: await gate,
    say: (frame) => client.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    async hear(count) {
      while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return heard;
    },
  };
}
