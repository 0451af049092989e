import Olm from '@matrix-org/olm';
import { installedVersion } from '../crypto/version.ts';
import type { Contender } from './contender.ts';

const text = new TextDecoder('latin1');
const bytes = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

/** Megolm: one key for a sender's messages, handed to everybody once. There is no group to change. */
export async function createMegolm(): Promise<Contender<string>> {
  await Olm.init();
  return {
    name: 'Megolm',
    version: installedVersion('@matrix-org/olm'),
    async open() {
      const sender = new Olm.OutboundGroupSession();
      sender.create();
      const receiver = new Olm.InboundGroupSession();
      receiver.create(sender.session_key());
      return {
        channel: {
          encrypt: async (plaintext) => sender.encrypt(text.decode(plaintext)),
          decrypt: async (message) => bytes(receiver.decrypt(message).plaintext),
          lengthOf: ({ length }) => length,
        },
        membership: null,
      };
    },
  };
}
