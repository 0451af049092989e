import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import postgres from 'postgres';
import { WebSocketServer, type WebSocket } from 'ws';

/**
 * The bare limit: a relay that does nothing but insert each message, many to a statement, and hand it on after the
 * commit. No accounts, no checks, no mailbox. It speaks the same frames as Seal's server, so that the same load
 * drives both; a device says who it is in `connectionParams`.
 *
 * Environment: DATABASE_URL. Prints `ready <url>`.
 */

interface Pending {
  readonly id: number;
  readonly from: WebSocket;
  readonly to: string;
  readonly messageId: string;
  readonly body: Buffer;
}

const MAX_ROWS = 500;
/** Recipient of what goes to all who are connected. */
const EVERYBODY = '*';
const sql = postgres(process.env['DATABASE_URL']!, { max: 2, onnotice: () => undefined });
await sql`create table if not exists bare (message_id uuid primary key, recipient text not null, body bytea not null)`;

const online = new Map<string, WebSocket>();
let queue: Pending[] = [];
let flushing = false;

async function flush(): Promise<void> {
  flushing = true;
  while (queue.length > 0) {
    const batch = queue.slice(0, MAX_ROWS);
    queue = queue.slice(MAX_ROWS);
    await sql`insert into bare ${sql(batch.map((m) => ({ message_id: m.messageId, recipient: m.to, body: m.body })))}`;
    for (const message of batch) deliver(message);
  }
  flushing = false;
}

function deliver({ id, from, to, messageId, body }: Pending): void {
  from.send(JSON.stringify({ id, result: { type: 'data', data: {} } }));
  const event = { type: 'message', messageId, body: body.toString('base64url') };
  const frame = JSON.stringify({ id: 1, result: { type: 'data', data: { data: { events: [event] } } } });
  const recipients = to === EVERYBODY ? [...online.values()].filter((socket) => socket !== from) : [online.get(to)];
  for (const socket of recipients) socket?.send(frame);
}

interface BareFrame {
  readonly id: number;
  readonly method: string;
  readonly data?: { readonly device: string };
  readonly params?: { readonly input: { readonly to: string; readonly messageId: string; readonly body: string } };
}

function receive(socket: WebSocket, frame: BareFrame): void {
  if (frame.method === 'connectionParams') {
    online.set(frame.data!.device, socket);
  } else if (frame.method === 'mutation') {
    const { to, messageId, body } = frame.params!.input;
    queue.push({ id: frame.id, from: socket, to, messageId, body: Buffer.from(body, 'base64url') });
    if (!flushing) void flush();
  }
}

process.on('disconnect', () => process.exit());
const http = createServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data: Buffer) => receive(socket, JSON.parse(data.toString()) as BareFrame));
});
http.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${(http.address() as AddressInfo).port}`));
