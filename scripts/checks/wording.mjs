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

/** Every phrase in `text`, as `line: "phrase": advice`. */
export function findPhrases(text) {
  return text.split('\n').flatMap((line, index) =>
    PHRASES.flatMap(([pattern, advice]) => {
      const found = pattern.exec(line);
      return found === null ? [] : [`${index + 1}: "${found[0].trim()}": ${advice}`];
    }),
  );
}

/** Every phrase of `files`, as `path:line: "phrase": advice`. */
export function findProblems(files) {
  return files.flatMap(({ path, text }) => findPhrases(text).map((phrase) => `${path}:${phrase}`));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const files = listFiles(SOURCES)
    .filter((path) => !SKIPPED.test(path))
    .map((path) => ({ path, text: readText(path) }));
  report('wording', findProblems(files));
}
