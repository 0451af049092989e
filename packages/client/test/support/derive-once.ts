import { toHex, type Bytes } from '@seal-chat/protocol';
import type * as argon2 from '../../../crypto/src/argon2.ts';

type Argon2 = typeof argon2;

/**
 * Replaces Argon2id, for tests that open the same vault with the same code many times: what takes about a second is
 * derived once, and is the real thing.
 */
export async function deriveOnce(original: () => Promise<Argon2>): Promise<Argon2> {
  const { argon2id, ...others } = await original();
  const derived = new Map<string, Promise<Bytes>>();
  return {
    ...others,
    argon2id: async (input) => {
      const { password, salt, parameters, length } = input;
      const name = JSON.stringify([toHex(password), toHex(salt), parameters, length]);
      const made = derived.get(name) ?? argon2id({ ...input, password: password.slice() });
      derived.set(name, made);
      // The caller wipes its own.
      return (await made).slice();
    },
  };
}
