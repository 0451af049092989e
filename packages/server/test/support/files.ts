import { newId, PART_SIZE, type AttachmentId, type ConversationId } from '@seal-chat/protocol';
import { rng } from './connections.ts';
import type { TestDevice, TestPerson } from './people.ts';

/** Bytes that stand for ciphertext, different at every place. */
export function ciphertext(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31) ^ (i >>> 8) ^ (i >>> 16);
  return bytes;
}

/** A request to the files of `device`'s server, with its credentials unless others are given. */
export function fileRequest(
  person: TestPerson,
  path: string,
  init: {
    method?: string;
    body?: Uint8Array<ArrayBuffer>;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  } = {},
  device: TestDevice = person.first,
): Promise<Response> {
  const url = `${device.process.wsUrl.replace(/^ws/, 'http').replace(/\/trpc$/, '')}/v1/attachments/${path}`;
  const headers = {
    'x-seal-app-key': person.tenant.appKey,
    authorization: `Bearer ${device.session.accessToken}`,
    ...init.headers,
  };
  return fetch(url, { ...init, headers });
}

/** Announces an upload of `size` bytes and stores those of its parts that are asked for, else all. */
export async function upload(
  person: TestPerson,
  conversationId: ConversationId,
  size: number,
  parts?: readonly number[],
): Promise<AttachmentId> {
  const attachmentId = newId<AttachmentId>(rng(16));
  const answer = await person.first.api.attachments.create.mutate({ attachmentId, conversationId, size });
  const bytes = ciphertext(size);
  for (const index of parts ?? Array.from({ length: answer.parts }, (_, i) => i)) {
    const body = Uint8Array.from(bytes.subarray(index * PART_SIZE, (index + 1) * PART_SIZE));
    const stored = await fileRequest(person, `${attachmentId}/${index}`, { method: 'PUT', body });
    if (stored.status !== 204) throw new Error(`part ${index}: ${stored.status} ${await stored.text()}`);
  }
  return attachmentId;
}
