import type { MlsReport } from '../src/conformance/mls/run-mls-file.ts';

/** A headless Chromium with the runner of the MLS vectors in it. */
export function openBrowser(): Promise<{
  runMlsFile(name: string, json: unknown): Promise<MlsReport | null>;
  close(): Promise<void>;
}>;
