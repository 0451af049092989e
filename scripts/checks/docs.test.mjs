import { expect, test } from 'vitest';
import { anchorsOf, findDeadReferences, findRowsWithoutTest, parseMarkdown } from './docs.mjs';

const files = {
  'README.md': '# Seal\n\n## What holds, and why\n',
  'docs/A.md': '',
  'packages/crypto/src/verify.ts': '',
  'packages/server/src/jobs': '',
};
const disk = { exists: (path) => path in files, read: (path) => files[path] };
const check = (text) => findDeadReferences('docs/A.md', text, disk);

test('links to files and headings that exist pass', () => {
  expect(check('[a](../README.md) [b](../README.md#what-holds-and-why) [c](https://example.com)')).toEqual([]);
});

test.each([
  ['[a](../MISSING.md)', 'docs/A.md:1: the link ../MISSING.md leads nowhere'],
  ['[a](../README.md#nothing)', 'docs/A.md:1: the link ../README.md#nothing names no heading'],
  [
    '[a](http://127.0.0.1:8787/v1/sri.json)',
    'docs/A.md:1: the link http://127.0.0.1:8787/v1/sri.json works on one machine alone',
  ],
  ['see `server/maintenance`', 'docs/A.md:1: `server/maintenance` does not exist'],
  ['see `packages/server/src/maintenance`', 'docs/A.md:1: `packages/server/src/maintenance` does not exist'],
])('%s is reported', (text, problem) => {
  expect(check(text)).toEqual([problem]);
});

test('short paths of folders, entries of packages, and what is no path of the repository pass', () => {
  expect(check('`server/jobs` `crypto/verify` `application/json` `dist/x.js` `packages/*/src`')).toEqual([]);
});

test('a promise that names no test is reported, and other tables are left alone', () => {
  const rows = ['| A holds | `client/test/a.test.ts` |', '| B holds | by hand |', '| C holds | |'];
  const under = (heading) => [`## ${heading}`, '', '| promise | test |', '| --- | --- |', ...rows].join('\n');
  expect(findRowsWithoutTest('T.md', `${under('What holds')}\n\n${under('What does not')}`)).toEqual([
    'T.md:6: a promise without its test: B holds',
    'T.md:7: a promise without its test: C holds',
  ]);
});

test('what is inside a code block is not read as prose', () => {
  expect(check('```sh\ncat `server/maintenance`\n```\n')).toEqual([]);
});

test('a snippet has its language, its line, and what is given before it', () => {
  const { blocks } = parseMarkdown(
    'text\n<!-- given: declare const a: number; -->\n\n```ts\nlet b = a;\n```\n```sh\nls\n```',
  );
  expect(blocks).toMatchObject([
    { language: 'ts', line: 5, given: 'declare const a: number; ', text: 'let b = a;' },
    { language: 'sh', line: 8, given: '', text: 'ls' },
  ]);
});

test('anchors are derived as forges do', () => {
  expect([...anchorsOf('# A, b & `c`\n## Über uns')]).toEqual(['a-b--c', 'über-uns']);
});
