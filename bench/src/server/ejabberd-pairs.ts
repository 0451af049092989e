import { randomBytes } from 'node:crypto';
import type { Ledger } from './load.ts';
import type { Pair } from './pairs.ts';
import { XmppConnection } from './xmpp.ts';

/** Rows of ejabberd's archive for a message between two people: one for each. */
export const ARCHIVED_FOR_A_PAIR = 2;

/** Pairs on ejabberd; `bodyLength` bytes a message, as base64. */
export async function connectEjabberdPairs(options: {
  readonly port: number;
  readonly count: number;
  readonly bodyLength: number;
  readonly ledger: Ledger;
}): Promise<readonly Pair[]> {
  const { port, count, ledger } = options;
  const body = randomBytes(options.bodyLength).toString('base64url');
  return Promise.all(
    Array.from({ length: count }, async (_, i): Promise<Pair> => {
      const sender = await XmppConnection.open(port, `u${2 * i}`, () => undefined);
      await XmppConnection.open(port, `u${2 * i + 1}`, (messageId) => ledger.receive(messageId));
      return {
        send(messageId, acknowledge) {
          sender.send(`u${2 * i + 1}`, messageId, body);
          // XMPP says nothing to the sender of a message that has arrived.
          acknowledge(null);
        },
      };
    }),
  );
}
