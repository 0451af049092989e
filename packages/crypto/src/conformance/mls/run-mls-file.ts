import type { Curves } from '../../curves/curves.ts';
import type { Rng } from '../../rng.ts';
import { cryptoBasics, deserialization, keySchedule, pskSecret, transcriptHashes, treeMath } from './basics.ts';
import { passiveClient, welcomeMessage } from './clients.ts';
import { contextFor, type VectorContext } from './context.ts';
import { Fields } from './fields.ts';
import { messageProtection, messages, secretTree } from './messages.ts';
import { treeKem, treeOperations, treeValidation } from './trees.ts';

/** What came of a file of the MLS working group's test vectors. */
export interface MlsReport {
  passed: number;
  readonly failures: { readonly index: number; readonly reason: string }[];
  /** Vectors that could not be run, by reason. */
  readonly skipped: Map<string, number>;
}

type Run = (vector: Fields, context: VectorContext) => Promise<void>;

/** The files of mlswg/mls-implementations, `test-vectors/`: names without `.json`. */
const RUNS: Readonly<Record<string, Run>> = {
  'crypto-basics': cryptoBasics,
  'key-schedule': keySchedule,
  'message-protection': messageProtection,
  'passive-client-handling-commit': passiveClient,
  'passive-client-random': passiveClient,
  'passive-client-welcome': passiveClient,
  psk_secret: pskSecret,
  'secret-tree': secretTree,
  'transcript-hashes': transcriptHashes,
  'tree-operations': treeOperations,
  'tree-validation': treeValidation,
  treekem: treeKem,
  welcome: welcomeMessage,
};

/** Those that are about encodings and numbers alone: they have no ciphersuite. */
const PLAIN_RUNS: Readonly<Record<string, (vector: Fields) => Promise<void>>> = {
  deserialization,
  messages,
  'tree-math': treeMath,
};

/** Every file that is known. */
export const MLS_FILES: readonly string[] = [...Object.keys(RUNS), ...Object.keys(PLAIN_RUNS)].toSorted();

/**
 * Runs all vectors of a parsed file through our provider, and through our own code where it replaces the
 * library's.
 * @param name file name without `.json`
 * @returns null when the file is not known
 */
export async function runMlsFile(
  name: string,
  json: unknown,
  { curves, rng }: { readonly curves: Curves; readonly rng: Rng },
): Promise<MlsReport | null> {
  if (!MLS_FILES.includes(name) || !Array.isArray(json)) return null;
  const report: MlsReport = { passed: 0, failures: [], skipped: new Map() };
  for (const [index, entry] of json.entries()) {
    try {
      const reason = await runVector(name, new Fields(entry), curves, rng);
      if (reason === null) report.passed++;
      else report.skipped.set(reason, (report.skipped.get(reason) ?? 0) + 1);
    } catch (error) {
      report.failures.push({ index, reason: String(error) });
    }
  }
  return report;
}

/** The reason why it is skipped, or null. */
async function runVector(name: string, vector: Fields, curves: Curves, rng: Rng): Promise<string | null> {
  const plain = PLAIN_RUNS[name];
  if (plain !== undefined) {
    await plain(vector);
    return null;
  }
  const number = vector.number('cipher_suite');
  const context = contextFor(number, curves, rng);
  if (context === null) return `ciphersuite ${number}: a curve or signature that Seal does not have`;
  await RUNS[name]!(vector, context);
  return null;
}
