import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Conversation, Message, MessageAttachment } from '@seal-chat/client';
import { base, closeIcon, downloadIcon, fileIcon, playIcon } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { messageTexts, type MessageTexts } from '../../internal/message-texts.ts';
import { SealView } from '../../internal/seal-view.ts';
import { problemLine } from '../../internal/templates.ts';
import { attachmentStyles } from './attachments.styles.ts';
import { BlobUrls } from './blob-url.ts';
import type { FileSource } from './file-access.ts';
import { proportions, shownAs, thumbnailBlob } from './kinds.ts';
import { safeName } from './safe-name.ts';
import { Lightbox } from './lightbox.ts';
import { lightboxStyles } from './lightbox.styles.ts';
import { Openings } from './opening.ts';
import { paintPlaceholder } from './placeholder.ts';
import { percentLabel, sizeLabel, timeCode } from './size.ts';
import { VoicePlayer } from './voice-player.ts';

/** What can have the focus, apart from the lightbox, which is open only while it has it. */
const CONTROLS = ':is(button, input, video, audio[controls]):not(dialog *)';

/** The files of one message. Nothing is fetched before the person asks for it; unknown types are never shown, only saved. */
export class SealAttachments extends SealView {
  static override styles = [base, attachmentStyles, lightboxStyles];
  static override properties: PropertyDeclarations = {
    message: { attribute: false },
    conversation: { attribute: false },
    isTabStop: { attribute: false },
  };

  declare message: Message | null;
  declare conversation: Conversation | null;
  /** The message takes part in tabbing, and so do its files. */
  declare isTabStop: boolean;

  readonly #openings = new Openings(this);
  readonly #urls = new BlobUrls(this);
  readonly #lightbox = new Lightbox(this, {
    open: (attachment) => this.#open(attachment),
    url: (attachment) => this.urlOf(attachment),
    problem: (attachment) => this.#problemOf(attachment),
    save: (attachment) => void this.#save(attachment),
    nameOf: (attachment) => this.#nameOf(attachment),
    texts: () => this.texts,
  });
  readonly #voice = new VoicePlayer(this);

  constructor() {
    super();
    this.message = null;
    this.conversation = null;
    this.isTabStop = false;
  }

  get texts(): MessageTexts {
    return messageTexts(this.strings);
  }

  /** The address of a file that was opened; null for one that was not. */
  urlOf(attachment: MessageAttachment): string | null {
    return this.#urls.get(attachment.attachmentId, () => this.#openings.of(attachment).blob);
  }

  #problemOf(attachment: MessageAttachment): string | null {
    const { error } = this.#openings.of(attachment);
    if (error?.code === 'TOO_LARGE') return this.texts.pictureTooLarge;
    return error === null ? null : errorText(error, this.texts);
  }

  #nameOf(attachment: MessageAttachment): string {
    return safeName(attachment.name, this.texts[attachment.kind]);
  }

  #source(attachment: MessageAttachment): FileSource | null {
    const { conversation } = this;
    const seq = this.message?.seq ?? null;
    return conversation === null || seq === null ? null : { conversation, seq, attachment };
  }

  async #open(attachment: MessageAttachment): Promise<void> {
    const source = this.#source(attachment);
    if (source !== null) await this.#openings.open(source);
  }

  async #save(attachment: MessageAttachment): Promise<void> {
    const source = this.#source(attachment);
    if (source !== null) await this.#openings.save(source, this.texts[attachment.kind]);
  }

  protected override updated(): void {
    for (const control of this.renderRoot.querySelectorAll<HTMLElement>(CONTROLS))
      control.tabIndex = this.isTabStop ? 0 : -1;
    for (const canvas of this.renderRoot.querySelectorAll('canvas')) {
      const attachment = this.#files.find((one) => one.attachmentId === canvas.dataset['id']);
      if (attachment !== undefined) paintPlaceholder(canvas, attachment);
    }
  }

  get #files(): readonly MessageAttachment[] {
    return this.message?.content.kind === 'post' ? this.message.content.attachments : [];
  }

  protected override render(): TemplateResult {
    const images = this.#files.filter((one) => shownAs(one) === 'image');
    const others = this.#files.filter((one) => shownAs(one) !== 'image');
    return html`${
      images.length === 0
        ? nothing
        : html`<div class="images ${images.length === 1 ? 'single' : ''}">
            ${images.map((one) => this.#renderImage(one, images))}
          </div>`
    }
    ${others.map((one) => this.#renderOther(one))} ${this.#lightbox.render()}`;
  }

  #renderImage(attachment: MessageAttachment, all: readonly MessageAttachment[]): TemplateResult {
    const name = this.#nameOf(attachment);
    const isThere = this.message?.seq != null;
    return html`<div class="picture">
      <button
        class="image"
        aria-label=${this.texts.openImage(name)}
        title=${name}
        ?disabled=${!isThere}
        @click=${() => this.#lightbox.show(all, attachment)}
      >
        ${this.#renderPreview(attachment)}
      </button>
      ${this.#renderUpload(attachment)}
    </div>`;
  }

  /** The thumbnail, or colours in its place, in the proportions of the picture. */
  #renderPreview(attachment: MessageAttachment): TemplateResult {
    const full = this.urlOf(attachment);
    const isImage = shownAs(attachment) === 'image';
    const thumbnail = this.#urls.get(`small ${attachment.attachmentId}`, () => thumbnailBlob(attachment));
    const url = isImage ? (full ?? thumbnail) : thumbnail;
    const { width, height } = proportions(attachment, [4, 3]);
    return url === null
      ? html`<canvas data-id=${attachment.attachmentId} width=${width} height=${height}></canvas>`
      : html`<img src=${url} alt="" width=${width} height=${height} decoding="async" draggable="false" />`;
  }

  #renderOther(attachment: MessageAttachment): TemplateResult {
    switch (shownAs(attachment)) {
      case 'video':
        return this.#renderVideo(attachment);
      case 'audio':
        return this.#renderAudio(attachment);
      case 'voice':
        return html`${this.#voice.render(attachment, this.urlOf(attachment), () => void this.#play(attachment))}
        ${this.#renderProgress(attachment)}`;
      default:
        return this.#renderCard(attachment);
    }
  }

  #renderVideo(attachment: MessageAttachment): TemplateResult {
    const { texts } = this;
    const name = this.#nameOf(attachment);
    const url = this.urlOf(attachment);
    const { width, height } = proportions(attachment, [16, 9]);
    if (url !== null)
      return html`<video
          src=${url}
          controls
          playsinline
          aria-label=${name}
          width=${width}
          height=${height}
          @error=${this.#handleUnplayable}
        ></video>
        <p class="hint problem-line" hidden>${texts.cannotPlay}</p>
        ${this.#renderCard(attachment)}`;
    return html`<div class="picture">
        <button
          class="image poster"
          aria-label=${texts.playFile(name)}
          title=${name}
          ?disabled=${this.message?.seq == null || this.#openings.of(attachment).loading !== null}
          @click=${() => void this.#play(attachment)}
        >
          ${this.#renderPreview(attachment)}
          <span class="play">${playIcon}</span>
        </button>
        <span class="length"
          >${attachment.durationMs === null ? nothing : `${timeCode(attachment.durationMs)} · `}${sizeLabel(attachment.size, texts.lang)}</span
        >
        ${this.#renderUpload(attachment)}
      </div>
      ${this.#renderProgress(attachment)}`;
  }

  #renderAudio(attachment: MessageAttachment): TemplateResult {
    const url = this.urlOf(attachment);
    const { texts } = this;
    const name = this.#nameOf(attachment);
    return html`${this.#renderCard(
      attachment,
      url === null
        ? html`<button
            class="icon-button"
            aria-label=${texts.playFile(name)}
            title=${texts.playFile(name)}
            ?disabled=${this.message?.seq == null}
            @click=${() => void this.#play(attachment)}
          >
            ${playIcon}
          </button>`
        : nothing,
    )}
    ${
      url === null
        ? nothing
        : html`<audio src=${url} controls aria-label=${name} @error=${this.#handleUnplayable}></audio>
            <p class="hint problem-line" hidden>${texts.cannotPlay}</p>`
    }`;
  }

  /** Fetches what is to be played and begins as soon as it has arrived. */
  async #play(attachment: MessageAttachment): Promise<void> {
    await this.#open(attachment);
    await this.updateComplete;
    const url = this.urlOf(attachment);
    const media = [...this.renderRoot.querySelectorAll<HTMLMediaElement>('audio, video')];
    await media
      .find((one) => one.src === url)
      ?.play()
      .catch(() => undefined);
  }

  #handleUnplayable(event: Event): void {
    const media = event.target as HTMLElement;
    media.hidden = true;
    const note = media.nextElementSibling as HTMLElement | null;
    if (note !== null) note.hidden = false;
  }

  #renderCard(attachment: MessageAttachment, action: unknown = nothing): TemplateResult {
    const { texts } = this;
    const name = this.#nameOf(attachment);
    const { loading } = this.#openings.of(attachment);
    const dot = name.lastIndexOf('.');
    const ending = dot > 0 && name.length - dot <= 6 ? name.slice(dot + 1).toUpperCase() : texts[attachment.kind];
    return html`<div class="card">
        <span class="kind" aria-hidden="true">${fileIcon}</span>
        <div class="about">
          <bdi class="name" title=${name}>${name}</bdi>
          <span class="hint">${ending} · ${sizeLabel(attachment.size, texts.lang)}</span>
        </div>
        ${action}
        ${
          loading === null
            ? html`<button
                class="icon-button"
                aria-label=${texts.download(name)}
                title=${texts.download(name)}
                ?disabled=${this.message?.seq == null}
                @click=${() => void this.#save(attachment)}
              >
                ${downloadIcon}
              </button>`
            : html`<button
                class="icon-button"
                aria-label=${texts.cancelDownload}
                title=${texts.cancelDownload}
                @click=${loading.cancel}
              >
                ${closeIcon}
              </button>`
        }
      </div>
      ${this.#renderUpload(attachment)} ${this.#renderProgress(attachment)}`;
  }

  /** How far a download is, or why it failed. */
  #renderProgress(attachment: MessageAttachment): unknown {
    const { texts } = this;
    const { loading } = this.#openings.of(attachment);
    const problem = this.#problemOf(attachment);
    if (problem !== null) return problemLine(problem);
    return loading === null
      ? nothing
      : this.#bar(loading.part, texts.loadingFile(percentLabel(loading.part, texts.lang)));
  }

  /** How far the upload of a file of this person is. */
  #renderUpload({ upload }: MessageAttachment): unknown {
    const { texts } = this;
    if (upload === null || upload.state === 'done') return nothing;
    const part = upload.total === 0 ? 0 : upload.loaded / upload.total;
    const names = {
      preparing: texts.preparing,
      uploading: texts.uploading(percentLabel(part, texts.lang)),
      paused: texts.uploadPaused,
      failed: texts.uploadFailed,
    };
    return this.#bar(part, names[upload.state]);
  }

  #bar(part: number, name: string): TemplateResult {
    return html`<div class="bar">
      <progress max="1" .value=${part} aria-label=${name}></progress><span>${name}</span>
    </div>`;
  }
}
