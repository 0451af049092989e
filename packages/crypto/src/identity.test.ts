import { concatBytes, encode, u32 } from '@seal-chat/protocol';
import { expect, it } from 'vitest';
import { curves, testAccount } from '../test/accounts.ts';
import { seededRng } from '../test/rng.ts';
import { codeOf } from '../test/seal-error.ts';
import { createDeviceKeys } from './identity.ts';
import { replaceAccountKey } from './next-device-list.ts';

it('a device has the registration id that was drawn for it, and never 0', async () => {
  const drawing = (id: number) => {
    const rng = seededRng('registration');
    // Drawn from the middle of a larger buffer, as some sources of random bytes hand them out.
    const drawn = concatBytes(encode(u32, 7), encode(u32, id)).subarray(4);
    return createDeviceKeys({ curves, rng: (length) => (length === 4 ? drawn : rng(length)) });
  };
  for (const id of [1, 2, 0xfedc_ba98, 0xffff_ffff]) expect((await drawing(id)).registrationId).toBe(id);
  expect((await drawing(0)).registrationId).toBe(1);
});

it('an account key is replaced by the identity key of its account alone', async () => {
  const [alice, mallory] = [await testAccount('alice'), await testAccount('mallory')];
  const replace = (identity: typeof alice.identity) =>
    replaceAccountKey({ curves, rng: seededRng('next key'), identity, previous: alice.state });
  expect(await codeOf(() => replace(mallory.identity))).toBe('IDENTITY_CHANGED');
  const { certificate } = await replace(alice.identity);
  expect(certificate).not.toEqual(alice.account.certificate);
});
