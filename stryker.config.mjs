import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/**
 * Mutation testing: `npm run mutate -- PATH…` (scripts/mutate.mjs says which files, and where the results go).
 * Constants of modules are left alone: a change of one reruns every test, and the frozen vectors hold them.
 */
const results = process.env.MUTATION_RESULTS ?? '.mutation';

export default {
  mutate: JSON.parse(process.env.MUTATE ?? '[]'),
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutate/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner', import.meta.filename],
  ignorers: ['error-texts'],
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `${results}/incremental.json`,
  htmlReporter: { fileName: `${results}/report.html` },
  jsonReporter: { fileName: `${results}/report.json` },
  concurrency: 2,
  timeoutMS: 20_000,
  dryRunTimeoutMinutes: 15,
  // scripts/mutate.mjs prints what is left of the report.
  reporters: ['html', 'json'],
  // TypeScript 7 has no compiler API for Stryker to rewrite references with; Vitest needs none.
  tsconfigFile: 'none',
  allowConsoleColors: false,
  tempDirName: '.mutation/sandbox',
  ignorePatterns: ['.turbo', '**/dist', 'bench', 'e2e', 'stories', '.seal', '.mutation'],
  warnings: { slow: false },
};

/** Functions whose arguments say in English what went wrong; no program decides by them. */
const SAYS = new Set([
  'Error',
  'RangeError',
  'TypeError',
  'SealError',
  'invalid',
  'malformed',
  'mismatch',
  'refuse',
  'rejected',
]);

/** Leaves the words of errors alone. The code of a `SealError`, its first argument, is behaviour and is mutated. */
const errorTexts = {
  shouldIgnore(path) {
    const call = path.parentPath;
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
    if (!call?.isNewExpression() && !call?.isCallExpression()) return undefined;
    const { name } = call.node.callee;
    const isCode = name === 'SealError' && path.key === 0;
    return SAYS.has(name) && !isCode ? 'the text of an error' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'error-texts', errorTexts)];
