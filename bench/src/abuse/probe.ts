import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { toBase64 } from '@seal-chat/protocol';
import type { ConversationAnswer } from '@seal-chat/protocol/api';
import { register, type Cryptography, type Site } from '../server/people.ts';
import { connect, createBody, createEnvelope } from '../server/seal-pairs.ts';
import { percentile } from '../stats.ts';

/** What people of a quiet tenant wait for, ms. */
export interface Waits {
  readonly sendP50: number;
  readonly sendP99: number;
  readonly sendMax: number;
  readonly readP99: number;
  /** Calls that were refused or not answered. */
  readonly failed: number;
}

/** Two people of a quiet tenant. */
export interface Probe {
  /** Sends 20 messages and reads 10 lists a second for `ms`. */
  measure(ms: number): Promise<Waits>;
  close(): void;
}

const SEND_EVERY_MS = 50;
const READ_EVERY_MS = 100;
const GIVE_UP_MS = 30_000;

/** Registers the two people of the quiet tenant of `site`, who have a conversation. Rejects when the server refuses that. */
export async function createProbe(site: Site, tools: Cryptography): Promise<Probe> {
  const [alice, bob] = [await register(site, tools, 'quiet-alice'), await register(site, tools, 'quiet-bob')];
  const socket = await connect(site, alice);
  const { conversationId } = await socket.call<ConversationAnswer>('mutation', 'conversations.openDm', {
    userId: bob.userId,
  });
  const body = toBase64(createBody(tools, conversationId));
  const envelopes = [{ deviceId: bob.deviceId, envelope: toBase64(createEnvelope(tools)) }];
  const deviceLists = [alice, bob].map(({ userId }) => ({ userId, version: 1 }));
  const send = (): Promise<unknown> =>
    socket.call('mutation', 'messages.send', { conversationId, messageId: randomUUID(), deviceLists, body, envelopes });
  const read = (): Promise<unknown> => socket.call('query', 'conversations.list', { after: null, limit: 50 });

  /** Calls at a fixed rate, whether or not those before are answered. @returns the waits, ascending */
  async function pace(work: () => Promise<unknown>, everyMs: number, ms: number) {
    const waits: number[] = [];
    let failed = 0;
    const calls: Promise<unknown>[] = [];
    const began = performance.now();
    for (let i = 0; i * everyMs < ms; i++) {
      await sleep(Math.max(0, began + i * everyMs - performance.now()));
      const askedAt = performance.now();
      const answered = Promise.race([work(), sleep(GIVE_UP_MS).then(() => Promise.reject(new Error('no answer')))]);
      calls.push(
        answered.then(
          () => waits.push(performance.now() - askedAt),
          () => {
            failed += 1;
            waits.push(performance.now() - askedAt);
          },
        ),
      );
    }
    await Promise.all(calls);
    return { waits: waits.toSorted((a, b) => a - b), failed };
  }

  return {
    async measure(ms) {
      const [sends, reads] = await Promise.all([pace(send, SEND_EVERY_MS, ms), pace(read, READ_EVERY_MS, ms)]);
      return {
        sendP50: percentile(sends.waits, 0.5),
        sendP99: percentile(sends.waits, 0.99),
        sendMax: sends.waits.at(-1)!,
        readP99: percentile(reads.waits, 0.99),
        failed: sends.failed + reads.failed,
      };
    },
    close: () => socket.close(),
  };
}
