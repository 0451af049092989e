import { fileURLToPath } from 'node:url';
import { newId } from '@seal-chat/protocol';
import { launch, type Launched } from '../launch.ts';
import type { PartResult } from '../report.ts';
import { checkArchive, createBareDatabase, databaseUrl } from './archive.ts';
import { connectBarePairs } from './bare-pairs.ts';
import { ARCHIVED_FOR_A_PAIR, connectEjabberdPairs } from './ejabberd-pairs.ts';
import { findEjabberd, launchEjabberd, type Ejabberd } from './ejabberd.ts';
import { FAN_OUT_SIZES, measureFanOut } from './fan-out.ts';
import { measureIdle } from './idle.ts';
import { IN_FLIGHT, PAIRS } from './shape.ts';
import { Ledger, closedLoop, openLoop, type LoadResult } from './load.ts';
import type { Pair } from './pairs.ts';
import { DEMO_APP_KEY, loadCryptography, type Cryptography } from './people.ts';
import type { Watched } from './processes.ts';
import { report, type Rounds } from './rows.ts';
import { connectSealPairs, createBody } from './seal-pairs.ts';
import { launchSeal, withDataDir } from './seal-server.ts';

const ROUNDS = 3;

/** A server under load. */
interface Target {
  readonly watched: Watched;
  readonly pairs: readonly Pair[];
  readonly ledger: Ledger;
}

/** The servers in turn, round by round. @returns the rounds of each, in the order of `targets` */
async function race(targets: readonly Target[], run: (target: Target) => Promise<LoadResult>): Promise<Rounds[]> {
  const rounds: LoadResult[][] = targets.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, target] of targets.entries()) rounds[i]!.push(await run(target));
  }
  return rounds;
}

const closed = (target: Target, warmUpMs: number, measureMs: number): Promise<LoadResult> =>
  closedLoop({ ...target, inFlight: IN_FLIGHT, warmUpMs, measureMs });

const open = (target: Target, perSecond: number, count: number): Promise<LoadResult> =>
  openLoop({ ...target, perSecond, count });

/** Durable one-to-one messages through Seal's server, beside the bare relay on the same PostgreSQL. */
export function runServer(): Promise<PartResult> {
  return withDataDir(async (dataDir) => {
    const started: Pick<Launched, 'stop'>[] = [];
    const launched: Launched[] = [];
    const start = async (starting: Promise<Launched>): Promise<Launched> => {
      const server = await starting;
      started.unshift(server);
      launched.unshift(server);
      return server;
    };
    try {
      const sealServer = await start(launchSeal(dataDir));
      const sealDatabase = await databaseUrl(dataDir);
      const bareServer = await start(
        launch({
          command: [process.execPath, fileURLToPath(new URL('./bare.js', import.meta.url))],
          env: { DATABASE_URL: await createBareDatabase(sealDatabase) },
        }),
      );
      const tools = await loadCryptography();
      const seal = await sealTarget(sealServer, tools);
      const bodyLength = createBody(tools, newId(tools.rng(16))).length;
      const bare = await bareTarget(bareServer, sealServer.pid, bodyLength);

      const libraries = findEjabberd();
      const ejabberdServer =
        libraries === null ? null : await launchEjabberd({ libraries, dataDir, url: sealDatabase, users: 2 * PAIRS });
      if (ejabberdServer !== null) started.unshift(ejabberdServer);
      const ejabberd =
        ejabberdServer === null ? [] : [await ejabberdTarget(ejabberdServer, sealServer.pid, bodyLength)];

      // A new cluster is slower until it has files of its log to use again, and engines compile: one round is thrown away.
      for (const target of [bare, seal, ...ejabberd]) await closed(target, 0, 6_000);
      const all = [seal, bare, ...ejabberd];
      const [fast = [], bareFast = [], peerFast = null] = await race(all, (target) =>
        target === bare ? closed(target, 1_000, 4_000) : closed(target, 2_000, 8_000),
      );
      const [slow = [], bareSlow = [], peerSlow = null] = await race(all, (target) =>
        open(target, 200, target === bare ? 1_000 : 2_000),
      );
      const [steady = [], peerSteady = null] = await race([seal, ...ejabberd], (target) => open(target, 1_000, 10_000));
      await checkArchive(sealDatabase, seal.ledger.sent);
      for (const { ledger } of ejabberd) await ejabberdServer?.checkArchive(ARCHIVED_FOR_A_PAIR * ledger.sent);
      for (const server of started.splice(0)) await server.stop();

      const fanOut = [];
      for (const members of FAN_OUT_SIZES) fanOut.push(await measureFanOut(members));
      const idle = await measureIdle(DEMO_APP_KEY);
      return report({
        fast,
        bareFast,
        peerFast,
        slow,
        bareSlow,
        peerSlow,
        steady,
        peerSteady,
        idle,
        fanOut,
        sent: seal.ledger.sent,
        rounds: ROUNDS,
      });
    } catch (error) {
      for (const server of launched) console.error(server.output());
      throw error;
    } finally {
      for (const server of started) await server.stop();
    }
  });
}

async function sealTarget(server: Launched, tools: Cryptography): Promise<Target> {
  const ledger = new Ledger();
  const pairs = await connectSealPairs({ url: server.url, appKey: DEMO_APP_KEY }, tools, PAIRS, ledger);
  return { watched: { server: server.pid, databaseParent: server.pid }, pairs, ledger };
}

/** `databaseParent`: Seal's server, which started PostgreSQL and does nothing meanwhile. */
async function bareTarget(server: Launched, databaseParent: number, bodyLength: number): Promise<Target> {
  const ledger = new Ledger();
  const pairs = await connectBarePairs({ url: server.url, count: PAIRS, bodyLength, ledger });
  return { watched: { server: server.pid, databaseParent }, pairs, ledger };
}

async function ejabberdTarget(server: Ejabberd, databaseParent: number, bodyLength: number): Promise<Target> {
  const ledger = new Ledger();
  const pairs = await connectEjabberdPairs({ port: server.port, count: PAIRS, bodyLength, ledger });
  return { watched: { server: server.pid, databaseParent }, pairs, ledger };
}
