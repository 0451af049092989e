import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import postgres from 'postgres';
import { HOW, rowsOf } from './paired/calls.ts';
import type { PartResult } from './report.ts';
import { databaseUrl } from './server/archive.ts';
import { launchSeal, withDataDir } from './server/seal-server.ts';

/** What traces may cost. */
const BOUND = 0.95;

/** What traces cost: a server that records the usual part of its calls, and one without a collector, on one database. */
export function runTracing(): Promise<PartResult> {
  return withDataDir((dataDir) =>
    withDataDir(async (otherDir) => {
      let requests = 0;
      const collector = createServer((request, response) => {
        requests++;
        request.resume().on('end', () => response.end());
      });
      await new Promise<void>((resolve) => {
        collector.listen(0, '127.0.0.1', resolve);
      });
      const { port } = collector.address() as AddressInfo;
      const plain = await launchSeal(dataDir);
      const url = await databaseUrl(dataDir);
      const traced = await launchSeal(otherDir, [], {
        DATABASE_URL: url,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      });
      const sql = postgres(url, { max: 2, onnotice: () => undefined });
      try {
        const rows = await rowsOf({ url: traced.url, sql }, { url: plain.url, sql }, BOUND);
        if (requests === 0) throw new Error('tracing: the collector got nothing');
        return {
          rows,
          notes: [
            HOW,
            'Traced: 1 % of the calls, as by default, to a collector on this machine. Without: no collector is named.',
          ],
        };
      } catch (error) {
        console.error(plain.output(), traced.output());
        throw error;
      } finally {
        await sql.end();
        await traced.stop();
        await plain.stop();
        collector.close();
      }
    }),
  );
}
