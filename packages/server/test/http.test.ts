import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SIZE_LIMITS } from '@seal-chat/protocol';
import Fastify from 'fastify';
import { registerHealth } from '../src/health/routes.ts';
import { createMetrics } from '../src/metrics/metrics.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { spawnServer, type ServerProcess } from './support/server-process.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

// Whole processes start and stop here, and the machine may be busy.
vi.setConfig({ testTimeout: patient(60_000), hookTimeout: patient(60_000) });

let database: TestDatabase;
let server: ServerProcess;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = spawnServer({ DATABASE_URL: database.url });
  url = await server.ready;
});

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  await database.drop();
});

const APP_KEY = { 'x-seal-app-key': 'pk_demo_seal' };

describe('health', () => {
  test('/healthz and /readyz answer', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', parts: { database: true, bus: true, queue: true } });
  });

  test.each([
    [{ database: false, bus: true, queue: true }, 503, 'unavailable'],
    [{ database: true, bus: false, queue: true }, 200, 'degraded'],
    [{ database: true, bus: true, queue: false }, 200, 'degraded'],
  ])('/readyz with a part that fails says which, and is 503 without the database: %o', async (parts, code, status) => {
    const http = Fastify();
    const { registry } = createMetrics({ version: '0', protocol: 1 });
    registerHealth(http, { ready: async () => parts, registry });
    const answer = await http.inject('/readyz');
    expect(answer.statusCode).toBe(code);
    expect(answer.json()).toEqual({ status, parts });
    await http.close();
  });

  test('readiness and metrics are on the private port, and for strangers on no other', async () => {
    const { privateUrl } = server;
    expect((await fetch(`${await privateUrl}/readyz`)).status).toBe(200);
    expect((await fetch(`${await privateUrl}/metrics`)).status).toBe(200);
    expect((await fetch(`${await privateUrl}/v1/seal-chat.js`)).status).toBe(404);
    for (const header of ['x-forwarded-for', 'forwarded']) {
      for (const path of ['/readyz', '/metrics']) {
        expect((await fetch(`${url}${path}`, { headers: { [header]: 'for=192.0.2.1' } })).status).toBe(404);
      }
    }
  });

  test('/metrics counts by route and shows no query, tenant or address', async () => {
    await fetch(`${url}/nowhere?secret=canary`);
    await fetch(`${url}/trpc/auth.challenge?input=canary`, { headers: APP_KEY });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^seal_websocket_connections 0$/m);
    expect(text).toMatch(/^seal_messages_accepted_total\{kind="dm"\} 0$/m);
    expect(text).toContain('route="/trpc/*"');
    expect(text).not.toMatch(/canary|nowhere|127\.0\.0\.1|pk_demo/);
  });
});

describe('errors are typed', () => {
  test('an unknown path is answered with 404', async () => {
    const answer = await fetch(`${url}/nowhere`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ code: 'NOT_FOUND', message: 'Not found.', details: {} });
  });

  test.each([
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['PUT', '/trpc/auth.challenge', 'GET, POST, OPTIONS'],
    ['POST', '/v1/seal-chat.js', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405 and names the methods', async (method, path, allow) => {
    const answer = await fetch(`${url}${path}`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await answer.json()).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('a body above the limit is answered with 413', async () => {
    const body = JSON.stringify({ filler: 'x'.repeat(SIZE_LIMITS.request) });
    const headers = { 'content-type': 'application/json', ...APP_KEY };
    const answer = await fetch(`${url}/trpc/auth.challenge`, { method: 'POST', headers, body });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'TOO_LARGE' });
  });

  test('a batch of very many calls is refused', async () => {
    const calls = Array.from({ length: 100 }, () => 'auth.challenge').join(',');
    const answer = await fetch(`${url}/trpc/${calls}?batch=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...APP_KEY },
      body: '{}',
    });
    expect(answer.status).toBe(400);
  });

  test('a path outside the folder is not served', async () => {
    for (const path of ['/v1/..%2f..%2fpackage.json', '/v1/%2e%2e/package.json', '/demo/..%2f..%2fpackage.json']) {
      expect((await fetch(`${url}${path}`)).status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('other origins', () => {
  test('a preflight allows what the client sends, from anywhere, without credentials', async () => {
    const answer = await fetch(`${url}/trpc/messages.send`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-seal-app-key',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBe(null);
    for (const name of ['authorization', 'content-type', 'x-seal-app-key']) {
      expect(answer.headers.get('access-control-allow-headers')).toContain(name);
    }
  });

  test('an origin that the app key does not allow gets a typed error it can read', async () => {
    const answer = await fetch(`${url}/trpc/auth.challenge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example', ...APP_KEY },
      body: '{}',
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toMatchObject({ error: { data: { seal: { code: 'ORIGIN_NOT_ALLOWED' } } } });
  });

  test('the widget loads into pages of any site, and says for how long it may be kept', async () => {
    const entry = await fetch(`${url}/v1/seal-chat.js`, { headers: { 'accept-encoding': 'br' } });
    expect(entry.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(entry.headers.get('content-type')).toContain('javascript');
    expect(entry.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(entry.headers.get('access-control-allow-origin')).toBe('*');
    expect(entry.headers.get('cache-control')).toBe('public, no-cache');
    const tag = entry.headers.get('etag') ?? '';
    expect(await revalidate(`${url}/v1/seal-chat.js`, tag)).toBe(304);
    const [core] = /core-[\w-]+\.js/.exec(await entry.text()) ?? [];
    const chunk = await fetch(`${url}/v1/${core}`);
    expect(chunk.status).toBe(200);
    expect(chunk.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(chunk.headers.get('content-encoding')).toMatch(/^(?:br|gzip)$/);
  });
});

/** Asks as a browser's cache does; `fetch` would add that it wants no cached answer. */
function revalidate(target: string, etag: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(target, { headers: { 'accept-encoding': 'br', 'if-none-match': etag } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('error', reject);
  });
}

describe('the demo', () => {
  test('the demo page has a strict content security policy', async () => {
    const answer = await fetch(`${url}/demo?user=alice`);
    expect(answer.status).toBe(200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy).toContain(url.replace('http', 'ws'));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('/demo/stored asks for a conversation and shows nothing of an unknown one', async () => {
    expect((await fetch(`${url}/demo/stored`)).status).toBe(400);
    const answer = await fetch(`${url}/demo/stored?conversation=00000000-0000-4000-8000-000000000001`);
    expect(await answer.json()).toEqual({ messages: [], mailbox: [], totals: { messages: 0, envelopes: 0 } });
  });

  test('DEMO=off removes the page and its key', async () => {
    const other = await createTestDatabase();
    const quiet = spawnServer({ DATABASE_URL: other.url, DEMO: 'off' });
    const origin = await quiet.ready;
    expect((await fetch(`${origin}/demo`)).status).toBe(404);
    const challenge = await fetch(`${origin}/trpc/auth.challenge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...APP_KEY },
      body: '{}',
    });
    expect(challenge.status).toBe(401);
    quiet.child.kill('SIGTERM');
    await quiet.ended;
    await other.drop();
  });
});
