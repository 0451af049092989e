import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from './launch.ts';
import { freePort } from './port.ts';
import { atMost, show, type PartResult } from './report.ts';
import { summarize } from './stats.ts';

const ROUNDS = 3;
const BOUND_SECONDS = 5;

async function secondsToReady(dataDir: string): Promise<number> {
  const server = await launch({
    command: ['npm', 'start'],
    env: { DATA_DIR: dataDir, PORT: String(await freePort()) },
  });
  await server.stop();
  return server.readyAfterMs / 1_000;
}

/** `npm start` with everything installed and built: with an empty data directory, and again with the one it made. */
export async function measureStart(): Promise<PartResult> {
  const first: number[] = [];
  const second: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const dataDir = await mkdtemp(join(tmpdir(), 'seal-bench-'));
    try {
      first.push(await secondsToReady(dataDir));
      second.push(await secondsToReady(dataDir));
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }
  const row = (what: string, seconds: readonly number[]): PartResult['rows'][number] => {
    const sample = summarize(seconds);
    return {
      what,
      ratio: '',
      seal: show(sample, 's'),
      peers: '',
      elsewhere: '',
      checks: [atMost(`< ${BOUND_SECONDS} s`, sample.median, BOUND_SECONDS)],
    };
  };
  return {
    rows: [
      row('`npm start` to ready, installed and built, no data yet', first),
      row('`npm start` to ready, second start', second),
    ],
    notes: [
      `${ROUNDS} rounds; from the command to the line \`ready\`. The first start makes a PostgreSQL cluster, migrates and seeds; files are in the system's cache.`,
    ],
  };
}
