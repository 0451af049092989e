/** What is recorded in, the first that the browser can. Opus is small; MP4 is what Safari has. */
const TYPES: readonly string[] = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
/** A voice note ends automatically after this time, ms. */
export const LONGEST_MS: number = 15 * 60_000;
/** Levels that are kept of it; more would be more than its picture shows. */
const LEVELS = 64;
/** The level is measured this often, ms. */
const MEASURE_MS = 100;

/** A voice note as it was recorded. */
export interface Recording {
  readonly file: Blob;
  readonly durationMs: number;
  /** One byte each. */
  readonly waveform: Uint8Array;
}

/** Records from the microphone until it is finished or discarded; either lets go of the microphone. */
export class Recorder {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #audio: AudioContext;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #pieces: Blob[] = [];
  readonly #levels: number[] = [];
  readonly #startedAt = performance.now();

  /** Asks for the microphone and begins. `onTick` is called as time goes on. @throws DOMException when it may not */
  static async start(onTick: () => void): Promise<Recorder> {
    return new Recorder(await navigator.mediaDevices.getUserMedia({ audio: true }), onTick);
  }

  private constructor(stream: MediaStream, onTick: () => void) {
    this.#stream = stream;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#pieces.push(data));
    this.#recorder.start();
    this.#audio = new AudioContext();
    const analyser = this.#audio.createAnalyser();
    this.#audio.createMediaStreamSource(stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      this.#levels.push(Math.min(255, 2 * Math.max(...samples.map((sample) => Math.abs(sample - 128)))));
      onTick();
    }, MEASURE_MS);
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** The loudness of late, one byte each, the newest last. */
  recent(count: number): readonly number[] {
    return this.#levels.slice(-count);
  }

  async finish(): Promise<Recording> {
    const durationMs = Math.round(this.elapsedMs);
    const stopped = new Promise((resolve) => this.#recorder.addEventListener('stop', resolve, { once: true }));
    this.#recorder.stop();
    await stopped;
    this.#letGo();
    // Without the parameters: readers compare the bare type.
    const type = this.#recorder.mimeType.split(';', 1)[0]!;
    return { file: new Blob(this.#pieces, { type }), durationMs, waveform: squeeze(this.#levels) };
  }

  discard(): void {
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    this.#letGo();
  }

  #letGo(): void {
    clearInterval(this.#timer);
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#audio.close();
  }
}

/** The loudest of each stretch, so that a short sound stays in the picture. */
function squeeze(levels: readonly number[]): Uint8Array {
  const count = Math.min(LEVELS, levels.length);
  return Uint8Array.from({ length: count }, (_, i) =>
    Math.max(...levels.slice(Math.floor((i * levels.length) / count), Math.floor(((i + 1) * levels.length) / count))),
  );
}
