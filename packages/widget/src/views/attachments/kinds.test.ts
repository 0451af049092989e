import type { AttachmentId, MessageAttachment } from '@seal-chat/client';
import { expect, it } from 'vitest';
import { proportions, safeType, showable, shownAs, thumbnailBlob } from './kinds.ts';
import { safeName } from './safe-name.ts';

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
    'image/avif',
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
  expect(shownAs(file('image', 'image/png', { size: 2 ** 27 }))).toBe('file');
});

it('gives blobs the bare type of the list', () => {
  expect(safeType(file('voice', 'audio/webm;codecs=opus'))).toBe('audio/webm');
  expect(safeType(file('file', 'image/png'))).toBe('application/octet-stream');
});

const WEBP = Uint8Array.from('RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2f\x07\xc0\x01\0\0\0\0', (one) => one.charCodeAt(0));
/** The same, of 16,383 x 16,383 pixels. */
const BOMB = WEBP.with(21, 0xfe).with(22, 0xbf).with(23, 0xff).with(24, 0x0f);

it('takes thumbnails for what their bytes are, and only small ones', () => {
  expect(WEBP).toHaveLength(28);
  expect(thumbnailBlob(file('image', 'x', { thumbnail: WEBP }))?.type).toBe('image/webp');
  expect(thumbnailBlob(file('image', 'x', { thumbnail: BOMB }))).toBe(null);
  for (const text of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF1234WAVE', 'RIFF1234WEBPVP8 ', ''])
    expect(thumbnailBlob(file('image', 'x', { thumbnail: new TextEncoder().encode(text) }))).toBe(null);
});

it('shows a picture as what its bytes are, and never one that takes up the memory', async () => {
  const claimed = file('image', 'image/png');
  expect((await showable(claimed, new Blob([WEBP]))).type).toBe('image/webp');
  await expect(showable(claimed, new Blob([BOMB]))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  await expect(showable(claimed, new Blob(['<svg/>']))).rejects.toMatchObject({ code: 'ATTACHMENT_DAMAGED' });
  const sound = new Blob(['any'], { type: 'audio/mpeg' });
  expect(await showable(file('audio', 'audio/mpeg'), sound)).toBe(sound);
});

it('believes no proportions beyond reason', () => {
  const of = (width: number | null, height: number | null) =>
    Object.values(proportions(file('image', 'image/png', { width, height }), [4, 3]));
  expect(of(400, 300)).toEqual([400, 300]);
  for (const [width, height] of [
    [0xffff_ffff, 0xffff_ffff],
    [1, 400],
    [0, 0],
    [null, 300],
  ] as const)
    expect(of(width, height)).toEqual([4, 3]);
});

it('shows and saves names without what misleads', () => {
  expect(safeName('photo\u202egpj.exe', 'File')).toBe('photogpj.exe');
  expect(safeName('../../etc/passwd', 'File')).toBe('....etcpasswd');
  expect(safeName('a\nb\u0000.txt', 'File')).toBe('ab.txt');
  expect(safeName(' \u200f ', 'File')).toBe('File');
  expect(safeName('Vertrag über Liegeplatz.pdf', 'File')).toBe('Vertrag über Liegeplatz.pdf');
});
