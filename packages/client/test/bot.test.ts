import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileStore } from '../src/node/index.ts';
import type { SealClient } from '../src/index.ts';
import { openHouse, userIdOf, type House } from './support/house.ts';
import { expectShown, online } from './support/wait.ts';

let house: House;
let directory: string;
beforeAll(async () => {
  house = await openHouse();
  directory = await mkdtemp(join(tmpdir(), 'seal-bot-'));
});
afterAll(async () => {
  await house.close();
  await rm(directory, { recursive: true });
});

/** The bot of docs/INTEGRATION.md. */
async function startBot(): Promise<SealClient> {
  const client = house.open({ store: fileStore(directory) });
  const account = await client.ready();
  if (account.status !== 'signed-in') await client.createAccount({ username: null });
  client.on('message', (message) => {
    if (message.isOwn || message.content.kind !== 'text') return;
    const conversation = client.conversation(message.conversationId);
    void conversation.markRead(message.seq ?? undefined);
    void conversation.send(message.content.text);
  });
  return client;
}

describe('a bot on a file store', () => {
  it('a bot answers, and after a restart is the same device and continues to answer', async () => {
    const bot = await startBot();
    const botId = userIdOf(bot);
    const alice = await house.enter(null);
    await Promise.all([online(bot), online(alice.client)]);
    const atAlice = await alice.client.openDm(botId);
    await atAlice.send('one');
    await expectShown(atAlice, ['one', 'one']);
    await bot.close();

    await atAlice.send('two');
    const again = await startBot();
    expect(userIdOf(again)).toBe(botId);
    await expectShown(atAlice, ['one', 'one', 'two', 'two']);
    expect(await again.listDevices()).toHaveLength(1);
  });
});
