/**
 * The server process: reads the environment, starts, says where it is, and stops in order when told to. With the word
 * `migrate` it applies migrations instead, with `replay` it has failed jobs tried again, and ends.
 */
import { migrateOnce } from './database-server.ts';
import { readConfig } from './env.ts';
import { createLogOutput } from './log-output.ts';
import { createLog, type Logger } from './log.ts';
import { replayOnce } from './replay.ts';
import { startServer } from './start.ts';
import { StartError } from './start-error.ts';

/** What was logged last has this long to be read before the process ends, ms. */
const LAST_WORDS_MS = 1_000;

const output = createLogOutput(2);

try {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, config.role, output);
  // Until there is something to stop in order, a signal ends the process at once; PostgreSQL ends with it.
  let stop = (): void => void exit(0);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop());
  // Started with a channel by a parent, the server does not outlive it.
  process.on('disconnect', () => stop());
  process.on('uncaughtException', (err) => fail(log, err));

  if (process.argv[2] === 'migrate') {
    const applied = await migrateOnce(config, log);
    process.stdout.write(`migrated ${applied.length === 0 ? 'nothing: up to date' : applied.join(' ')}\n`);
    await exit(0);
  }
  if (process.argv[2] === 'replay') {
    process.stdout.write(`${await replayOnce(config)}\n`);
    await exit(0);
  }
  if (process.argv.length > 2) {
    throw new StartError(`there is no command "${process.argv[2]}"; there are "migrate" and "replay".`);
  }

  const server = await startServer(config, log, output.dropped);
  let isStopping = false;
  stop = () => {
    if (isStopping) return;
    isStopping = true;
    log.info('stopping');
    void server.stop().then(() => {
      log.info('stopped');
      return exit(0);
    });
  };
  const demo = server.demoUrl === null ? '' : ` demo ${server.demoUrl}`;
  process.stdout.write(`ready ${server.url ?? 'worker'}${demo} private ${server.privateUrl}\n`);
} catch (error) {
  await leave(error instanceof StartError ? error.message : `the server cannot start: ${firstLine(error)}`);
}

function fail(log: Logger, err: unknown): void {
  log.fatal({ err }, 'unexpected error');
  void exit(1);
}

/** Writes one line to standard error and exits with code 1. */
async function leave(line: string): Promise<void> {
  output.write(`seal: ${line}\n`);
  await exit(1);
}

/**
 * Ends the process once the log is written. Where nothing reads the log any longer, Node would wait for it for ever: then
 * the process ends itself as `kill -9` does. By then nothing else is left to do.
 */
async function exit(code: number): Promise<void> {
  if (!(await output.flush(LAST_WORDS_MS))) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
