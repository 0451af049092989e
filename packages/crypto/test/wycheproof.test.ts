import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toHex, utf8 } from '@seal-chat/protocol';
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

/** RFC 8439 §2.8.2 in Wycheproof's layout. */
const chaChaFile = (change: object) => ({
  algorithm: 'CHACHA20-POLY1305',
  testGroups: [
    {
      type: 'AeadTest',
      ivSize: 96,
      keySize: 256,
      tagSize: 128,
      tests: [
        {
          tcId: 1,
          key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
          iv: '070000004041424344454647',
          aad: '50515253c0c1c2c3c4c5c6c7',
          msg: toHex(
            utf8(
              "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
            ),
          ),
          ct: [
            'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6',
            '3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36',
            '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc',
            '3ff4def08e4b7a9de576d26586cec64b6116',
          ].join(''),
          tag: '1ae10b594f09e26a7e902ecbd0600691',
          result: 'valid',
          ...change,
        },
      ],
    },
  ],
});

describe('the conformance runner', () => {
  it('runs the AEAD of channels, and knows a wrong tag, other data and a nonce of another length', async () => {
    const run = async (change: object) => (await runFile(suites, chaChaFile(change)))[0]!;
    expect(await run({})).toMatchObject({ implementation: 'noble', passed: 1, failures: [] });
    expect(await run({ aad: '00', result: 'invalid' })).toMatchObject({ passed: 1 });
    expect((await run({ aad: '00' })).failures).toEqual([{ tcId: 1, reason: 'seal: differs' }]);
    expect((await run({ result: 'invalid' })).failures).toEqual([{ tcId: 1, reason: 'open: not refused' }]);
    expect((await run({ iv: '00'.repeat(8) })).skipped).toEqual(new Map([['nonces of other than 96 bits', 1]]));
  });

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
