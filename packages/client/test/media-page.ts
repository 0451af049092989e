/** Runs in a browser, bundled by `media.test.ts`: files as people attach them, and what is sent of them. */
import { CONTENT_LIMITS } from '@seal-chat/protocol';
import { describeFile, kindOf } from '../src/attachments/media/describe.ts';

/** What is said of a file, as the test can compare it. */
export interface Seen {
  readonly expected: string;
  readonly kind: string;
  readonly mimeType: string;
  readonly name: string;
  readonly size: readonly [number | null, number | null];
  readonly durationMs: number | null;
  readonly isUnchanged: boolean;
  /** Words of metadata that are left in it. */
  readonly leaks: boolean;
  readonly thumbnail: string | null;
  readonly thumbnailFits: boolean;
  readonly preview: number | null;
  /** Colours of the upper left and lower right corner. */
  readonly corners: readonly string[];
}

const SECRET = 'secret place';
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());
const latin = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** Red on the left, blue on the right. */
async function painted(width: number, height: number, type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#f00';
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = '#00f';
  context.fillRect(width / 2, 0, width / 2, height);
  return bytesOf(await canvas.convertToBlob({ type, quality: 0.9 }));
}

/** A JPEG that says where it was made and that it lies on its side (EXIF orientation 6). */
async function photo(): Promise<File> {
  const jpeg = await painted(400, 200, 'image/jpeg');
  const exif = [
    0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
  ];
  const segment = [...exif, 0, 0, 0, 0, ...new TextEncoder().encode(SECRET)];
  const head = [0xff, 0xe1, 0, segment.length + 2, ...segment];
  return new File([jpeg.slice(0, 2), Uint8Array.from(head), jpeg.slice(2)], 'photo.jpg', { type: 'image/jpeg' });
}

/** Half a second of silence. */
function silence(): File {
  const rate = 8_000;
  const samples = rate / 2;
  const wav = new DataView(new ArrayBuffer(44 + samples));
  const write = (at: number, text: string) => new Uint8Array(wav.buffer).set(new TextEncoder().encode(text), at);
  write(0, 'RIFF');
  wav.setUint32(4, 36 + samples, true);
  write(8, 'WAVEfmt ');
  wav.setUint32(16, 16, true);
  wav.setUint16(20, 1, true);
  wav.setUint16(22, 1, true);
  wav.setUint32(24, rate, true);
  wav.setUint32(28, rate, true);
  wav.setUint16(32, 1, true);
  wav.setUint16(34, 8, true);
  write(36, 'data');
  wav.setUint32(40, samples, true);
  new Uint8Array(wav.buffer, 44).fill(128);
  return new File([wav.buffer], 'silence.wav', { type: 'audio/wav' });
}

/** A moment of a moving canvas, recorded. */
async function film(): Promise<File> {
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 32;
  const context = canvas.getContext('2d')!;
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm' });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const isStopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start();
  for (let i = 0; i < 12; i++) {
    context.fillStyle = i % 2 === 0 ? '#0f0' : '#0e0';
    context.fillRect(0, 0, 64, 32);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  recorder.stop();
  await isStopped;
  return new File(parts, 'film.webm', { type: 'video/webm' });
}

function moving(): File {
  const hex = '21f90401050000002c0000000001000100000202440100';
  const comment = [0x21, 0xfe, SECRET.length, ...new TextEncoder().encode(SECRET), 0];
  const bytes = (text: string) => text.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
  const all = [...bytes('47494638396101000100800000000000ffffff'), ...comment, ...bytes(hex), ...bytes(hex), 0x3b];
  return new File([Uint8Array.from(all)], 'moving.gif', { type: 'image/gif' });
}

async function look(file: File): Promise<Seen> {
  const { content, kind, mimeType, name, width, height, durationMs, preview, thumbnail } = await describeFile(file, {});
  const before = latin(await bytesOf(file));
  const after = latin(await bytesOf(content));
  const corners: string[] = [];
  if (kind === 'image') {
    const bitmap = await createImageBitmap(content);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    for (const [x, y] of [
      [0, 0],
      [bitmap.width - 1, bitmap.height - 1],
    ] as const) {
      const [r, , b] = context.getImageData(x, y, 1, 1).data;
      corners.push(r! > 200 && b! < 50 ? 'red' : b! > 200 && r! < 50 ? 'blue' : 'other');
    }
  }
  const head = thumbnail === null ? '' : latin(thumbnail.slice(0, 12));
  return {
    expected: kindOf(file, {}),
    kind,
    mimeType,
    name,
    size: [width, height],
    durationMs,
    isUnchanged: before === after,
    leaks: after.includes(SECRET) || after.includes('Exif'),
    thumbnail: thumbnail && (head.endsWith('WEBP') ? 'webp' : 'other'),
    thumbnailFits: (thumbnail?.length ?? 0) <= CONTENT_LIMITS.thumbnail,
    preview: preview?.length ?? null,
    corners,
  };
}

/** Every kind of file, by name. */
export async function lookAtAll(): Promise<Record<string, Seen>> {
  const picture = async (type: string) =>
    new File([Uint8Array.from(await painted(300, 100, type))], `a.${type}`, { type });
  const noise = new Uint8ClampedArray(4 * 700 * 700);
  for (let at = 0; at < noise.length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
  const canvas = new OffscreenCanvas(700, 700);
  canvas.getContext('2d')!.putImageData(new ImageData(noise, 700, 700), 0, 0);
  const files: Record<string, File> = {
    photo: await photo(),
    png: await picture('image/png'),
    webp: await picture('image/webp'),
    noise: new File([await canvas.convertToBlob({ type: 'image/png' })], 'noise.png', { type: 'image/png' }),
    moving: moving(),
    svg: new File([`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`], 'a.svg', { type: 'image/svg+xml' }),
    liar: new File(['<!doctype html><script>1</script>'], 'a.png', { type: 'image/png' }),
    damaged: new File([(await painted(300, 100, 'image/png')).slice(0, 60)], 'a.png', { type: 'image/png' }),
    silence: silence(),
    film: await film(),
    unplayable: new File(['nothing'], 'a.mp4', { type: 'video/mp4' }),
    text: new File(['hello'], 'a.txt', { type: 'text/plain' }),
  };
  const seen: Record<string, Seen> = {};
  for (const [name, file] of Object.entries(files)) seen[name] = await look(file);
  return seen;
}
