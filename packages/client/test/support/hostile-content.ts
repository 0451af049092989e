import { bufferedRng } from '@seal-chat/crypto';
import { ByteWriter, utf8, type Bytes, type ConversationId, type MessageContent } from '@seal-chat/protocol';
import { memoryStore } from '../../src/index.ts';
import { enqueue } from '../../src/outbox/queue.ts';
import { transact } from '../../src/store/device-tx.ts';
import type { House, Resident } from './house.ts';

/**
 * A person whose client says what no Seal client would. The content encoder is passed by: the bytes go as they are
 * through the real ratchet, or the real group of a channel, past an honest server, to unmodified clients.
 */
export interface HostilePerson extends Resident {
  /** Sends `content` as it is; resolves once the server has taken it. */
  say(conversationId: ConversationId, content: MessageContent): Promise<void>;
}

/** A hostile peer of DMs, or member of channels. */
export async function enterHostile(house: House): Promise<HostilePerson> {
  const factory = memoryStore();
  const resident = await house.enter(null, { store: factory });
  // A second tab of the same device, as far as the client can tell.
  const store = await factory(`seal:${house.tenant.appKey}:default`);
  const rng = bufferedRng((bytes: Bytes) => void crypto.getRandomValues(bytes));
  return {
    ...resident,
    async say(conversationId, content) {
      let resolve = (): void => {};
      const sent = new Promise<void>((done) => (resolve = done));
      let queued = '';
      const stop = store.channel.subscribe((message) => {
        const { change } = message as { readonly change?: { readonly keys: readonly string[] } };
        if (change?.keys.includes(queued) === true) void check();
      });
      const isSent = async (): Promise<boolean> => (await store.get([queued]))[0] === null;
      async function check(): Promise<void> {
        if (await isSent()) resolve();
      }
      const committed = (change: { readonly keys: readonly string[] }): void => {
        queued = change.keys.find((key) => key.startsWith('outbox/'))!;
        store.channel.post({ type: 'committed', change });
      };
      await transact({ store, committed }, (tx) => enqueue({ rng, now: Date.now }, tx, conversationId, content));
      await sent;
      stop();
    },
  };
}

/** The pieces of the wire format, without its limits: any number, any length. */
export const raw = {
  uint: (value: number, width: number): Bytes => {
    const out = new ByteWriter();
    out.uint(value, width);
    return out.finish();
  },
  /** After a 4-byte length. */
  bytes: (value: Uint8Array): Bytes => raw.all(raw.uint(value.length, 4), value),
  text: (value: string): Bytes => raw.bytes(utf8(value)),
  none: Uint8Array.of(0),
  some: (value: Uint8Array): Bytes => raw.all(Uint8Array.of(1), value),
  all: (...parts: readonly Uint8Array[]): Bytes => {
    const out = new ByteWriter();
    for (const part of parts) out.bytes(part);
    return out.finish();
  },
};
