import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openBrowser } from '../conformance/browser.mjs';
import { MLS_FILES, runMlsFile } from '../src/conformance/mls/run-mls-file.ts';
import { selectCurves } from '../src/curves/select.ts';
import { seededRng } from './rng.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

/** Vectors that are next to the repository on some machines; `npm run conformance -- DIR` takes them from anywhere. */
const directory = fileURLToPath(new URL('../../../../shared/vectors/mls/', import.meta.url));
const files = existsSync(directory)
  ? readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.replace('.json', ''))
  : [];

function vectorsOf(name: string): unknown {
  return JSON.parse(readFileSync(`${directory}${name}.json`, 'utf8'));
}

describe.skipIf(files.length === 0)('vectors of the MLS working group beside the repository', () => {
  it.each(files)('%s', async (name) => {
    const curves = await selectCurves(globalThis.crypto.subtle);
    const report = await runMlsFile(name, vectorsOf(name), { curves, rng: seededRng(name) });
    expect(report?.failures).toEqual([]);
    expect(report!.passed).toBeGreaterThan(0);
  });

  it('pass in Chromium', { timeout: patient(60_000) }, async () => {
    const browser = await openBrowser();
    try {
      for (const name of files) {
        const report = await browser.runMlsFile(name, vectorsOf(name));
        expect(report?.failures, name).toEqual([]);
        expect(report!.passed, name).toBeGreaterThan(0);
      }
    } finally {
      await browser.close();
    }
  });
});

describe('the runner of MLS vectors', () => {
  const context = { curves: null as never, rng: seededRng('runner') };

  it('knows the sixteen files', () => expect(MLS_FILES).toHaveLength(16));

  it('knows nothing else', async () => {
    expect(await runMlsFile('aes_gcm_test', [], context)).toBeNull();
    expect(await runMlsFile('treekem', { algorithm: 'HMACSHA256' }, context)).toBeNull();
  });

  it('tells failures from successes, and both from what it cannot run', async () => {
    const vectors = [
      { vlbytes_header: '3f', length: 63 },
      { vlbytes_header: '3f', length: 62 },
    ];
    expect(await runMlsFile('deserialization', vectors, context)).toMatchObject({
      passed: 1,
      failures: [{ index: 1 }],
    });
    const foreign = await runMlsFile('treekem', [{ cipher_suite: 2 }], context);
    expect([foreign!.passed, foreign!.failures.length, foreign!.skipped.size]).toEqual([0, 0, 1]);
  });
});
