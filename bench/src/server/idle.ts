import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { eachOf } from './each-of.ts';
import { loadCryptography, register, type Person, type Site } from './people.ts';
import { connect, receiveMail } from './seal-pairs.ts';
import { launchSeal, withDataDir } from './seal-server.ts';
import { settledMemory } from './settled-memory.ts';

const FIRST = 200;
const MORE = 2_500;
/** Registrations and connections under way at once. */
const WIDTH = 20;
/** Until the server has no more work with those that just came, ms. */
const SETTLE_MS = 3_000;

/** What idle connections cost. */
export interface IdleResult {
  /** Resident bytes of the server process with the first connections. */
  readonly before: number;
  /** Bytes for each connection after those. */
  readonly perConnection: number;
}

/**
 * Growth of the server's resident memory over 2,500 further signed-in, subscribed connections, each of another person,
 * after the first 200. The people register beforehand and the server is started again, so that what registration
 * leaves in its heap does not make room for them, and garbage is collected before each reading: a heap that has grown
 * and not shrunk again is no connection's.
 */
export function measureIdle(appKey: string): Promise<IdleResult> {
  return withDataDir(async (dataDir) => {
    const people = await withServer(dataDir, appKey, async (site) => {
      const tools = await loadCryptography();
      const names = Array.from({ length: FIRST + MORE }, (_, i) => `idle-${i}`);
      return eachOf(names, WIDTH, (name): Promise<Person> => register(site, tools, name));
    });
    return withServer(dataDir, appKey, async (site, output) => {
      const open = async (person: Person): Promise<Connection> => {
        const connection = await connect(site, person);
        await receiveMail(connection, () => undefined);
        return connection;
      };
      const first = await eachOf(people.slice(0, FIRST), WIDTH, open);
      await sleep(SETTLE_MS);
      const before = await settledMemory(output());
      const more = await eachOf(people.slice(FIRST), WIDTH, open);
      await sleep(SETTLE_MS);
      const after = await settledMemory(output());
      for (const connection of [...first, ...more]) {
        if (connection.failure !== null) throw connection.failure;
        connection.close();
      }
      return { before, perConnection: (after - before) / MORE };
    });
  });
}

async function withServer<T>(
  dataDir: string,
  appKey: string,
  use: (site: Site, output: () => string) => Promise<T>,
): Promise<T> {
  const server = await launchSeal(dataDir, ['--inspect=127.0.0.1:0']);
  try {
    return await use({ url: server.url, appKey }, server.output);
  } catch (error) {
    console.error(server.output());
    throw error;
  } finally {
    await server.stop();
  }
}
