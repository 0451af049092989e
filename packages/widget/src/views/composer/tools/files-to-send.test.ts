import type { AttachmentId, PendingAttachment } from '@seal-chat/client';
import { expect, it } from 'vitest';
import { FilesToSend } from './files-to-send.ts';

const id = (name: string): AttachmentId => name as AttachmentId;
const listed = (...names: readonly string[]): readonly PendingAttachment[] =>
  names.map((name) => ({ attachmentId: id(name) }) as PendingAttachment);

it('knows what was attached before the list does, once', () => {
  const files = new FilesToSend();
  files.follow(listed('a'));
  files.add(id('b'));
  expect(files.ids).toEqual(['a', 'b']);
  files.follow(listed('a', 'b'));
  expect(files.ids).toEqual(['a', 'b']);
  files.add(id('b'));
  expect(files.ids).toEqual(['a', 'b']);
});

it('gives each file to one message, however late the list follows', async () => {
  const files = new FilesToSend();
  files.follow(listed('a'));
  files.add(id('b'));
  expect(await files.give(async (ids) => ids)).toEqual(['a', 'b']);
  expect(files.ids).toEqual([]);
  files.follow(listed('a'));
  expect(files.ids).toEqual([]);
  files.add(id('c'));
  files.follow(listed('c'));
  expect(files.ids).toEqual(['c']);
});

it('keeps the files of a message that could not be sent', async () => {
  const files = new FilesToSend();
  files.follow(listed('a'));
  files.add(id('b'));
  await expect(files.give(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(files.ids).toEqual(['a', 'b']);
  expect(files.shown).toEqual(listed('a'));
});
