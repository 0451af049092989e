import { decodeEnvelope, fromBase64, type PqHeader } from '@seal-chat/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../src/index.ts';
import { openHouse, type House } from './support/house.ts';
import { createLyingServer, type LyingServer } from './support/lying-server.ts';
import { dmWith, online, textOf, until, whole } from './support/wait.ts';

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

/** Alice and Bob with a conversation, each behind a server that tells the truth and notes every call. */
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
  it('moves on to a new post-quantum epoch while people write, and every message opens', async () => {
    const { servers, ends } = await people();
    const written = await writeUntil(1, servers, ends);
    for (const end of ends) {
      await whole(end);
      expect(shown(end)).toEqual(written);
    }
    const kinds = servers.flatMap(sent).map(({ message }) => message?.kind ?? null);
    expect(kinds.filter((kind) => kind === 'encapsulationKey').length).toBeGreaterThanOrEqual(1);
    expect(kinds.filter((kind) => kind === 'ciphertext').length).toBeGreaterThanOrEqual(1);
  });
});
