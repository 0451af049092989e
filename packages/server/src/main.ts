/** The server process: reads the environment, starts, says where it is, and stops in order when told to. */
import { readConfig } from './env.ts';
import { createLog, type Logger } from './log.ts';
import { startServer } from './start.ts';
import { StartError } from './start-error.ts';

try {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  // Until there is something to stop in order, a signal ends the process at once; PostgreSQL ends with it.
  let stop = (): void => process.exit(0);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop());
  // Started with a channel by a parent, the server does not outlive it.
  process.on('disconnect', () => stop());
  process.on('uncaughtException', (err) => fail(log, err));
  if (config.redisUrl !== null) log.warn('REDIS_URL is set but not supported yet; ignoring it');

  const server = await startServer(config, log);
  let isStopping = false;
  stop = () => {
    if (isStopping) return;
    isStopping = true;
    log.info('stopping');
    void server.stop().then(() => {
      log.info('stopped');
      process.exit(0);
    });
  };
  void server.failed.then((reason) => leave(reason));
  const demo = server.demoUrl === null ? '' : ` demo ${server.demoUrl}`;
  process.stdout.write(`ready ${server.url}${demo}\n`);
} catch (error) {
  leave(error instanceof StartError ? error.message : `the server cannot start: ${firstLine(error)}`);
}

function fail(log: Logger, err: unknown): void {
  log.fatal({ err }, 'unexpected error');
  process.exit(1);
}

/** Writes one line to standard error and exits with code 1. */
function leave(line: string): void {
  process.stderr.write(`seal: ${line}\n`);
  process.exit(1);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
