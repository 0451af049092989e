import type { AesSubtle } from '../aes-gcm.ts';
import type { Subtle } from '../curves/subtle.ts';
import { tweetnaclCurves } from '../curves/tweetnacl.ts';
import { webCryptoCurves } from '../curves/web-crypto.ts';
import { nobleKem } from '../kem/noble.ts';
import { hasKemMethods } from '../kem/select.ts';
import { webCryptoKem } from '../kem/web-crypto.ts';
import type { Rng } from '../rng.ts';
import { curveSuites } from './curves.ts';
import { kemSuites } from './kem.ts';
import { aesGcmSuite, chaChaPolySuite, kdfSuites } from './symmetric.ts';
import {
  asWycheproofFile,
  failed,
  type Outcome,
  type Suite,
  type WycheproofGroup,
  type WycheproofTest,
} from './wycheproof.ts';

/** What came of a file in one implementation of ours. */
export interface Report {
  readonly implementation: string;
  passed: number;
  readonly failures: { readonly tcId: number; readonly reason: string }[];
  /** Tests that could not be run, by reason. */
  readonly skipped: Map<string, number>;
}

/** Every wrapper of this package that Wycheproof has vectors for, in all implementations that work here. */
export function allSuites(subtle: Subtle & AesSubtle, rng: Rng): readonly Suite[] {
  return [
    ...curveSuites('tweetnacl', tweetnaclCurves),
    ...curveSuites('webCrypto', webCryptoCurves(subtle)),
    ...kdfSuites,
    aesGcmSuite(subtle),
    chaChaPolySuite,
    ...kemSuites({
      implementation: 'noble',
      kem: nobleKem(rng),
      withRandomness: (message) => nobleKem(() => message.slice()),
    }),
    ...(hasKemMethods(subtle)
      ? kemSuites({ implementation: 'webCrypto', kem: webCryptoKem(subtle), withRandomness: null })
      : []),
  ];
}

/** Runs all tests of a parsed file; an empty answer means that the file holds nothing we have a wrapper for. */
export async function runFile(suites: readonly Suite[], json: unknown): Promise<readonly Report[]> {
  const file = asWycheproofFile(json);
  const reports = new Map<string, Report>();
  for (const group of file?.testGroups ?? []) {
    for (const suite of suites.filter(({ matches }) => matches(file!.algorithm, group))) {
      const report = reportOf(reports, suite.implementation);
      for (const test of group.tests) count(report, test, await outcomeOf(suite, group, test));
    }
  }
  return [...reports.values()];
}

function reportOf(reports: Map<string, Report>, implementation: string): Report {
  const report = reports.get(implementation) ?? { implementation, passed: 0, failures: [], skipped: new Map() };
  reports.set(implementation, report);
  return report;
}

async function outcomeOf(suite: Suite, group: WycheproofGroup, test: WycheproofTest): Promise<Outcome> {
  try {
    return await suite.run(group, test);
  } catch (error) {
    return failed(String(error));
  }
}

function count(report: Report, { tcId }: WycheproofTest, outcome: Outcome): void {
  if (outcome.kind === 'passed') report.passed++;
  else if (outcome.kind === 'failed') report.failures.push({ tcId, reason: outcome.reason });
  else report.skipped.set(outcome.reason, (report.skipped.get(outcome.reason) ?? 0) + 1);
}
