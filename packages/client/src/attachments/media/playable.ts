import { placeholderOf, thumbnailOf, type Picture } from './canvas.ts';
import type { Described } from './described.ts';

/** A file that has not said what it is after this time is not waited for, ms. */
const PATIENCE_MS = 10_000;
/** Where a video's poster is taken: the very first frame is often black. Seconds. */
const POSTER_AT = 1;

/** What a browser can play: its size, its length, a picture of it. Null for whatever it cannot. */
export async function describePlayable(file: Blob, kind: 'video' | 'audio'): Promise<Described | null> {
  if (typeof document !== 'object') return null;
  const element = document.createElement(kind);
  const url = URL.createObjectURL(file);
  try {
    element.preload = kind === 'video' ? 'auto' : 'metadata';
    element.muted = true;
    const isThere = happens(element, kind === 'video' ? 'loadeddata' : 'loadedmetadata');
    element.src = url;
    if (!(await isThere)) return null;
    const durationMs = Number.isFinite(element.duration) ? Math.round(element.duration * 1_000) : null;
    const described = { content: file, kind, mimeType: file.type, durationMs } as const;
    const nothing = { width: null, height: null, preview: null, thumbnail: null };
    if (!(element instanceof HTMLVideoElement) || element.videoWidth === 0) return { ...described, ...nothing };
    const isSought = happens(element, 'seeked');
    element.currentTime = Math.min(POSTER_AT, (Number.isFinite(element.duration) ? element.duration : 0) / 2);
    await isSought;
    const { videoWidth: width, videoHeight: height } = element;
    const picture: Picture = { image: element, width, height };
    return { ...described, width, height, preview: placeholderOf(picture), thumbnail: await thumbnailOf(picture) };
  } finally {
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(url);
  }
}

/** Whether `event` comes before an error and in time. */
function happens(element: HTMLMediaElement, event: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const end = (isThere: boolean) => (): void => {
      clearTimeout(timer);
      resolve(isThere);
    };
    element.addEventListener(event, end(true), { once: true });
    element.addEventListener('error', end(false), { once: true });
  });
}
