/**
 * Finds phrases that read as translated: `node scripts/checks/wording.mjs`. CONTRIBUTING.md ("English") says how we
 * write instead. Spelling is checked apart, by cspell.
 */
import { listFiles, readText } from '../lib/files.mjs';
import { report } from './report.mjs';

/** What a phrase looks like, and what to write instead. */
const PHRASES = [
  [/\banew\b/i, 'write "again" or "new"'],
  [/\bwho(?:so)?ever\b/i, 'name the actor: the caller, a member, the server'],
  [/\bsomebody\b/i, 'name the actor, or write "someone" in UI texts'],
  [/\bby (?:itself|themselves)\b/i, 'write "automatically" or "on its own"'],
  [/\b(?:the|an) own\b/i, '"own" needs a possessor: this device\'s key, my own message'],
  [/\bought to\b/i, 'write "must" or "should"'],
  [/\b(?:is|are|was|were) (?:not )?there any ?more\b/i, 'write "no longer exists"'],
  [/\bhears? of\b/i, 'write "is notified of" or "learns of"'],
  [/\bat most so many\b/i, 'give the number'],
  [/\bstands? (?:in|beside)\b/i, 'write "is in" or "is next to"'],
  [/@throws\b.*…/, 'name every code, or link to the error table'],
  [/^\s*(?:\/\*\*|\*) That [a-z]/, 'a doc comment begins with a verb: "Checks that ..."'],
];

const SOURCES = /\.(?:ts|mjs|js|py|md|sql|prisma|html|ya?ml)$/;
/** Texts in other languages, and files that quote the phrases. */
const SKIPPED =
  /^(?:packages\/widget\/src\/i18n\/(?:de|ar)\b.*|scripts\/checks\/wording(?:\.test)?\.mjs|CONTRIBUTING\.md)$/;

/** Folders that still have such phrases. The list may only become shorter: a folder without any must leave it. */
const UNFINISHED = [
  'packages/client/src',
  'packages/client/test',
  'packages/server/src',
  'packages/server/test',
  'packages/widget/src',
  'packages/widget/demo',
  'bench',
  'docs',
  'prisma',
];

/** Every phrase in `text`, as `line: "phrase": advice`. */
export function findPhrases(text) {
  return text.split('\n').flatMap((line, index) =>
    PHRASES.flatMap(([pattern, advice]) => {
      const found = pattern.exec(line);
      return found === null ? [] : [`${index + 1}: "${found[0].trim()}": ${advice}`];
    }),
  );
}

/** Problems of all files: phrases outside `unfinished` folders, and entries of `unfinished` that are finished. */
export function findProblems(files, unfinished) {
  const isBelow = (path, folder) => path === folder || path.startsWith(`${folder}/`);
  const found = files.map(({ path, text }) => ({ path, phrases: findPhrases(text) }));
  return [
    ...found
      .filter(({ path }) => !unfinished.some((folder) => isBelow(path, folder)))
      .flatMap(({ path, phrases }) => phrases.map((phrase) => `${path}:${phrase}`)),
    ...unfinished
      .filter((folder) => found.every(({ path, phrases }) => phrases.length === 0 || !isBelow(path, folder)))
      .map((folder) => `${folder}: has no such phrases any longer; take it off the list`),
  ];
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const all = process.argv.includes('--all');
  const files = listFiles(SOURCES)
    .filter((path) => !SKIPPED.test(path))
    .map((path) => ({ path, text: readText(path) }));
  report('wording', findProblems(files, all ? [] : UNFINISHED));
}
