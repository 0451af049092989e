import { request } from 'node:http';
import { expect, test, vi } from 'vitest';
import { SIZE_LIMITS } from '@seal-chat/protocol';
import { channelOf } from './support/channels.ts';
import { publishPreKeys } from './support/devices.ts';
import { goodInputs, type GoodInput } from './support/good-inputs.ts';
import { diceOf, oddValue, pick, spoilText, type Dice } from './support/mutations.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { openRaw, type RawAnswer } from './support/raw-socket.ts';
import { startRelay, type Relay, type TestTenant } from './support/relay.ts';
import { spawnServer } from './support/server-process.ts';
import { createTestDatabase } from './support/database.ts';
import { spoil } from './support/spoil.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

/** `npm run fuzz`: a million instead, and another seed each night. */
const isNightly = process.env['MODE'] === 'nightly';
const COUNT = isNightly ? 1_000_000 : 50_000;
const SEED = isNightly ? Math.floor(Date.now() / 86_400_000) : 7;

vi.setConfig({ testTimeout: patient(isNightly ? 7_200_000 : 120_000), hookTimeout: patient(60_000) });

const SHARES = { procedures: 0.64, frames: 0.26, routes: 0.1 };
/** Calls that are under way at once. */
const WIDTH = 64;

/** Answers of the server that say more than a caller is to know. */
const LEAKS = /prisma|postgres|select |insert |at .*\.[tj]s|node_modules/i;

/** @throws when an answer is a failure of the server, or tells of its inside */
function judge(answer: RawAnswer, made: string): void {
  const { error } = answer;
  if (error === undefined) return;
  const code = error.data.seal?.code;
  if (code === undefined || code === 'INTERNAL' || LEAKS.test(error.message)) {
    throw new Error(`${made.slice(0, 2_000)} was answered ${JSON.stringify(answer).slice(0, 1_000)}`);
  }
}

async function world(): Promise<{
  readonly relay: Relay;
  readonly tenant: TestTenant;
  readonly alice: TestPerson;
  readonly inputs: readonly (readonly [string, GoodInput])[];
}> {
  const relay = await startRelay();
  const tenant = await relay.addTenant();
  const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
  await publishPreKeys(alice, alice.first, 1);
  const { conversationId } = await channelOf(alice, [bob]);
  return { relay, tenant, alice, inputs: Object.entries(goodInputs(alice, bob, conversationId)) };
}

/** A good input with one or two of its values spoiled, or something else altogether. */
function mutate(dice: Dice, good: unknown): unknown {
  if (dice() < 0.03) return oddValue(dice);
  const where = Array.from({ length: Math.floor(dice() * 4) }, () => Math.floor(dice() * 20));
  const once = spoil(good, where, oddValue(dice), Math.floor(dice() * 5));
  return dice() < 0.3 ? spoil(once, [Math.floor(dice() * 20)], oddValue(dice), Math.floor(dice() * 5)) : once;
}

test(`${COUNT * SHARES.procedures} spoiled inputs of all procedures are answered with typed errors`, async () => {
  const { relay, tenant, alice, inputs } = await world();
  const dice = diceOf(SEED);
  const sockets = [
    await openRaw(relay, tenant, alice.first.session.accessToken),
    await openRaw(relay, tenant, alice.first.session.accessToken),
    await openRaw(relay, tenant),
  ];
  for (let made = 0; made < COUNT * SHARES.procedures; made += WIDTH) {
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        const [path, [method, good]] = pick(dice, inputs);
        const input = mutate(dice, good);
        // Strangers less often: what they may call is little.
        const socket = dice() < 0.1 ? sockets[2]! : pick(dice, sockets.slice(0, 2));
        judge(await socket.call(method, path, input), `${path} ${JSON.stringify(input)}`);
      }),
    );
    expect(sockets.every((socket) => socket.isOpen())).toBe(true);
  }
  expect(relay.log).toEqual([]);
  expect((await sockets[0]!.call('query', 'preKeys.status', undefined)).result).toBeDefined();
  for (const socket of sockets) socket.close();
  await relay.close();
});

test(`${COUNT * SHARES.frames} spoiled frames leave the process and other sockets as they are`, async () => {
  const { relay, tenant, alice, inputs } = await world();
  const dice = diceOf(SEED + 1);
  const good = inputs.map(([path, [method, input]]) => JSON.stringify({ id: 1, method, params: { path, input } }));
  const bystander = await openRaw(relay, tenant, alice.first.session.accessToken);
  let socket = await openRaw(relay, tenant, alice.first.session.accessToken);
  for (let made = 0; made < COUNT * SHARES.frames; made += WIDTH) {
    if (!socket.isOpen()) socket = await openRaw(relay, tenant, alice.first.session.accessToken);
    for (let i = 0; i < WIDTH; i++) {
      const frame = dice() < 0.2 ? `[${pick(dice, good)},${pick(dice, good)}]` : pick(dice, good);
      const spoiled = spoilText(dice, frame);
      socket.send(dice() < 0.1 ? Buffer.from(spoiled, 'latin1') : spoiled);
    }
    expect((await bystander.call('query', 'preKeys.status', undefined)).result).toBeDefined();
  }
  expect(relay.log).toEqual([]);
  bystander.close();
  socket.close();
  await relay.close();
});

const ROUTES = [
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/v1/seal-chat.js'],
  ['GET', '/demo'],
  ['GET', '/demo/stored?conversation=00000000-0000-4000-8000-000000000000'],
  ['POST', '/trpc/auth.challenge'],
  ['POST', '/trpc/auth.signIn'],
  ['GET', '/trpc/conversations.list?input=%7B%22after%22%3Anull%2C%22limit%22%3A10%7D'],
  ['GET', '/trpc/users.search,preKeys.status?batch=1&input=%7B%7D'],
  ['PUT', '/v1/attachments/00000000-0000-4000-8000-000000000000/0'],
  ['GET', '/v1/attachments/00000000-0000-4000-8000-000000000000'],
  ['OPTIONS', '/v1/attachments/00000000-0000-4000-8000-000000000000'],
] as const;
const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'];
const HEADERS = [
  'x-seal-app-key',
  'authorization',
  'content-type',
  'range',
  'if-none-match',
  'origin',
  'accept-encoding',
  'x-forwarded-for',
  'forwarded',
  'expect',
  'access-control-request-method',
];
const VALUES = [
  'pk_demo_seal',
  'Bearer x',
  'application/json',
  'bytes=0-',
  'bytes=9-1',
  'text/plain',
  '*',
  'null',
  'https://example.com',
  'br;q=9',
  '%',
  '[::1]',
  'A'.repeat(2_000),
];

test(`${COUNT * SHARES.routes} spoiled requests of all routes are answered, and never with a failure of the server`, async () => {
  const database = await createTestDatabase();
  const server = spawnServer({ DATABASE_URL: database.url, LOG_LEVEL: 'warn', REQUESTS_PER_ADDRESS: '1000000' });
  const { port } = new URL(await server.ready);
  const dice = diceOf(SEED + 2);
  const statuses = new Map<number, number>();
  for (let made = 0; made < COUNT * SHARES.routes; made += WIDTH) {
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        const [usual, good] = pick(dice, ROUTES);
        const method = dice() < 0.8 ? usual : pick(dice, METHODS);
        // What Node refuses to send never arrives.
        const path = dice() < 0.3 ? good : encodeURI(spoilText(dice, good).toWellFormed()).replaceAll('%25', '%');
        const headers = Object.fromEntries(
          Array.from({ length: Math.floor(dice() * 4) }, () => [pick(dice, HEADERS), pick(dice, VALUES)]),
        );
        const body = ['POST', 'PUT', 'PATCH'].includes(method) ? bodyOf(dice) : '';
        const status = await ask({ port: Number(port), method, path: path || '/', headers }, body);
        statuses.set(status.code, (statuses.get(status.code) ?? 0) + 1);
        const isFailure = status.code >= 500 && status.code !== 501;
        if (isFailure || (status.isError && LEAKS.test(status.text))) {
          throw new Error(
            `${method} ${path} ${JSON.stringify(headers)} was answered ${status.code} ${status.text.slice(0, 500)}`,
          );
        }
      }),
    );
  }
  // Neither all refused at the door nor all let in.
  expect(statuses.get(200)).toBeGreaterThan(0);
  expect(statuses.get(400)).toBeGreaterThan(0);
  expect(statuses.get(404)).toBeGreaterThan(0);
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  await database.drop();
});

function bodyOf(dice: Dice): string {
  if (dice() < 0.05) return '['.repeat(SIZE_LIMITS.request / 8);
  return dice() < 0.5 ? spoilText(dice, '{"username":"alice","password":"x"}') : (JSON.stringify(oddValue(dice)) ?? '');
}

/** One request over a connection of its own, so that none is answered for another. */
function ask(
  options: {
    readonly port: number;
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
  },
  body: string,
): Promise<{ readonly code: number; readonly text: string; readonly isError: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', ...options, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => {
        const code = answer.statusCode ?? 0;
        resolve({ code, text, isError: code >= 400 });
      });
      answer.once('error', reject);
    });
    // A server may close on what is no HTTP.
    sent.once('error', () => resolve({ code: 0, text: '', isError: false }));
    sent.end(body);
  });
}
