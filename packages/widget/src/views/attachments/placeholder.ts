import type { MessageAttachment } from '@seal-chat/client';
import { decodeBlurHash } from './blurhash.ts';
import { proportions } from './kinds.ts';

/** Pixels of the longer side: a BlurHash holds no more, and the browser smooths it. */
const SIZE = 32;

/** Paints what the sender's BlurHash stands for, once. Without one the canvas stays as the style sheet colours it. */
export function paintPlaceholder(canvas: HTMLCanvasElement, attachment: MessageAttachment): void {
  const { preview } = attachment;
  if (preview === null || canvas.dataset['painted'] === 'yes') return;
  canvas.dataset['painted'] = 'yes';
  const { width, height } = proportions(attachment, [4, 3]);
  const ratio = width / height;
  const image = decodeBlurHash(
    preview,
    Math.max(1, Math.round(ratio > 1 ? SIZE : SIZE * ratio)),
    Math.max(1, Math.round(ratio > 1 ? SIZE / ratio : SIZE)),
  );
  if (image === null) return;
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
