import { randomBytes } from 'node:crypto';
import { Connection } from './connection.ts';
import type { Ledger } from './load.ts';
import type { LoadEvent, Pair } from './pairs.ts';

/** Pairs on the bare relay; `bodyLength` bytes a message. */
export async function connectBarePairs(options: {
  readonly url: string;
  readonly count: number;
  readonly bodyLength: number;
  readonly ledger: Ledger;
}): Promise<readonly Pair[]> {
  const url = options.url.replace('http', 'ws');
  const body = randomBytes(options.bodyLength).toString('base64url');
  return Promise.all(
    Array.from({ length: options.count }, async (_, i): Promise<Pair> => {
      const sender = await Connection.open(url, { device: `sender-${i}` });
      const receiver = await Connection.open(url, { device: `receiver-${i}` });
      receiver.subscribe('sync.subscribe', {}, (data) => {
        for (const event of (data as { data: { events: readonly LoadEvent[] } }).data.events) {
          if (event.messageId !== undefined) options.ledger.receive(event.messageId);
        }
      });
      return {
        send(messageId, acknowledge) {
          const id = sender.expect(acknowledge);
          sender.send(
            `{"id":${id},"method":"mutation","params":{"path":"messages.send","input":{"to":"receiver-${i}","messageId":"${messageId}","body":"${body}"}}}`,
          );
        },
      };
    }),
  );
}
