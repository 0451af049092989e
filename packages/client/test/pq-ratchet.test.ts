import { decodeEnvelope, fromBase64, toBase64, type PqHeader } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../src/index.ts';
import type { Json } from './support/hostile.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, type LyingServer } from './support/lying-server.ts';
import { dmWith, online, textOf, until } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice and Bob, each behind a server that may lie, with a conversation. */
async function people() {
  const servers = [createLyingServer(), createLyingServer()] as const;
  const [alice, bob] = await Promise.all(servers.map((server) => house.enter(null, server)));
  await Promise.all([alice!, bob!].map(({ client }) => online(client)));
  const atAlice = await alice!.client.openDm(bob!.userId);
  await atAlice.send('hello');
  const atBob = await dmWith(bob!.client, alice!.userId);
  return { servers, ends: [atAlice, atBob] as const };
}

/** Where in the post-quantum ratchet everything is that this client sent, in order; read receipts included. */
function sent({ calls }: LyingServer): readonly PqHeader[] {
  return calls
    .filter(({ path }) => path === 'messages.send')
    .flatMap(({ input }) => input['envelopes'] as { envelope: string }[])
    .map(({ envelope }) => decodeEnvelope(fromBase64(envelope)!).header.pq!);
}

/** Writes in turn until both have sent in this epoch; returns the texts. */
async function writeUntil(
  epoch: number,
  servers: readonly [LyingServer, LyingServer],
  ends: readonly [Conversation, Conversation],
): Promise<readonly string[]> {
  const written: string[] = [];
  for (let turn = 0; turn < 40; turn++) {
    if (servers.every((server) => (sent(server).at(-1)?.epoch ?? 0) >= epoch)) return written;
    const from = turn % 2;
    for (let i = 0; i < 4; i++) {
      written.push(`${turn} ${i}`);
      await ends[from]!.send(written.at(-1)!);
    }
    const last = written.at(-1)!;
    await until(
      ends[1 - from]!.messages,
      ({ messages }) => messages.some((message) => textOf(message) === last),
      'the last message of the turn',
    );
  }
  throw new Error(`epoch ${epoch} was not reached`);
}

/** What both show of it, in order, without what was said before. */
function shown(conversation: Conversation): readonly string[] {
  return conversation.messages
    .get()
    .messages.map(textOf)
    .filter((text) => text !== 'hello');
}

describe('a direct message', () => {
  it('moves on to new post-quantum epochs while people write, and every message opens', async () => {
    const { servers, ends } = await people();
    const written = await writeUntil(2, servers, ends);
    for (const end of ends) {
      await until(end.messages, ({ messages }) => messages.length === written.length + 1, 'all messages');
      expect(shown(end)).toEqual(written);
    }
    const kinds = servers.flatMap(sent).map(({ message }) => message?.kind ?? null);
    expect(kinds.filter((kind) => kind === 'encapsulationKey').length).toBeGreaterThanOrEqual(2);
    expect(kinds.filter((kind) => kind === 'ciphertext').length).toBeGreaterThanOrEqual(2);
  });

  it('goes on when the server puts a key of its own in the place of an offered one: nobody answers that', async () => {
    const { servers, ends } = await people();
    const kinds = new Set<string>();
    /** Alters the first byte of every offered key. */
    const alter = (event: Json): readonly Json[] => {
      const bytes = fromBase64(event['envelope'] as string)!;
      const { header, headerBytes } = decodeEnvelope(bytes);
      if (header.pq?.message?.kind !== 'encapsulationKey') return [event];
      kinds.add(header.pq.message.kind);
      const altered = bytes.slice();
      altered[headerBytes.length - 1184]! ^= 1;
      return [{ ...event, envelope: toBase64(altered) }];
    };
    for (const server of servers) server.lie({ events: { message: alter } });
    const [, atBob] = ends;
    for (let i = 0; i < 60; i++) await ends[0].send(`to Bob ${i}`);
    // Those messages do not open as they came, are asked for, and come again on a new session.
    await until(
      atBob.messages,
      ({ messages }) => messages.filter((message) => textOf(message).startsWith('to Bob')).length === 60,
      'all messages to open',
    );
    expect(servers.flatMap(sent).every(({ epoch }) => epoch === 0)).toBe(true);
    for (const server of servers) server.lie({});
  });
});
