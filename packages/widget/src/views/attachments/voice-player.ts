import { html, nothing, svg, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { MessageAttachment } from '@seal-chat/client';
import { pauseIcon, playIcon } from '@seal-chat/ui';
import type { MessageTexts } from '../../internal/message-texts.ts';
import { timeCode } from './size.ts';

/** Bars of the picture of a voice note. */
const BARS = 40;

/** Plays voice notes: one button, the picture of the sound with the position in it, the time. */
export class VoicePlayer implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly texts: MessageTexts };
  #position = 0;
  #isPlaying = false;

  constructor(host: ReactiveControllerHost & { readonly texts: MessageTexts }) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  /** `url` is null until the note was opened, which `onOpen` does. */
  render(attachment: MessageAttachment, url: string | null, onOpen: () => void): TemplateResult {
    const { texts } = this.#host;
    const length = attachment.durationMs ?? 0;
    const part = length === 0 ? 0 : Math.min(1, this.#position / length);
    return html`<div class="voice">
      ${
        url === null
          ? nothing
          : html`<audio
              src=${url}
              @play=${() => this.#set(true)}
              @pause=${() => this.#set(false)}
              @ended=${() => this.#move(0)}
              @timeupdate=${(event: Event) => this.#move((event.target as HTMLAudioElement).currentTime * 1000)}
            ></audio>`
      }
      <button
        class="play-button"
        aria-label=${this.#isPlaying ? texts.pausePlaying : texts.playFile(texts.voice)}
        @click=${(event: Event) => this.#toggle(event, onOpen)}
      >
        ${this.#isPlaying ? pauseIcon : playIcon}
      </button>
      <div class="wave">
        ${picture(attachment.preview, part)}
        <input
          type="range"
          min="0"
          max=${Math.max(1, length)}
          step="100"
          aria-label=${texts.seek}
          aria-valuetext=${timeCode(this.#position)}
          .value=${String(this.#position)}
          ?disabled=${url === null}
          @input=${this.#handleSeek}
        />
      </div>
      <span class="time">${timeCode(this.#position > 0 ? this.#position : length)}</span>
    </div>`;
  }

  #toggle(event: Event, onOpen: () => void): void {
    const audio = audioOf(event);
    if (audio === null) onOpen();
    else if (audio.paused) void audio.play().catch(() => undefined);
    else audio.pause();
  }

  readonly #handleSeek = (event: Event): void => {
    const audio = audioOf(event);
    const position = Number((event.target as HTMLInputElement).value);
    if (audio !== null) audio.currentTime = position / 1000;
    this.#move(position);
  };

  #set(isPlaying: boolean): void {
    this.#isPlaying = isPlaying;
    this.#host.requestUpdate();
  }

  #move(position: number): void {
    this.#position = position;
    this.#host.requestUpdate();
  }
}

function audioOf(event: Event): HTMLAudioElement | null {
  return (event.currentTarget as Element).closest('.voice')?.querySelector('audio') ?? null;
}

/** The levels as bars; those before `part` are in the stronger colour. A flat line when the sender gave none. */
function picture(levels: Uint8Array | null, part: number): TemplateResult {
  const bars = Array.from({ length: BARS }, (_, i) => {
    const level = levels === null || levels.length === 0 ? 0 : levels[Math.floor((i * levels.length) / BARS)]! / 255;
    const height = 2 + 22 * level;
    return svg`<rect class=${(i + 0.5) / BARS <= part ? 'past' : ''} x=${i * 4} y=${13 - height / 2} width="2.5" height=${height} rx="1.25" />`;
  });
  return html`<svg class="flip" viewBox="0 0 ${BARS * 4} 26" preserveAspectRatio="none" aria-hidden="true">
    ${bars}
  </svg>`;
}
