/**
 * Holds the documents to the truth: `node scripts/checks/docs.mjs`. Links and their anchors lead somewhere, paths in
 * backticks exist, each promise of what holds names its test, and every TypeScript snippet compiles against the
 * built packages. What a snippet takes for granted is declared in a comment before it, which readers do not see:
 * `<!-- given: declare const badge: HTMLElement; -->`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { listFiles, readText } from '../lib/files.mjs';
import { ROOT } from '../lib/paths.mjs';
import { tool } from '../lib/run.mjs';
import { report } from './report.mjs';

/** Folders whose names begin a path of this repository, as the documents write them. */
const TOP = /^(?:packages|prisma|scripts|docs|e2e|stories|bench|examples|docker|\.github)\//;
/** Short forms that the documents use for folders of packages. */
const SHORT = { protocol: 'src', crypto: 'src', client: 'src', ui: 'src', widget: 'src', server: 'src' };
/** What exists only after a build or at run time. */
const MADE = /(?:^|\/)(?:dist|node_modules|generated|\.seal)(?:\/|$)|[*{}<>…$]/;
/** Documents whose paths belong to another time. */
const HISTORY = /^(?:CHANGELOG\.md|\.changeset\/)/;

/** Splits a document into prose and fenced code blocks: language, number of the first line, text, what is given. */
export function parseMarkdown(text) {
  const prose = [];
  const blocks = [];
  let block = null;
  let given = '';
  text.split('\n').forEach((line, index) => {
    const fence = /^\s*(?:```|~~~)\s*(\S*)/.exec(line);
    const comment = /^\s*<!-- given: (.*) -->$/.exec(line);
    if (block !== null && fence !== null) {
      blocks.push({ ...block, text: block.lines.join('\n') });
      block = null;
    } else if (block !== null) block.lines.push(line);
    else if (fence !== null) {
      block = { language: fence[1], line: index + 2, given, lines: [] };
      given = '';
    } else if (comment !== null) given += `${comment[1]} `;
    else prose.push({ line: index + 1, text: line });
  });
  return { prose, blocks };
}

/** The anchors of a document's headings, as forges derive them. */
export function anchorsOf(text) {
  return new Set(
    parseMarkdown(text)
      .prose.filter(({ text: line }) => /^#{1,6} /.test(line))
      .map(({ text: line }) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replaceAll(/\s/g, '-'),
      ),
  );
}

/** Broken links and dead paths of one document. `read` gives the text of a file of the repository, or null. */
export function findDeadReferences(path, text, { exists, read }) {
  return parseMarkdown(text).prose.flatMap(({ line, text: content }) => [
    ...[...content.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => checkLink(path, target, { exists, read }))
      .filter((problem) => problem !== null)
      .map((problem) => `${path}:${line}: ${problem}`),
    ...[...content.matchAll(/`([^`]+)`/g)].flatMap(([, code]) =>
      isDeadPath(path, code, exists) ? [`${path}:${line}: \`${code}\` does not exist`] : [],
    ),
  ]);
}

function checkLink(path, target, { exists, read }) {
  if (/^https?:\/\/(?:127\.|localhost)/.test(target)) return `the link ${target} works on one machine alone`;
  if (/^(?:https?|mailto):/.test(target)) return null;
  const [file, anchor] = target.split('#');
  const resolved = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
  if (!exists(resolved)) return `the link ${target} leads nowhere`;
  if (anchor === undefined || !resolved.endsWith('.md')) return null;
  return anchorsOf(read(resolved)).has(anchor) ? null : `the link ${target} names no heading`;
}

/** Whether `code` is written like a path of this repository and names nothing in it. */
function isDeadPath(document, code, exists) {
  const path = code.replace(/\/$/, '');
  if (!/^[\w.@-]+(?:\/[\w.@-]+)+$/.test(path) || MADE.test(path)) return false;
  const [first, ...rest] = path.split('/');
  if (TOP.test(`${path}/`)) return !exists(path);
  if (!(first in SHORT) || document.startsWith('packages/')) return false;
  const inside = posix.join('packages', first, SHORT[first], ...rest);
  // `crypto/verify` is an entry of the package: a file named without its ending.
  return ![inside, `${inside}.ts`, posix.join('packages', path)].some(exists);
}

/** Rows of tables under the heading `What holds` that name no test last: nothing fails when what they say is not so. */
export function findRowsWithoutTest(path, text) {
  const { prose } = parseMarkdown(text);
  let isPromises = false;
  return prose.flatMap(({ line, text: content }, i) => {
    if (content.startsWith('#')) isPromises = /^#+ What holds$/.test(content);
    const isRow = isPromises && content.startsWith('|') && !RULE.test(content) && !RULE.test(prose[i + 1]?.text ?? '');
    if (!isRow || /`[^`]+\.test\.[a-z]+`[^|]*\|\s*$/.test(content)) return [];
    return [`${path}:${line}: a promise without its test: ${content.split('|')[1].trim()}`];
  });
}

/** The line between a table's header and its rows. */
const RULE = /^\|[\s|:-]+\|$/;

/** Compiles every `ts` block of `documents`, each as a module of its own; answers the compiler's complaints. */
function compileSnippets(documents) {
  const folder = join(ROOT, 'node_modules', '.cache', 'seal-snippets');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const origin = new Map();
  for (const { path, text } of documents) {
    for (const { language, line, given, text: code } of parseMarkdown(text).blocks) {
      if (language !== 'ts' && language !== 'tsx') continue;
      const name = `${path.replaceAll(/[^\w]/g, '-')}-${line}.${language}`;
      origin.set(name, { path, line: line - 1 });
      writeFileSync(join(folder, name), `${given}\n${code}\nexport {};\n`);
    }
  }
  const config = {
    extends: '../../../tsconfig.base.json',
    compilerOptions: {
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      types: ['node'],
      jsx: 'preserve',
      module: 'ESNext',
      moduleResolution: 'Bundler',
      customConditions: [],
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
      composite: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      incremental: false,
      noEmit: true,
      noUnusedLocals: false,
    },
    include: ['*.ts', '*.tsx'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync(tool('tsc'), ['-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes('error TS'))
    .map((line) => {
      const [, name, row, message] = /^(.*?)\((\d+),\d+\): (.*)$/.exec(line) ?? [null, line, '0', line];
      const place = origin.get(name);
      return place === undefined ? line : `${place.path}:${place.line + Number(row) - 1}: ${message}`;
    });
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const documents = listFiles(/\.md$/).map((path) => ({ path, text: readText(path) }));
  const files = { exists: (path) => existsSync(join(ROOT, path)), read: (path) => readText(path) };
  report('documents', [
    ...documents
      .filter(({ path }) => !HISTORY.test(path))
      .flatMap(({ path, text }) => [...findDeadReferences(path, text, files), ...findRowsWithoutTest(path, text)]),
    ...compileSnippets(documents),
  ]);
}
