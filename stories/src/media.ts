/** Files that stories open, made in the page: nothing is fetched, and nothing has to be kept. */

/** A drawing of `width` x `height` pixels. */
export async function picture(width: number, height: number, hue: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue} 60% 72%)`);
  sky.addColorStop(0.6, `hsl(${hue + 40} 70% 88%)`);
  sky.addColorStop(0.61, `hsl(${hue - 30} 35% 38%)`);
  sky.addColorStop(1, `hsl(${hue - 20} 40% 24%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = 'hsl(40 90% 92%)';
  context.beginPath();
  context.arc(width * 0.7, height * 0.3, height * 0.1, 0, 2 * Math.PI);
  context.fill();
  return canvas.convertToBlob({ type: 'image/png' });
}

/** A tone of `seconds` as a WAV file. */
export async function tone(seconds: number): Promise<Blob> {
  const rate = 8_000;
  const samples = new Int16Array(rate * seconds);
  for (let i = 0; i < samples.length; i++)
    samples[i] = 8_000 * Math.sin((2 * Math.PI * 440 * i) / rate) * Math.min(1, (samples.length - i) / rate);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) head.setUint8(at + i, value.charCodeAt(i));
  };
  text(0, 'RIFF');
  head.setUint32(4, 36 + samples.byteLength, true);
  text(8, 'WAVEfmt ');
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, 2 * rate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, 'data');
  head.setUint32(40, samples.byteLength, true);
  return new Blob([head, samples], { type: 'audio/wav' });
}
