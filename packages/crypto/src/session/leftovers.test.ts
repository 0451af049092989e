import { utf8, type Bytes } from '@seal-chat/protocol';
import { expect, it, vi } from 'vitest';
import { receive, send, startSession, testDevice } from '../../test/devices.ts';
import { codeOf } from '../../test/seal-error.ts';
import { accept, initiate } from '../pqxdh.ts';

vi.mock(import('../pqxdh.ts'), { spy: true });

/** The secrets that a call of PQXDH has agreed on. */
async function secretsOf(call: typeof initiate | typeof accept): Promise<Bytes[]> {
  const agreed = await vi
    .mocked<(...given: never[]) => ReturnType<typeof initiate> | ReturnType<typeof accept>>(call)
    .mock.results.at(-1)!.value;
  const { sharedSecret, pqSecret } = agreed;
  return [sharedSecret, pqSecret!, ...('ratchet' in agreed ? [agreed.ratchet.dhOutput] : [])];
}

const overwritten = (secrets: readonly Bytes[]) => secrets.map((secret) => secret.every((byte) => byte === 0));

it('a session that begins leaves nothing behind of what was agreed on, opened or not', async () => {
  vi.clearAllMocks();
  const [alice, bob] = [await testDevice('alice'), await testDevice('bob')];
  await startSession(alice, bob);
  expect(overwritten(await secretsOf(initiate))).toEqual([true, true, true]);
  const bytes = send(alice, bob, utf8('x'));
  const damaged = bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
  expect(await codeOf(() => receive(bob, alice, damaged))).toBe('UNDECRYPTABLE');
  expect(overwritten(await secretsOf(accept))).toEqual([true, true]);
  await receive(bob, alice, bytes);
  expect(accept).toHaveBeenCalledTimes(2);
  expect(overwritten(await secretsOf(accept))).toEqual([true, true]);
});
