import { html, type TemplateResult } from 'lit';
import { closeIcon, sendIcon } from '../../../icons.ts';
import { timeCode } from '../../attachments/size.ts';
import type { ComposerExtras } from './extras.ts';
import { LONGEST_MS, Recorder } from './recorder.ts';

/** Bars of the picture while it is recorded. */
const BARS = 28;

/** A voice note that is being recorded in the composer's line. */
export class VoiceNote {
  readonly #extras: ComposerExtras;
  #recorder: Recorder | null = null;
  #isStarting = false;

  constructor(extras: ComposerExtras) {
    this.#extras = extras;
  }

  /** Whether the browser can record at all. */
  get isOffered(): boolean {
    return typeof MediaRecorder !== 'undefined' && navigator.mediaDevices !== undefined;
  }

  get isRecording(): boolean {
    return this.#recorder !== null;
  }

  /** Asks for the microphone and begins. */
  async start(): Promise<void> {
    if (this.#isStarting || this.isRecording) return;
    this.#isStarting = true;
    this.#extras.say(null);
    try {
      this.#recorder = await Recorder.start(() => this.#tick());
    } catch {
      this.#extras.say(this.#extras.texts.noMicrophone);
    } finally {
      this.#isStarting = false;
      this.#extras.update();
    }
    // The person went elsewhere while the browser asked.
    if (!this.#extras.composer.isConnected) this.discard();
    else if (this.isRecording) this.#focus('.send-voice');
  }

  discard(): void {
    this.#recorder?.discard();
    this.#recorder = null;
    this.#extras.update();
  }

  #tick(): void {
    if ((this.#recorder?.elapsedMs ?? 0) >= LONGEST_MS) void this.#send();
    this.#extras.update();
  }

  async #send(): Promise<void> {
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder === null) return;
    this.#extras.update();
    const { file, durationMs, waveform } = await recorder.finish();
    await this.#extras.sendVoice(file, durationMs, waveform);
    this.#extras.composer.focus();
  }

  #focus(selector: string): void {
    const { composer } = this.#extras;
    void composer.updateComplete.then(() => composer.renderRoot.querySelector<HTMLElement>(selector)?.focus());
  }

  /** Stands in the place of the field. */
  render(): TemplateResult {
    const { texts } = this.#extras;
    const levels = this.#recorder?.recent(BARS) ?? [];
    const flat = Array.from({ length: BARS - levels.length }, () => 0);
    return html`<div class="recording" role="group" aria-label=${texts.recording} @keydown=${this.#handleKeydown}>
      <button
        type="button"
        class="icon-button"
        aria-label=${texts.cancelRecording}
        title=${texts.cancelRecording}
        @click=${() => this.#cancel()}
      >
        ${closeIcon}
      </button>
      <span class="light" aria-hidden="true"></span>
      <span class="time" role="timer">${timeCode(this.#recorder?.elapsedMs ?? 0)}</span>
      <span class="levels" aria-hidden="true"
        >${[...flat, ...levels].map((level) => html`<i class="level-${Math.round(level / 32)}"></i>`)}</span
      >
      <button
        type="button"
        class="send send-voice"
        aria-label=${texts.sendRecording}
        title=${texts.sendRecording}
        @click=${() => void this.#send()}
      >
        ${sendIcon}
      </button>
    </div>`;
  }

  #cancel(): void {
    this.discard();
    this.#extras.composer.focus();
  }

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.#cancel();
  };
}
