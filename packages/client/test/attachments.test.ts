import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ATTACHMENT_LIMITS, PART_SIZE } from '@seal-chat/protocol';
import { indexedDbStore, memoryStore, type PendingAttachment } from '../src/index.ts';
import { codeOf, content, errorOf, fileOf, read, received, same, urlOf } from './support/files.ts';
import { openHouse, type ClientOptions, type House } from './support/house.ts';
import { createNetwork } from './support/network.ts';
import { dmWith, online, until } from './support/wait.ts';

const { chunk: CHUNK } = ATTACHMENT_LIMITS;

let house: House;
beforeAll(async () => {
  vi.stubGlobal('IDBKeyRange', IDBKeyRange);
  house = await openHouse();
});
afterAll(async () => {
  await house.close();
  vi.unstubAllGlobals();
});

async function talk(options: ClientOptions = {}) {
  const [alice, bob] = await Promise.all([house.enter(null, options), house.enter(null)]);
  await Promise.all([online(alice.client), online(bob.client)]);
  const atAlice = await alice.client.openDm(bob.userId);
  return { alice, bob, atAlice, atBob: () => dmWith(bob.client, alice.userId) };
}

const reach = (pending: PendingAttachment, state: string) =>
  until(pending.attachment, ({ upload }) => upload?.state === state, `the upload to be ${state}`);

describe('a file', () => {
  it.each([0, 1, CHUNK, PART_SIZE + 5, 3 * 1_048_576])('a file of %i bytes arrives unchanged', async (size) => {
    const { atAlice, atBob } = await talk();
    const bytes = content(size);
    const pending = await atAlice.attach(fileOf(bytes));
    expect(pending.attachment.get()).toMatchObject({ kind: 'file', size, name: 'plans.bin' });
    await reach(pending, 'done');
    await atAlice.send('', { attachments: [pending.attachmentId] });
    for (const conversation of [await atBob(), atAlice]) {
      const { seq, files } = await received(conversation);
      expect(files).toMatchObject([{ size, name: 'plans.bin', mimeType: 'application/octet-stream', upload: null }]);
      const progress: number[] = [];
      const opened = await conversation.openAttachment(seq, files[0]!.attachmentId, {
        onProgress: (loaded) => progress.push(loaded),
      });
      expect(opened).toMatchObject({ size, name: 'plans.bin' });
      expect(same(await read(opened), bytes)).toBe(true);
      expect(progress.at(-1)).toBe(size);
    }
    expect(atAlice.attachments.get()).toEqual([]);
  });

  it('the server can read nothing of a file: not its bytes, its name, its type', async () => {
    const { atAlice } = await talk();
    const canary = 'canary-in-a-file';
    const file = new File([canary.repeat(5_000)], 'canary-name.txt', { type: 'text/x-canary' });
    const pending = await atAlice.attach(file);
    await atAlice.send('', { attachments: [pending.attachmentId] });
    await received(atAlice);
    const rows = await house.relay.sql`
      select ciphertext from attachment_parts where attachment_id = ${pending.attachmentId}`;
    expect(rows).toHaveLength(1);
    expect(Buffer.concat(rows.map(({ ciphertext }) => ciphertext as Buffer)).includes('canary')).toBe(false);
    const bodies = await house.relay.sql`select body from messages where tenant_id = ${house.tenant.tenantId}`;
    expect(bodies.some(({ body }) => (body as Buffer).includes('canary'))).toBe(false);
  });

  it('several files of one message keep their order', async () => {
    const { atAlice, atBob } = await talk();
    const names = ['c.txt', 'a.txt', 'b.txt', 'd.txt'];
    const all = await Promise.all(names.map((name) => atAlice.attach(fileOf(content(10), name))));
    await atAlice.send('four', { attachments: all.map(({ attachmentId }) => attachmentId) });
    const { files } = await received(await atBob());
    expect(files.map(({ name }) => name)).toEqual(names);
  });

  it('a file from a disk is read in pieces, and its ciphertext is kept nowhere', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'seal-files-'));
    const path = join(directory, 'large');
    const bytes = content(24 * 1_048_576 + 17);
    await writeFile(path, bytes);
    const { alice, atAlice, atBob } = await talk();
    const pending = await atAlice.attach(await openAsBlob(path));
    await reach(pending, 'done');
    const store = await alice.store(`seal:${house.tenant.appKey}:default`);
    expect(await store.list({ prefix: 'upload-part/' })).toEqual([]);
    await atAlice.send('large', { attachments: [pending.attachmentId] });
    const { seq, files } = await received(await atBob());
    const opened = await (await atBob()).openAttachment(seq, files[0]!.attachmentId);
    expect(same(await read(opened), bytes)).toBe(true);
    await rm(directory, { recursive: true });
  });
});

describe('a message with files', () => {
  it('a message waits for its files, holds up no other, and is sent when they are uploaded', async () => {
    const network = createNetwork();
    let open = (): void => {};
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (init?.method === 'PUT') await isOpen;
      return network.fetch(input, init);
    };
    const { atAlice, atBob } = await talk({ ...network, fetch });
    const pending = await atAlice.attach(fileOf(content(100)));
    const sent = await atAlice.send('with a file', { attachments: [pending.attachmentId] });
    expect(sent).toMatchObject({ status: 'sending', content: { attachments: [{ upload: { state: 'uploading' } }] } });
    expect(atAlice.attachments.get()).toEqual([]);
    await atAlice.send('before it');
    const bobs = await atBob();
    const textsOf = () => bobs.messages.get().messages.map(({ content: c }) => ('text' in c ? c.text : c.kind));
    await until(bobs.messages, () => textsOf().includes('before it'), 'the other message');
    expect(textsOf()).toEqual(['before it']);
    open();
    await until(bobs.messages, () => textsOf().length === 2, 'the message with the file');
    expect(textsOf()).toEqual(['before it', 'with a file']);
  });

  it('a message cannot take a file of another conversation or of another message', async () => {
    const { atAlice } = await talk();
    const pending = await atAlice.attach(fileOf(content(10)));
    const elsewhere = (await talk()).atAlice;
    const attachments = [pending.attachmentId];
    expect(await codeOf(elsewhere.send('', { attachments }))).toBe('NOT_FOUND');
    await atAlice.send('', { attachments });
    expect(await codeOf(atAlice.send('', { attachments }))).toBe('NOT_FOUND');
    expect(await codeOf(atAlice.send(''))).toBe('BAD_INPUT');
  });
});

describe('an upload', () => {
  it('a file that is too large is refused before anything is sent', async () => {
    const strict = await openHouse({ limits: { attachmentBytes: 1_000, imageBytes: 100 } });
    const [alice, bob] = [await strict.enter(null), await strict.enter(null)];
    const conversation = await alice.client.openDm(bob.userId);
    const error = await errorOf(conversation.attach(fileOf(content(1_001))));
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { maxBytes: 1_000 } });
    expect(await strict.relay.sql`select 1 from attachments where tenant_id = ${strict.tenant.tenantId}`).toHaveLength(
      0,
    );
    expect(conversation.attachments.get()).toEqual([]);
    await strict.close();
  });

  it('an upload pauses, resumes where it was, and is forgotten when it is cancelled', async () => {
    const network = createNetwork();
    let puts = 0;
    let onPut = (): void => {};
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await network.fetch(input, init);
      if (init?.method === 'PUT' && ++puts === 2) onPut();
      return answer;
    };
    const { atAlice } = await talk({ ...network, fetch });
    const size = 6 * 1_048_576;
    const pending = await atAlice.attach(fileOf(content(size)));
    await new Promise<void>((resolve) => {
      onPut = () => {
        pending.pause();
        resolve();
      };
    });
    await reach(pending, 'paused');
    const { loaded } = pending.attachment.get().upload!;
    expect(loaded).toBeGreaterThan(0);
    expect(loaded).toBeLessThan(size);
    await until(atAlice.attachments, (all) => all[0] === pending, 'the attached file');
    const before = puts;
    pending.resume();
    await reach(pending, 'done');
    expect(puts - before).toBeLessThan(6);

    pending.cancel();
    await until(atAlice.attachments, (all) => all.length === 0, 'nothing attached');
    const left = () => house.relay.sql`select 1 from attachments where id = ${pending.attachmentId}`;
    await expect.poll(left).toHaveLength(0);
  });

  it('an upload survives a broken network and an expired access token', async () => {
    const network = createNetwork();
    let failures = 0;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (init?.method !== 'PUT' || failures >= 4) return network.fetch(input, init);
      failures++;
      if (failures === 1) throw new TypeError('fetch failed');
      const headers = { ...(init.headers as Record<string, string>) };
      if (failures === 2)
        return network.fetch(input, { ...init, headers: { ...headers, authorization: 'Bearer AAAA' } });
      if (failures === 3) return new Response('<html>busy</html>', { status: 502 });
      // It arrived, and the answer was lost.
      await network.fetch(input, init);
      throw new TypeError('fetch failed');
    };
    const { atAlice } = await talk({ ...network, fetch });
    const pending = await atAlice.attach(fileOf(content(3 * 1_048_576)));
    await reach(pending, 'done');
    expect(failures).toBe(4);
  });

  it('an upload continues after a reload, without the file', async () => {
    const network = createNetwork();
    const store = indexedDbStore({ indexedDB: new IDBFactory() });
    let isOpen = false;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (!isOpen && init?.method === 'PUT' && !urlOf(input).endsWith('/0')) throw new TypeError('fetch failed');
      return network.fetch(input, init);
    };
    const { alice, bob, atAlice } = await talk({ ...network, fetch, store });
    const bytes = content(4 * 1_048_576 + 9);
    const [kept, sent] = [await atAlice.attach(fileOf(bytes, 'kept')), await atAlice.attach(fileOf(bytes, 'sent'))];
    await Promise.all([reach(kept, 'uploading'), reach(sent, 'uploading')]);
    await until(kept.attachment, ({ upload }) => upload!.loaded > 0, 'a part');
    await atAlice.send('later', { attachments: [sent.attachmentId] });
    await alice.client.close();

    isOpen = true;
    const again = house.open({ ...network, store });
    await again.ready();
    const conversation = again.conversation(atAlice.conversationId);
    const pending = await until(conversation.attachments, (all) => all.length === 1, 'the attached file');
    expect(pending[0]!.attachmentId).toBe(kept.attachmentId);
    await reach(pending[0]!, 'done');
    const bobs = await dmWith(bob.client, alice.userId);
    const { seq, files } = await received(bobs);
    expect(same(await read(await bobs.openAttachment(seq, files[0]!.attachmentId)), bytes)).toBe(true);
    const opened = await store(`seal:${house.tenant.appKey}:default`);
    expect(await opened.list({ prefix: 'upload-part/' })).toHaveLength(0);
    expect(await opened.list({ prefix: 'upload/' })).toHaveLength(1);
    await opened.close();
    await again.close();
  });

  it('an upload of one tab is visible in the others, and can be stopped and sent from there', async () => {
    const network = createNetwork();
    const store = memoryStore();
    let isOpen = false;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (!isOpen && init?.method === 'PUT') throw new TypeError('fetch failed');
      return network.fetch(input, init);
    };
    const { alice, atAlice } = await talk({ ...network, fetch, store });
    const tab = house.open({ ...network, fetch, store });
    await tab.ready();
    const there = tab.conversation(atAlice.conversationId);
    const [one, two] = [
      await atAlice.attach(fileOf(content(9), 'one')),
      await atAlice.attach(fileOf(content(9), 'two')),
    ];
    const seen = await until(there.attachments, (all) => all.length === 2, 'both files');
    expect(seen.map(({ attachment }) => attachment.get().name)).toEqual(['one', 'two']);
    seen[0]!.cancel();
    await until(atAlice.attachments, (all) => all.length === 1, 'one file');
    seen[1]!.pause();
    await reach(two, 'paused');
    isOpen = true;
    seen[1]!.resume();
    await Promise.all([reach(two, 'done'), reach(seen[1]!, 'done')]);
    expect(one.attachmentId).not.toBe(two.attachmentId);
    await alice.client.close();
    await there.send('from here', { attachments: [two.attachmentId] });
    const { files } = await received(there);
    expect(files.map(({ name }) => name)).toEqual(['two']);
  });

  it('an upload that the server has given up is reported as failed', async () => {
    const { bob, atAlice } = await talk();
    const pending = await atAlice.attach(fileOf(content(2 * 1_048_576)));
    await reach(pending, 'done');
    await house.relay.sql`delete from attachments where id = ${pending.attachmentId}`;
    await atAlice.send('too late', { attachments: [pending.attachmentId] });
    // The server has nothing of it: that is said, and nothing arrives without its file.
    await until(atAlice.messages, ({ messages }) => messages.at(-1)?.status === 'failed', 'a failure');
    expect(atAlice.messages.get().messages.at(-1)!.failure).toEqual({ code: 'NOT_FOUND' });
    expect(bob.client.conversation(atAlice.conversationId).messages.get().messages).toEqual([]);
    expect(bob.client.conversations.get()).toEqual([]);
  });
});
