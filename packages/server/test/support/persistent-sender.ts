import { WebSocket } from 'ws';
import type { SendInput } from './messages.ts';
import type { TestDevice } from './people.ts';

/** What is done with each answer: how many there are by now. */
type OnAccepted = (count: number) => void;

/**
 * Sends until the server has taken each message, over a new connection from `next` once the one there was is gone.
 *
 * @returns the number of each message, by its id
 */
export async function sendAll(
  inputs: readonly SendInput[],
  first: TestDevice,
  next: () => TestDevice,
  onAccepted: OnAccepted = () => undefined,
): Promise<ReadonlyMap<string, number>> {
  const accepted = new Map<string, number>();
  let device = first;
  await Promise.all(
    inputs.map(async (input) => {
      while (!accepted.has(input.messageId)) {
        const used = device;
        const lost = new Promise<null>((resolve) => {
          if (used.sockets().at(-1)?.readyState === WebSocket.CLOSED) resolve(null);
          used
            .sockets()
            .at(-1)
            ?.once('close', () => resolve(null));
        });
        const answer = await Promise.race([used.api.messages.send.mutate(input).catch(() => null), lost]);
        if (answer !== null) {
          accepted.set(input.messageId, answer.seq);
          onAccepted(accepted.size);
        } else if (device === used && (used.sockets().at(-1)?.readyState ?? 0) >= WebSocket.CLOSING) {
          device = next();
        }
      }
    }),
  );
  return accepted;
}
