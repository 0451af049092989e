import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTACHMENT_LIMITS, type AttachmentId } from '@seal-chat/protocol';
import { codeOf, content, fileOf, read, received, same, urlOf } from './support/files.ts';
import { openHouse, type House } from './support/house.ts';
import { createNetwork } from './support/network.ts';
import { dmWith, online } from './support/wait.ts';

const { chunk: CHUNK } = ATTACHMENT_LIMITS;

let house: House;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

describe('opening a file', () => {
  /** A file of Alice's, and Bob with a network that a test can bend. */
  async function arrived(size: number) {
    const network = createNetwork();
    const bend: { response: ((response: Response, range: string | null) => Response | Promise<Response>) | null } = {
      response: null,
    };
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await network.fetch(input, init);
      const isFile = urlOf(input).includes('/v1/attachments/') && init?.method === 'GET';
      const range = (init?.headers as Record<string, string> | undefined)?.['range'] ?? null;
      return isFile && bend.response !== null ? bend.response(answer, range) : answer;
    };
    const [alice, bob] = await Promise.all([house.enter(null), house.enter(null, { ...network, fetch })]);
    await Promise.all([online(alice.client), online(bob.client)]);
    const atAlice = await alice.client.openDm(bob.userId);
    const bytes = content(size);
    const pending = await atAlice.attach(fileOf(bytes));
    await atAlice.send('', { attachments: [pending.attachmentId] });
    const conversation = await dmWith(bob.client, alice.userId);
    const { seq, files } = await received(conversation);
    const { attachmentId } = files[0]!;
    return { bytes, bend, conversation, seq, attachmentId, open: () => conversation.openAttachment(seq, attachmentId) };
  }

  /** `response` with its first `length` bytes, after which the connection breaks. */
  async function broken(response: Response, length: number): Promise<Response> {
    const bytes = new Uint8Array(await response.arrayBuffer());
    let isFirst = true;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (isFirst) controller.enqueue(bytes.subarray(0, length));
        else controller.error(new TypeError('terminated'));
        isFirst = false;
      },
    });
    return new Response(bytes.length <= length ? bytes : body, { status: response.status });
  }

  it('a download continues where its connection broke', async () => {
    const { bytes, bend, open } = await arrived(20 * CHUNK + 99);
    const ranges: (string | null)[] = [];
    bend.response = (response, range) => {
      ranges.push(range);
      return broken(response, 600_000);
    };
    expect(same(await read(await open()), bytes)).toBe(true);
    expect(ranges).toEqual([null, 'bytes=600000-', 'bytes=1200000-']);
  });

  it('a download passes on nothing of an altered file, and reports it', async () => {
    const { bytes, bend, open } = await arrived(5 * CHUNK);
    const altered: Record<string, (sealed: Buffer) => Buffer> = {
      'a bit': (sealed) => {
        sealed[3 * (CHUNK + 16) + 5]! ^= 1;
        return sealed;
      },
      'two chunks in each other’s place': (sealed) =>
        Buffer.concat([
          sealed.subarray(0, 3 * (CHUNK + 16)),
          sealed.subarray(4 * (CHUNK + 16)),
          sealed.subarray(3 * (CHUNK + 16), 4 * (CHUNK + 16)),
        ]),
    };
    for (const alter of Object.values(altered)) {
      bend.response = async (response) =>
        new Response(Uint8Array.from(alter(Buffer.from(await response.arrayBuffer()))));
      const parts: Uint8Array[] = [];
      const { stream } = await open();
      const reader = stream.getReader();
      const code = await codeOf(
        (async () => {
          for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            parts.push(value);
          }
        })(),
      );
      expect(code).toBe('ATTACHMENT_DAMAGED');
      expect(same(Buffer.concat(parts), bytes.subarray(0, 3 * CHUNK))).toBe(true);
    }
    // Another file in its place.
    const other = await arrived(5 * CHUNK);
    let foreign: Uint8Array<ArrayBuffer> = new Uint8Array(0);
    other.bend.response = async (response) => {
      foreign = new Uint8Array(await response.arrayBuffer());
      return new Response(foreign);
    };
    await read(await other.open());
    bend.response = () => new Response(foreign);
    expect(await codeOf(open().then(read))).toBe('ATTACHMENT_DAMAGED');
  });

  it('a download ends when it is aborted, and when the file does not exist', async () => {
    const { conversation, seq, attachmentId } = await arrived(40 * CHUNK);
    const abort = new AbortController();
    const { stream } = await conversation.openAttachment(seq, attachmentId, { signal: abort.signal });
    const reader = stream.getReader();
    await reader.read();
    abort.abort();
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    expect(await codeOf(rest())).toBe('AbortError');
    const nobody = crypto.randomUUID() as AttachmentId;
    expect(await codeOf(conversation.openAttachment(seq, nobody))).toBe('NOT_FOUND');
    expect(await codeOf(conversation.openAttachment(seq + 1, attachmentId))).toBe('NOT_FOUND');
    await house.relay.sql`delete from attachments where id = ${attachmentId}`;
    expect(await codeOf(conversation.openAttachment(seq, attachmentId))).toBe('NOT_FOUND');
  });
});
