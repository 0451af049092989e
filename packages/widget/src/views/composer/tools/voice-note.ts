import { html, type TemplateResult } from 'lit';
import type { SendOptions } from '@seal-chat/client';
import { closeIcon, sendIcon } from '@seal-chat/ui';
import { messageTexts } from '../../../internal/message-texts.ts';
import { timeCode } from '../../attachments/size.ts';
import type { ComposerHost } from '../host.ts';
import { LONGEST_MS, Recorder, type Recording } from './recorder.ts';

/** Bars of the picture while it is recorded. */
const BARS = 28;

/** A voice note that is being recorded in the composer's line. */
export class VoiceNote {
  readonly #host: ComposerHost;
  /** The message that the note replies to. */
  readonly #replyTo: () => Pick<SendOptions, 'replyTo'> | null;
  #recorder: Recorder | null = null;
  #isStarting = false;

  constructor(host: ComposerHost, replyTo: () => Pick<SendOptions, 'replyTo'> | null) {
    this.#host = host;
    this.#replyTo = replyTo;
  }

  get isRecording(): boolean {
    return this.#recorder !== null;
  }

  /** Asks for the microphone and begins. */
  async start(): Promise<void> {
    if (this.#isStarting || this.isRecording) return;
    this.#isStarting = true;
    this.#host.say(null);
    try {
      this.#recorder = await Recorder.start(() => this.#tick());
    } catch {
      this.#host.say(messageTexts(this.#host.strings).noMicrophone);
    } finally {
      this.#isStarting = false;
      void this.#host.update();
    }
    // The person went elsewhere while the browser asked.
    if (!this.#host.element.isConnected) this.discard();
    else if (this.isRecording) this.#focus('.send-voice');
  }

  discard(): void {
    this.#recorder?.discard();
    this.#recorder = null;
    void this.#host.update();
  }

  #tick(): void {
    if ((this.#recorder?.elapsedMs ?? 0) >= LONGEST_MS) void this.#send();
    void this.#host.update();
  }

  async #send(): Promise<void> {
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder === null) return;
    void this.#host.update();
    await this.#sendRecording(await recorder.finish());
    this.#host.focus();
  }

  /** Sends it at once, as a reply if one was begun. */
  async #sendRecording({ file, durationMs, waveform }: Recording): Promise<void> {
    const { conversation, compose } = this.#host;
    if (conversation === null) return;
    const isSent = await this.#host.run(async () => {
      const { attachmentId } = await conversation.attach(file, { kind: 'voice', durationMs, waveform });
      await conversation.send('', { ...this.#replyTo(), attachments: [attachmentId] });
    });
    if (!isSent) return;
    compose.cancel();
    this.#host.sent();
  }

  #focus(selector: string): void {
    void this.#host.update().then(() => this.#host.root.querySelector<HTMLElement>(selector)?.focus());
  }

  /** Replaces the field while a note is recorded. */
  render(): TemplateResult {
    const texts = messageTexts(this.#host.strings);
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
    this.#host.focus();
  }

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.#cancel();
  };
}
