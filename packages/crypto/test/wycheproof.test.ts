import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allSuites, runFile } from '../src/conformance/run-file.ts';
import { seededRng } from './rng.ts';

const suites = allSuites(globalThis.crypto.subtle, seededRng('conformance'));

/** Vectors that are next to the repository on some machines; `npm run conformance -- DIR` takes them from anywhere. */
const directory = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url));

describe.skipIf(!existsSync(directory))('Wycheproof vectors beside the repository', () => {
  const files = existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    : [];

  let known = 0;

  it.each(files)('%s', async (name) => {
    const reports = await runFile(suites, JSON.parse(readFileSync(directory + name, 'utf8')));
    known += reports.length;
    for (const { implementation, failures } of reports) expect(failures, implementation).toEqual([]);
  });

  it('were known, some of them', () => expect(known).toBeGreaterThan(0));
});

/** RFC 4231 §4.2 in Wycheproof's layout. */
const hmacFile = (change: object) => ({
  algorithm: 'HMACSHA256',
  testGroups: [
    {
      type: 'MacTest',
      tagSize: 256,
      tests: [
        {
          tcId: 1,
          key: '0b'.repeat(20),
          msg: '4869205468657265',
          tag: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
          result: 'valid',
          ...change,
        },
      ],
    },
  ],
});

describe('the conformance runner', () => {
  it('passes what is right and fails what is not', async () => {
    const run = async (change: object) => (await runFile(suites, hmacFile(change)))[0]!;
    expect(await run({})).toMatchObject({ implementation: 'noble', passed: 1, failures: [] });
    expect((await run({ msg: '00' })).failures).toEqual([{ tcId: 1, reason: 'tag: differs' }]);
    expect((await run({ result: 'invalid' })).failures).toEqual([{ tcId: 1, reason: 'tag: accepted' }]);
    expect((await run({ tag: undefined })).failures).toHaveLength(1);
  });

  it('runs nothing of what it does not know', async () => {
    for (const json of [null, 7, [], {}, { ...hmacFile({}), algorithm: 'HMACSHA1' }]) {
      expect(await runFile(suites, json)).toEqual([]);
    }
  });
});
