import type { AttachmentId, MessageAttachment } from '@seal-chat/client';
import { expect, it } from 'vitest';
import { safeName, safeType, shownAs, thumbnailBlob } from './kinds.ts';

function file(
  kind: MessageAttachment['kind'],
  mimeType: string,
  more: Partial<MessageAttachment> = {},
): MessageAttachment {
  return {
    attachmentId: '' as AttachmentId,
    kind,
    mimeType,
    size: 10,
    name: 'x',
    width: null,
    height: null,
    durationMs: null,
    preview: null,
    thumbnail: null,
    upload: null,
    ...more,
  };
}

it('shows only types that run nothing, whatever the sender calls them', () => {
  expect(shownAs(file('image', 'image/png'))).toBe('image');
  expect(shownAs(file('voice', 'audio/webm;codecs=opus'))).toBe('voice');
  expect(shownAs(file('video', ' VIDEO/MP4 '))).toBe('video');
  const never = [
    'image/svg+xml',
    'text/html',
    'application/xhtml+xml',
    'image/png+xml',
    'application/pdf',
    '',
    'image/*',
  ];
  for (const mimeType of never)
    for (const kind of ['image', 'video', 'audio', 'voice', 'file'] as const) {
      expect(shownAs(file(kind, mimeType)), `${kind} ${mimeType}`).toBe('file');
      expect(safeType(file(kind, mimeType))).toBe('application/octet-stream');
    }
});

it('takes no type of another kind, and saves what is too large to be held', () => {
  expect(shownAs(file('image', 'video/mp4'))).toBe('file');
  expect(shownAs(file('audio', 'image/png'))).toBe('file');
  expect(shownAs(file('file', 'image/png'))).toBe('file');
  expect(shownAs(file('video', 'video/mp4', { size: 2 ** 30 }))).toBe('file');
});

it('gives blobs the bare type of the list', () => {
  expect(safeType(file('voice', 'audio/webm;codecs=opus'))).toBe('audio/webm');
  expect(safeType(file('file', 'image/png'))).toBe('application/octet-stream');
});

it('takes thumbnails for what their first bytes are, and nothing else', () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0);
  const webp = new TextEncoder().encode('RIFF1234WEBPVP8 ');
  expect(thumbnailBlob(file('image', 'x', { thumbnail: jpeg }))?.type).toBe('image/jpeg');
  expect(thumbnailBlob(file('image', 'x', { thumbnail: webp }))?.type).toBe('image/webp');
  for (const text of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF1234WAVE', ''])
    expect(thumbnailBlob(file('image', 'x', { thumbnail: new TextEncoder().encode(text) }))).toBe(null);
});

it('shows and saves names without what misleads', () => {
  expect(safeName('photo\u202egpj.exe', 'File')).toBe('photogpj.exe');
  expect(safeName('../../etc/passwd', 'File')).toBe('....etcpasswd');
  expect(safeName('a\nb\u0000.txt', 'File')).toBe('ab.txt');
  expect(safeName(' \u200f ', 'File')).toBe('File');
  expect(safeName('Vertrag über Liegeplatz.pdf', 'File')).toBe('Vertrag über Liegeplatz.pdf');
});
