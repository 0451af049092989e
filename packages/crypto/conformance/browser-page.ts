/** Runs in a browser, bundled by `browser.mjs`. */
import { runMlsFile } from '../src/conformance/mls/run-mls-file.ts';
import { selectCurves } from '../src/curves/select.ts';
import { bufferedRng } from '../src/rng.ts';

const { crypto } = globalThis;
const rng = bufferedRng((bytes) => crypto.getRandomValues(bytes));

/** As `runMlsFile`, in what can leave a page: a map cannot. */
export async function run(name: string, vectors: unknown) {
  const report = await runMlsFile(name, vectors, { curves: await selectCurves(crypto.subtle), rng });
  return report === null ? null : { ...report, skipped: [...report.skipped] };
}
