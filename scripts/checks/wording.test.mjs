import { expect, test } from 'vitest';
import { findPhrases, findProblems } from './wording.mjs';

test.each([
  ['// The group is made anew.', 'anew'],
  ['/** Whoever sends pays. */', 'Whoever'],
  ['it reconnects by itself', 'by itself'],
  ['the own leaf', 'the own'],
  ['The device ought to be in.', 'ought to'],
  ['This channel is not there any more.', 'is not there any more'],
  [' * @throws SealError OFFLINE …', '@throws SealError OFFLINE …'],
  ['/** That the tree is valid. */', '/** That t'],
])('"%s" is reported with the phrase that was found', (line, phrase) => {
  expect(findPhrases(line)).toEqual([expect.stringContaining(`1: "${phrase}"`)]);
});

test('plain English passes', () => {
  expect(findPhrases("/** Renews this device's own key. Nobody else can. */\n// It reconnects automatically.")).toEqual(
    [],
  );
});

test('a problem names the file, the line, and what to write instead', () => {
  const files = [
    { path: 'packages/a/x.ts', text: '// again' },
    { path: 'docs/x.md', text: '# Title\nanew' },
  ];
  expect(findProblems(files)).toEqual(['docs/x.md:2: "anew": write "again" or "new"']);
});
