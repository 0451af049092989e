import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WIRE_VERSION } from '@seal-chat/protocol';
import { collectDefaultMetrics } from 'prom-client';
import { createApp } from './app.ts';
import { connect, TIMEOUTS } from './db/connect.ts';
import { openDatabaseServer, prepareSchema } from './database-server.ts';
import type { Config } from './env.ts';
import { ALL_FAILED, createReadiness } from './health/readiness.ts';
import { createPrivateServer } from './http/private-server.ts';
import { createHttpServer } from './http/server.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics/metrics.ts';
import { addressReader } from './net/address.ts';
import { closeDemoTenant, DEMO_TENANT_ID, seedDemoTenant } from './seed/demo-tenant.ts';
import { checkRedis } from './redis/check.ts';
import { createRepeatedErrors } from './repeated-errors.ts';
import { StartError, systemCode } from './start-error.ts';
import { startTracing } from './tracing/start.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** A server that answers. */
export interface RunningServer {
  /** Origin that browsers use; null: the process does jobs alone. */
  readonly url: string | null;
  readonly demoUrl: string | null;
  /** Origin of readiness and metrics, for the operator alone. */
  readonly privateUrl: string;
  /** Refuses what is new, settles what is under way, and ends everything, the database last. */
  stop(): Promise<void>;
}

/**
 * Brings everything up in order: port, database, schema, demo, relay, HTTP.
 *
 * @throws StartError when something the operator can mend is in the way; then nothing is left running.
 */
export async function startServer(config: Config, log: Logger, droppedLogLines: () => number): Promise<RunningServer> {
  const began = performance.now();
  const port = await findPort('PORT', config.host, config.port);
  const privatePort = await findPrivatePort(config, port);
  if (config.redisUrl !== null) await checkRedis(config.redisUrl);
  const database = await openDatabaseServer(config, log);
  const undo: (() => Promise<unknown>)[] = [() => database.stop()];
  try {
    const isIsolated = await prepareSchema(config, database.url, log);
    const url = config.publicUrl ?? originOf(config.host, port);
    await seed(database.url, isIsolated, config.isDemoOn ? demoOrigins(url, config.host, port) : null);

    if (config.traceRatio !== null) {
      const repeated = createRepeatedErrors();
      const onTrouble = (what: string): void =>
        repeated.see(what, (more) => log.warn({ what, ...more }, 'traces cannot be sent'));
      const stopTracing = await startTracing({ version, role: config.role, ratio: config.traceRatio, onTrouble });
      undo.push(async () => {
        await stopTracing();
        repeated.close();
      });
    }
    const metrics = createMetrics({ version, protocol: WIRE_VERSION });
    collectDefaultMetrics({ register: metrics.registry });
    metrics.watch('seal_log_lines_dropped', droppedLogLines);
    const app = await createApp({
      databaseUrl: database.url,
      isIsolated,
      rates: config.rates,
      network: config.network,
      redis: config.redisUrl === null ? null : { redisUrl: config.redisUrl, prefix: config.redisPrefix },
      isWorker: config.role !== 'api',
      log,
      metrics,
    });
    let isStopping = false;
    const asked = createReadiness(() => app.ready());
    const ready = () => (isStopping ? Promise.resolve(ALL_FAILED) : asked());
    const http = createHttpServer({
      log,
      metrics,
      ready,
      rounds: app.rounds,
      trpc: app,
      attachments: app,
      publicUrl: url,
      trustedProxies: config.trustedProxies,
      network: config.network,
      demo: config.isDemoOn ? { sql: app.sql, tenantId: DEMO_TENANT_ID, publicUrl: url } : null,
    });
    const forOperator = createPrivateServer({ log, ready, registry: metrics.registry });
    undo.push(() => forOperator.close());
    // The last first: answer what was asked over HTTP, settle and close the sockets, cut what is left.
    undo.push(http.close, app.close, http.drain);
    app.attachWebSocket(http.fastify.server, addressReader(config.trustedProxies));
    await forOperator.listen({ host: config.privateHost, port: privatePort }).catch((error: unknown) => {
      throw listenFailure(error, 'PRIVATE_PORT', config.privateHost, privatePort);
    });
    if (config.role !== 'worker') {
      await http.fastify.listen({ host: config.host, port }).catch((error: unknown) => {
        throw listenFailure(error, 'PORT', config.host, port);
      });
    }
    log.info({ ms: Math.round(performance.now() - began) }, 'started');
    return {
      url: config.role === 'worker' ? null : url,
      demoUrl: config.isDemoOn && config.role !== 'worker' ? `${url}/demo` : null,
      privateUrl: originOf(config.privateHost, privatePort),
      async stop() {
        isStopping = true;
        await database.announceStop();
        await delay(config.drainMs / 2);
        await app.leave(config.drainMs / 2);
        await inReverse(undo, config.shutdownMs, log);
      },
    };
  } catch (error) {
    await inReverse(undo, config.shutdownMs, log);
    throw error;
  }
}

/** Undoes steps, the last first. One that fails or takes longer than `patienceMs` does not keep the others. */
async function inReverse(steps: readonly (() => Promise<unknown>)[], patienceMs: number, log: Logger): Promise<void> {
  for (const [index, step] of [...steps.entries()].toReversed()) {
    const work = step().catch((err: unknown) => log.error({ err }, 'shutdown step failed'));
    // The database is always waited for: it bounds its own shutdown.
    if (index === 0) await work;
    else await Promise.race([work, timeout(patienceMs, () => log.warn('shutdown went on without waiting any longer'))]);
  }
}

function timeout(ms: number, onTimeout: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      onTimeout();
      resolve();
    }, ms);
    timer.unref();
  });
}

/** Makes the demo's tenant with its origins; without any, takes its key away. */
async function seed(url: string, isIsolated: boolean, origins: readonly string[] | null): Promise<void> {
  const sql = connect(url, { max: 1, timeouts: TIMEOUTS, role: isIsolated ? 'seal_ops' : undefined });
  try {
    await (origins === null ? closeDemoTenant(sql) : seedDemoTenant(sql, origins));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The port to listen on, looked at before anything is started: the one asked for, or with 0 a free one. */
async function findPort(variable: PortVariable, host: string, port: number): Promise<number> {
  const giveUpAt = performance.now() + PORT_PATIENCE_MS;
  for (;;) {
    try {
      return await probePort(host, port);
    } catch (error) {
      if (systemCode(error) !== 'EADDRINUSE' || performance.now() > giveUpAt)
        throw listenFailure(error, variable, host, port);
      await delay(50);
    }
  }
}

type PortVariable = 'PORT' | 'PRIVATE_PORT';

/** Between a server's port and its private one, where nothing else is said. */
const PRIVATE_PORT_DISTANCE = 10_000;

async function findPrivatePort({ privateHost, privatePort, port: asked }: Config, port: number): Promise<number> {
  if (privatePort !== null) return findPort('PRIVATE_PORT', privateHost, privatePort);
  const far = asked === 0 ? 0 : port + PRIVATE_PORT_DISTANCE * (port + PRIVATE_PORT_DISTANCE < 65_536 ? 1 : -1);
  return probePort(privateHost, far).catch(() => findPort('PRIVATE_PORT', privateHost, 0));
}

/** A server that was told to stop a moment ago lets go of its port first. */
const PORT_PATIENCE_MS = 1_000;

async function probePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.on('error', reject).listen({ host, port, exclusive: true }, resolve);
    });
    const address = probe.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  } finally {
    await new Promise((resolve) => {
      probe.close(resolve);
    });
  }
}

function listenFailure(error: unknown, variable: PortVariable, host: string, port: number): StartError {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') return new StartError(`${variable} ${port} is taken on ${host}.`, { cause: error });
  if (code === 'EACCES') return new StartError(`${variable} ${port} may not be used by this user.`, { cause: error });
  return new StartError(`${variable === 'PORT' ? 'HOST' : 'PRIVATE_HOST'} ${host} cannot be listened on (${code}).`, {
    cause: error,
  });
}

/** Where a browser on this machine finds the server. */
function originOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The server's own pages, by every name they may be opened under. */
function demoOrigins(url: string, host: string, port: number): readonly string[] {
  return [...new Set([url, originOf(host, port), `http://127.0.0.1:${port}`, `http://localhost:${port}`])];
}
