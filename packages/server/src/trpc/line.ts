import type { Line } from '../sessions/session.ts';
import { textFrame } from '../net/text-frame.ts';

/** A message to the client, as tRPC has it. */
interface Answer {
  readonly result?: { readonly type?: string; readonly id?: string; readonly data?: unknown };
}

/** The frame that was made last: readers of one message often get it at the same place of theirs. */
interface Made {
  readonly subscription: string | number;
  readonly id: string;
  readonly json: Buffer;
  readonly frame: Buffer;
}

let last: Made | null = null;

/** Returns the data that a subscription has yielded with an id, out of the message that carries it; null for any other. */
export function trackedDataOf({ result }: Answer): object | null {
  if (result?.type !== 'data' || result.id === undefined) return null;
  return (result.data as { readonly data: object }).data;
}

/**
 * Creates what sends further data of a subscription: the frames that would come of what it yields, without the turn of
 * the generator and of tRPC, which are most of the work where many read one message.
 *
 * @param subscription the id of the client's request
 * @param write writes a frame, which is nobody's to change
 */
export function createLine(subscription: string | number, write: (frame: Buffer) => void): Line {
  const head = Buffer.from(`{"id":${JSON.stringify(subscription)},"result":{"type":"data","data":{"id":`);
  return {
    send(id, json) {
      if (last?.json !== json || last.id !== id || last.subscription !== subscription) {
        const name = JSON.stringify(id);
        const parts = [head, Buffer.from(`${name},"data":`), json, Buffer.from(`},"id":${name}}}`)];
        last = { subscription, id, json, frame: textFrame(parts) };
      }
      write(last.frame);
    },
  };
}
