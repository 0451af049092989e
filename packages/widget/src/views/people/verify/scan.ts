/** Reads QR codes with the camera: by the browser's own reader where it has one, else by one that is loaded then. */

interface Reader {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

type ReaderClass = {
  new (options: { readonly formats: readonly string[] }): Reader;
  getSupportedFormats?(): Promise<readonly string[]>;
};

/** Longest side of a picture that is searched, pixels: a code fills most of it. */
const SEARCHED_SIZE = 720;
/** Between two pictures, ms. */
const PAUSE_MS = 150;

async function createReader(): Promise<Reader> {
  const native = (globalThis as { readonly BarcodeDetector?: ReaderClass }).BarcodeDetector;
  const formats = ['qr_code'];
  if ((await native?.getSupportedFormats?.().catch((): readonly string[] => []))?.includes('qr_code'))
    return new native!({ formats });
  const { decodeQR } = await import('qr/decode.js');
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return {
    async detect(source) {
      const video = source as HTMLVideoElement;
      const scale = Math.min(1, SEARCHED_SIZE / Math.max(video.videoWidth, video.videoHeight));
      const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
      if (context === null || width === 0 || height === 0) return [];
      Object.assign(canvas, { width, height });
      context.drawImage(video, 0, 0, width, height);
      try {
        return [{ rawValue: decodeQR(context.getImageData(0, 0, width, height)) }];
      } catch {
        // No code in the picture.
        return [];
      }
    },
  };
}

/**
 * Shows the camera in `video` and tells `found` of each code that it sees, until `signal` ends it.
 *
 * @throws what the browser says when there is no camera, or it may not be used
 */
export async function scan(video: HTMLVideoElement, found: (text: string) => void, signal: AbortSignal): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const stop = (): void => stream.getTracks().forEach((track) => track.stop());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) return stop();
  try {
    video.srcObject = stream;
    await video.play();
    const reader = await createReader();
    while (!signal.aborted) {
      const codes = await reader.detect(video).catch(() => []);
      for (const { rawValue } of codes) if (!signal.aborted) found(rawValue);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    stop();
    video.srcObject = null;
  }
}
