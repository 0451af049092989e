import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from '../../src/postgres/launch.ts';
import { chooseUser } from '../../src/postgres/run-as.ts';
import { findPostgres } from '../../../../scripts/lib/postgres.mjs';
import { createDatabase } from './databases.ts';
import { freePort } from './free-port.ts';
import { run } from './run.ts';

/** A PostgreSQL that was installed on this machine, with an empty database `seal`. */
export interface OwnCluster {
  readonly url: string;
  stop(): Promise<void>;
}

/** Folder of the programs of an installed PostgreSQL. @throws when there is none: `npm test` installs one or says how */
export function postgresPrograms(): string {
  const found = findPostgres();
  if (found === null) throw new Error('no PostgreSQL with pg_dump is installed: name its folder in POSTGRES_BIN');
  return found;
}

/** Makes a cluster with the installed programs below `directory`, where nothing is yet, and starts it. */
export async function startOwnCluster(directory: string): Promise<OwnCluster> {
  const programs = postgresPrograms();
  const data = join(directory, 'data');
  await mkdir(data, { recursive: true, mode: 0o711 });
  const user = await chooseUser([data]);
  if (user.owner !== null) await chown(data, user.owner.uid, user.owner.gid);
  const [program, ...words] = [
    ...user.prefix,
    join(programs, 'initdb'),
    `--pgdata=${data}`,
    '--username=seal',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
  await run(program, words, { ...user.identity, cwd: '/' });
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', port: String(port) };
  const logFile = join(directory, 'postgres.log');
  const server = await launch({ program: join(programs, 'postgres'), user, directory: data, settings, logFile });
  const maintenance = `postgresql://seal@127.0.0.1:${port}/postgres`;
  return {
    url: await createDatabase(maintenance, 'seal'),
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
