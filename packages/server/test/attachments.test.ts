import { describe, expect, vi } from 'vitest';
import { sha256 } from '@seal-chat/crypto';
import {
  ATTACHMENT_LIMITS,
  ciphertextSize,
  fromBase64,
  newId,
  PART_SIZE,
  toBase64,
  type AttachmentId,
  type ConversationId,
} from '@seal-chat/protocol';
import { parseRange } from '../src/http/byte-range.ts';
import { purgeExpired } from '../src/jobs/store.ts';
import { ciphertext, fileRequest, upload } from './support/files.ts';
import { rng } from './support/connections.ts';
import { addDevice } from './support/devices.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import type { Relay, TestTenant } from './support/relay.ts';
import { test } from './support/test.ts';

let relay: Relay;
let tenant: TestTenant;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let conversationId: ConversationId;

test.beforeAll(async ({ relay: given, tenant: usual }) => {
  relay = given;
  tenant = usual;
  [alice, bob, carol] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant), signUp(relay, tenant)]);
  ({ conversationId } = await alice.first.api.conversations.openDm.mutate({ userId: bob.userId }));
});

const someId = () => newId<AttachmentId>(rng(16));
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
const send = (attachmentIds: readonly AttachmentId[], more: { lifetimeSeconds?: number } = {}) =>
  alice.first.api.messages.send.mutate({
    ...messageTo(conversationId, [alice, bob], alice.first, 'a file'),
    attachmentIds: [...attachmentIds],
    ...more,
  });
const rows = async (attachmentId: AttachmentId) =>
  (await relay.sql`select 1 from attachment_parts where attachment_id = ${attachmentId}`).length;

describe('an upload', () => {
  test('an upload takes its parts in any order, reports its progress, and ends when a message is sent with it', async () => {
    const size = 2 * PART_SIZE + 500;
    const attachmentId = await upload(alice, conversationId, size, [2, 0]);
    const again = () => alice.first.api.attachments.create.mutate({ attachmentId, conversationId, size });
    expect(await again()).toEqual({ partSize: PART_SIZE, parts: 3, stored: [0, 2] });
    expect((await fileRequest(alice, attachmentId)).status).toBe(404);
    expect(await refusalOf(send([attachmentId]))).toMatchObject({ code: 'BAD_INPUT' });
    const body = Uint8Array.from(ciphertext(size).subarray(PART_SIZE, 2 * PART_SIZE));
    expect((await fileRequest(alice, `${attachmentId}/1`, { method: 'PUT', body })).status).toBe(204);
    expect(await again()).toMatchObject({ stored: [0, 1, 2] });
    await send([attachmentId]);
    for (const person of [alice, bob]) {
      const answer = await fileRequest(person, attachmentId);
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(ciphertext(size))).toBe(true);
    }
  });

  test('a part that is uploaded again, even at the same moment, does not replace the stored one', async () => {
    const attachmentId = await upload(alice, conversationId, 40, []);
    const put = (fill: number) =>
      fileRequest(alice, `${attachmentId}/0`, { method: 'PUT', body: new Uint8Array(40).fill(fill) });
    const answers = await Promise.all([put(7), put(7), put(7)]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await put(8)).status).toBe(204);
    const stored = await fileRequest(alice, attachmentId);
    expect(new Uint8Array(await stored.arrayBuffer())).toEqual(new Uint8Array(40).fill(7));
  });

  test('an upload accepts only the announced parts, each of exactly its length', async () => {
    const attachmentId = await upload(alice, conversationId, PART_SIZE + 100, []);
    const put = async (part: string, length: number) => {
      const answer = await fileRequest(alice, `${attachmentId}/${part}`, {
        method: 'PUT',
        body: new Uint8Array(length),
      });
      return [answer.status, answer.status === 204 ? '' : await codeOf(answer)];
    };
    expect(await put('0', PART_SIZE - 1)).toEqual([400, 'BAD_INPUT']);
    expect(await put('0', PART_SIZE + 1)).toEqual([413, 'TOO_LARGE']);
    expect(await put('0', 0)).toEqual([400, 'BAD_INPUT']);
    expect(await put('1', 101)).toEqual([400, 'BAD_INPUT']);
    for (const part of ['2', '-1', '01', '1e0', 'x', '999999999', '%00']) {
      expect(await put(part, 100)).toEqual([404, 'NOT_FOUND']);
    }
    expect(await rows(attachmentId)).toBe(0);
    expect(await put('1', 100)).toEqual([204, '']);
  });

  test('an upload that is too large, or of a size that no file can have, is refused at the start', async () => {
    const attachmentBytes = 200_000;
    const small = await relay.addTenant({ limits: { attachmentBytes, imageBytes: 1_000 } });
    const [dora, emil] = await Promise.all([signUp(relay, small), signUp(relay, small)]);
    const dm = (await dora.first.api.conversations.openDm.mutate({ userId: emil.userId })).conversationId;
    const create = (size: number) =>
      dora.first.api.attachments.create.mutate({ attachmentId: someId(), conversationId: dm, size });
    expect(await dora.first.api.attachments.limits.query({})).toEqual({ attachmentBytes, imageBytes: 1_000 });
    expect(await create(ciphertextSize(attachmentBytes))).toMatchObject({ parts: 1 });
    expect(await refusalOf(create(ciphertextSize(attachmentBytes + 1)))).toEqual({
      code: 'TOO_LARGE',
      details: { maxBytes: attachmentBytes },
    });
    const chunk = ATTACHMENT_LIMITS.chunk + ATTACHMENT_LIMITS.tag;
    expect(await refusalOf(create(chunk + 5))).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('uploads are limited per minute', async () => {
    const busy = await relay.addTenant({ limits: { attachmentsPerMinutePerUser: 2 } });
    const [dora, emil] = await Promise.all([signUp(relay, busy), signUp(relay, busy)]);
    const dm = (await dora.first.api.conversations.openDm.mutate({ userId: emil.userId })).conversationId;
    await upload(dora, dm, 20);
    await upload(dora, dm, 20);
    expect(await refusalOf(upload(dora, dm, 20))).toMatchObject({ code: 'RATE_LIMITED' });
    await upload(emil, dm, 20);
  });

  test('only its uploader can see, fill, send or cancel an upload', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    expect(await refusalOf(upload(carol, conversationId, 100))).toMatchObject({ code: 'NOT_A_MEMBER' });
    for (const other of [bob, carol]) {
      expect((await fileRequest(other, attachmentId)).status).toBe(404);
      const put = await fileRequest(other, `${attachmentId}/0`, { method: 'PUT', body: new Uint8Array(100) });
      expect(put.status).toBe(404);
      expect(await refusalOf(other.first.api.attachments.cancel.mutate({ attachmentId }))).toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    const taken = bob.first.api.attachments.create.mutate({ attachmentId, conversationId, size: 100 });
    expect(await refusalOf(taken)).toMatchObject({ code: 'CONFLICT' });
    const bobs = bob.first.api.messages.send.mutate({
      ...messageTo(conversationId, [alice, bob], bob.first, 'mine?'),
      attachmentIds: [attachmentId],
    });
    expect(await refusalOf(bobs)).toMatchObject({ code: 'NOT_FOUND' });
    // The account's other devices are the uploader, too.
    const phone = await addDevice(relay, alice);
    expect((await fileRequest(alice, attachmentId, {}, phone)).status).toBe(200);
  });

  test('an upload that no message has yet is deleted when it is cancelled', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    await alice.first.api.attachments.cancel.mutate({ attachmentId });
    expect(await rows(attachmentId)).toBe(0);
    const put = await fileRequest(alice, `${attachmentId}/0`, { method: 'PUT', body: new Uint8Array(100) });
    expect(put.status).toBe(404);
    const sent = await upload(alice, conversationId, 100);
    await send([sent]);
    expect(await refusalOf(alice.first.api.attachments.cancel.mutate({ attachmentId: sent }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('an upload that no message has is deleted after a day', async () => {
    const [orphan, sent] = [await upload(alice, conversationId, 100), await upload(alice, conversationId, 100)];
    await send([sent]);
    const hour = 3_600_000;
    await purgeExpired(relay.sql, Date.now() + 23 * hour);
    expect([await rows(orphan), await rows(sent)]).toEqual([1, 1]);
    await purgeExpired(relay.sql, Date.now() + 25 * hour);
    expect([await rows(orphan), await rows(sent)]).toEqual([0, 1]);
  });
});

describe('a message with attachments', () => {
  test('a message is stored with all its attachments or not at all', async () => {
    const [good, half] = [await upload(alice, conversationId, 100), await upload(alice, conversationId, 100, [])];
    const elsewhere = await alice.first.api.conversations.openDm.mutate({ userId: carol.userId });
    const foreign = await upload(alice, elsewhere.conversationId, 100);
    const lastSeq = async () => (await alice.first.api.conversations.get.query({ conversationId })).lastSeq;
    const before = await lastSeq();
    expect(await refusalOf(send([good, half]))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refusalOf(send([good, foreign]))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refusalOf(send([good, someId()]))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(send([good, good]))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await lastSeq()).toBe(before);
    await send([good]);
    expect(await refusalOf(send([good]))).toMatchObject({ code: 'BAD_INPUT' });
    expect(await lastSeq()).toBe(before + 1);
  });

  test('one of two concurrent messages gets a file that both name; others in their batch are not affected', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    const plain = () =>
      alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'plain'));
    const results = await Promise.allSettled([plain(), send([attachmentId]), plain(), send([attachmentId]), plain()]);
    expect(results.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
    for (const plainResult of [results[0], results[2], results[4]]) expect(plainResult.status).toBe('fulfilled');
  });

  test('a message that is sent again gets the answer it had, even after it was taken back', async () => {
    const attachmentId = await upload(alice, conversationId, 100);
    const input = {
      ...messageTo(conversationId, [alice, bob], alice.first, 'twice'),
      attachmentIds: [attachmentId],
      lifetimeSeconds: 3_600,
    };
    const first = await alice.first.api.messages.send.mutate(input);
    // What is stored is named, so that a sender that forgot it sees whether it is the same.
    const again = { ...first, bodyHash: toBase64(sha256(fromBase64(input.body)!)) };
    expect(await alice.first.api.messages.send.mutate(input)).toEqual(again);
    await alice.first.api.messages.remove.mutate({ conversationId, seq: first.seq });
    expect(await alice.first.api.messages.send.mutate(input)).toEqual(again);
  });
});

describe('reading', () => {
  const size = 2 * PART_SIZE + 1_000;
  const all = ciphertext(size);
  let attachmentId: AttachmentId;
  test.beforeAll(async () => {
    attachmentId = await upload(alice, conversationId, size);
    await send([attachmentId]);
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-', 0, size],
    [`bytes=${PART_SIZE - 3}-${PART_SIZE + 2}`, PART_SIZE - 3, PART_SIZE + 3],
    [`bytes=${2 * PART_SIZE}-`, 2 * PART_SIZE, size],
    ['bytes=-7', size - 7, size],
    [`bytes=5-${size + 100}`, 5, size],
  ])('%s', async (range, start, end) => {
    const answer = await fileRequest(bob, attachmentId, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${size}`);
    expect(answer.headers.get('content-length')).toBe(String(end - start));
    expect(Buffer.from(await answer.arrayBuffer()).equals(all.subarray(start, end))).toBe(true);
  });

  test('a range beyond the end is answered with 416 and the length of the file', async () => {
    for (const range of [`bytes=${size}-`, 'bytes=-0']) {
      const answer = await fileRequest(bob, attachmentId, { headers: { range } });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('a header that is no valid range gets the whole file', () => {
    for (const header of [undefined, '', 'bytes', 'bytes=', 'bytes=-', 'bytes=2-1', 'bytes=0-1,3-4', 'lines=0-1']) {
      expect(parseRange(header, 10)).toBeNull();
    }
    expect(parseRange('bytes=9-', 10)).toEqual({ start: 9, end: 10 });
    expect(parseRange('bytes=10-', 10)).toBe('unsatisfiable');
    expect(parseRange('bytes=-99', 10)).toEqual({ start: 0, end: 10 });
  });

  test('HEAD answers without a body, and a file that the browser already has is not sent again', async () => {
    const head = await fileRequest(bob, attachmentId, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'content-length': String(size),
      'accept-ranges': 'bytes',
      etag: `"${attachmentId}"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'access-control-allow-origin': '*',
    });
    const tag = head.headers.get('etag')!;
    expect((await fileRequest(bob, attachmentId, { headers: { 'if-none-match': tag } })).status).toBe(304);
    const resumed = await fileRequest(bob, attachmentId, { headers: { range: 'bytes=5-9', 'if-range': tag } });
    expect(resumed.status).toBe(206);
    const other = await fileRequest(bob, attachmentId, { headers: { range: 'bytes=5-9', 'if-range': '"x"' } });
    expect(other.status).toBe(200);
    await other.body?.cancel();
  });

  test('a file is served for the credentials that procedures accept, and for no others', async () => {
    const strict = await relay.addTenant({ allowedOrigins: ['https://good.example'] });
    const eve = await signUp(relay, strict);
    const cases: [Record<string, string>, number, string][] = [
      [{ authorization: '' }, 401, 'NOT_SIGNED_IN'],
      [{ authorization: 'Bearer AAAA' }, 401, 'SESSION_EXPIRED'],
      [{ 'x-seal-app-key': 'pk_nobody' }, 401, 'UNKNOWN_APP_KEY'],
      [{ 'x-seal-app-key': strict.appKey }, 401, 'SESSION_EXPIRED'],
    ];
    for (const [headers, status, code] of cases) {
      const answer = await fileRequest(bob, attachmentId, { headers });
      expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
    const elsewhere = await fileRequest(eve, attachmentId, { headers: { origin: 'https://bad.example' } });
    expect(await codeOf(elsewhere)).toBe('ORIGIN_NOT_ALLOWED');
    // Another tenant has nothing by that id, and the same id is another file there.
    expect((await fileRequest(eve, attachmentId)).status).toBe(404);
    expect((await fileRequest(bob, 'nonsense')).status).toBe(404);
    const preflight = await fileRequest(bob, `${attachmentId}/0`, {
      method: 'OPTIONS',
      headers: { authorization: '' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  });

  test("one person's many downloads wait for each other, and other people's do not wait for them", async () => {
    const large = await upload(alice, conversationId, 8 * PART_SIZE);
    await send([large]);
    const open = await Promise.all(Array.from({ length: 16 }, () => fileRequest(alice, large)));
    expect(open.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200));
    const refused = await fileRequest(alice, large);
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'RATE_LIMITED']);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect((await fileRequest(bob, large, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
    for (const { body } of open) await body!.cancel();
    const status = async () => {
      const answer = await fileRequest(alice, large);
      await answer.body?.cancel();
      return answer.status;
    };
    await expect.poll(status).toBe(200);
  });

  test('a request with another method is answered with the allowed ones', async () => {
    for (const [path, allowed] of [
      [attachmentId, 'GET, HEAD, OPTIONS'],
      [`${attachmentId}/0`, 'PUT, OPTIONS'],
    ] as const) {
      const answer = await fileRequest(bob, path, { method: 'DELETE' });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
    }
  });

  test('access ends with membership, even in the middle of a file; the uploader keeps access to the upload', async () => {
    const dm = (await alice.first.api.conversations.openDm.mutate({ userId: carol.userId })).conversationId;
    const large = await upload(alice, dm, 30 * PART_SIZE);
    await alice.first.api.messages.send.mutate({
      ...messageTo(dm, [alice, carol], alice.first, 'x'),
      attachmentIds: [large],
    });
    const open = await fileRequest(carol, large);
    const reader = open.body!.getReader();
    await reader.read();
    await relay.sql`delete from memberships where conversation_id = ${dm} and user_id <> ${alice.userId}`;
    const rest = async () => {
      for (let read = 0; ;) {
        const { done, value } = await reader.read();
        if (done) return read;
        read += value.length;
      }
    };
    await expect(rest()).rejects.toThrow('terminated');
    expect((await fileRequest(carol, large)).status).toBe(404);
    await relay.sql`delete from memberships where conversation_id = ${dm}`;
    expect((await fileRequest(alice, large, { method: 'HEAD' })).status).toBe(200);
  });

  test('a download holds only a few parts in memory, however slowly it is read', async () => {
    const parts = 32;
    const large = await upload(alice, conversationId, parts * PART_SIZE);
    const { attachments } = relay.app;
    const read = attachments.read.bind(attachments);
    let given = 0;
    const watch = vi.spyOn(attachments, 'read').mockImplementation(async function* (...call) {
      for await (const part of read(...call)) {
        given++;
        yield part;
      }
    });
    const answer = await fileRequest(alice, large);
    watch.mockRestore();
    const reader = answer.body!.getReader();
    let taken = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      taken += value.length;
      // What is not taken yet is in the sockets of both sides, and one part each in the stream and the database's answer.
      expect(given * PART_SIZE - taken).toBeLessThan(14 * PART_SIZE);
    }
    expect(taken).toBe(parts * PART_SIZE);
  });
});
