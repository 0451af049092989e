import { html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import {
  SealError,
  type Conversation,
  type Mention,
  type Message,
  type PendingAttachment,
  type SendOptions,
} from '@seal-chat/client';
import { CONTENT_LIMITS } from '@seal-chat/protocol';
import { errorText } from '../../../error-text.ts';
import { checkIcon, closeIcon, warningIcon } from '../../../icons.ts';
import type { ShownStrings } from '../../../i18n/strings.ts';
import { asSealError } from '../../../internal/action.ts';
import { messageTexts, type MessageTexts } from '../../../internal/message-texts.ts';
import { Watch } from '../../../internal/watch.ts';
import { avatarStyles } from '../../../people/avatar.ts';
import { personName } from '../../../people/name.ts';
import { BlobUrls } from '../../attachments/blob-url.ts';
import { safeName, thumbnailBlob } from '../../attachments/kinds.ts';
import { sizeLabel } from '../../attachments/size.ts';
import { textOf } from '../../message-list/message.ts';
import type { ComposeRequest } from '../../rich/rich-host.ts';
import { editIcon, replyIcon } from '../../rich/icons.ts';
import type { SealComposer } from '../composer.ts';
import { DropZone } from './drop-zone.ts';
import { extrasStyles } from './extras.styles.ts';
import { FilesToSend } from './files-to-send.ts';
import { attachIcon, microphoneIcon } from './icons.ts';
import { MentionPicker } from './mention-picker.ts';
import { findMentions } from './mention-search.ts';
import { tray } from './tray.ts';
import { VoiceNote } from './voice-note.ts';

/** What the composer can do besides sending a text: answer, change, mention, attach, record. */
export class ComposerExtras implements ReactiveController {
  readonly composer: SealComposer;
  readonly #strings: () => ShownStrings;
  readonly #onSent: () => void;
  readonly #mentions: MentionPicker;
  readonly #voice: VoiceNote;
  readonly #drop: DropZone;
  readonly #urls: BlobUrls;
  readonly #pending: Watch<readonly PendingAttachment[]>;
  #watched: readonly PendingAttachment[] = [];
  #ends: readonly (() => void)[] = [];
  #request: ComposeRequest | null = null;
  /** What stood in the field before a message was to be changed. */
  #before = '';
  /** What stands there next, after the one that is being stored. */
  #next = '';
  #problem: string | null = null;
  /** Files that were chosen and are being attached. */
  #attaching: Promise<void> | null = null;
  readonly #files = new FilesToSend();

  constructor(composer: SealComposer, strings: () => ShownStrings, onSent: () => void) {
    this.composer = composer;
    this.#strings = strings;
    this.#onSent = onSent;
    this.#mentions = new MentionPicker(this);
    this.#voice = new VoiceNote(this);
    this.#drop = new DropZone(this);
    this.#urls = new BlobUrls(composer);
    this.#pending = new Watch(composer, () => this.composer.conversation?.attachments ?? null);
    const root = composer.renderRoot as ShadowRoot;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, avatarStyles.styleSheet!, extrasStyles.styleSheet!];
    composer.addController(this);
  }

  get texts(): MessageTexts {
    return messageTexts(this.#strings());
  }

  get field(): HTMLTextAreaElement | null {
    return this.composer.renderRoot.querySelector('textarea');
  }

  get conversation(): Conversation | null {
    return this.composer.conversation;
  }

  hostConnected(): void {
    this.#drop.connect();
    this.field?.addEventListener('paste', this.#handlePaste);
  }

  hostDisconnected(): void {
    this.#drop.disconnect();
    this.#voice.discard();
    this.#endWatching();
    this.field?.removeEventListener('paste', this.#handlePaste);
  }

  hostUpdate(): void {
    const pending = this.#pending.value ?? [];
    if (pending === this.#watched) return;
    this.#files.follow(pending);
    this.#endWatching();
    this.#watched = pending;
    this.#ends = pending.map((one) => one.attachment.subscribe(() => this.update()));
  }

  hostUpdated(): void {
    this.#mentions.describe(this.field);
  }

  #endWatching(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#watched = [];
  }

  update(): void {
    this.composer.requestUpdate();
  }

  /** What is to be kept for next time; not a change of a message that is there. */
  get draft(): string {
    return this.#request?.mode === 'edit' ? this.#before : this.composer.text;
  }

  get hasFiles(): boolean {
    return this.#request?.mode !== 'edit' && (this.#files.ids.length > 0 || this.#attaching !== null);
  }

  get sendName(): string | null {
    return this.#request?.mode === 'edit' ? this.texts.saveEdit : null;
  }

  get sendIcon(): TemplateResult | null {
    return this.#request?.mode === 'edit' ? checkIcon : null;
  }

  /** With nothing to send the place belongs to the microphone. */
  get hidesSend(): boolean {
    return (
      this.#voice.isOffered && this.composer.text.trim() === '' && !this.hasFiles && this.#request?.mode !== 'edit'
    );
  }

  /** Sends what is there, or stores the change. Null leaves it to the composer: it is a text and nothing else. */
  send(text: string): Promise<unknown> | null {
    const { conversation } = this;
    const request = this.#request;
    if (conversation === null) return null;
    const summary = conversation.summary.get();
    const mentions = summary?.kind === 'channel' ? findMentions(text, summary.members, CONTENT_LIMITS.mentions) : [];
    const seq = request?.message.seq ?? null;
    if (request?.mode === 'edit' && seq !== null) return this.#settle(conversation.edit(seq, text, mentions));
    // What was chosen before is meant to go along; what cannot be attached holds the message back.
    const attaching = this.#attaching;
    if (attaching !== null) return this.#settle(attaching.then(() => this.#sendPost(conversation, text, mentions)));
    if (this.#replyTo() === null && mentions.length === 0 && this.#files.ids.length === 0) return null;
    return this.#settle(this.#sendPost(conversation, text, mentions));
  }

  #sendPost(conversation: Conversation, text: string, mentions: readonly Mention[]): Promise<unknown> {
    return this.#files.give((attachments) => conversation.send(text, { ...this.#replyTo(), mentions, attachments }));
  }

  #replyTo(): Pick<SendOptions, 'replyTo'> | null {
    const request = this.#request;
    const seq = request?.message.seq ?? null;
    if (request?.mode !== 'reply' || seq === null) return null;
    return { replyTo: { seq, messageId: request.message.messageId } };
  }

  async #settle(task: Promise<unknown>): Promise<void> {
    const request = this.#request;
    await task;
    this.#next = request?.mode === 'edit' ? this.#before : '';
    if (this.#request === request) this.#request = null;
    this.say(null);
  }

  /** What the field shows after sending: what stood there before a message was changed. */
  takeNext(): string {
    const next = this.#next;
    this.#next = '';
    return next;
  }

  /** Begins an answer, or a change of an own message. */
  begin(request: ComposeRequest): void {
    if (request.mode === 'edit') {
      if (this.#request?.mode !== 'edit') this.#before = this.composer.text;
      this.#request = request;
      this.composer.setText(textOf(request.message));
    } else {
      this.cancel();
      this.#request = request;
    }
    this.update();
    void this.composer.updateComplete.then(() => {
      const { field } = this;
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    });
  }

  /** Neither answers nor changes any longer. */
  cancel(): void {
    const wasEdit = this.#request?.mode === 'edit';
    this.#request = null;
    if (wasEdit) this.composer.setText(this.#before);
    this.update();
  }

  /** Shows what went wrong, or nothing any more. */
  say(problem: string | null): void {
    this.#problem = problem;
    this.update();
  }

  handleInput(): void {
    this.#mentions.look();
  }

  /** Returns whether the key was meant for something here. */
  handleKeydown(event: KeyboardEvent): boolean {
    if (event.isComposing) return false;
    if (this.#mentions.handleKeydown(event)) return true;
    if (event.key === 'Escape' && this.#request !== null) {
      this.cancel();
      event.preventDefault();
      event.stopPropagation();
      return true;
    }
    if (event.key !== 'ArrowUp' || this.composer.text !== '' || this.#request !== null) return false;
    const last = this.#lastOwn();
    if (last === null) return false;
    event.preventDefault();
    this.begin({ mode: 'edit', message: last });
    return true;
  }

  #lastOwn(): Message | null {
    const messages = this.conversation?.messages.get().messages ?? [];
    return messages.findLast((message) => message.isOwn && message.seq !== null && textOf(message) !== '') ?? null;
  }

  readonly #handlePaste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.attach(files);
  };

  /** Attaches files to what is being written; says so when one of them cannot be. */
  async attach(files: readonly File[]): Promise<void> {
    this.say(null);
    const before = this.#attaching;
    const attaching = Promise.resolve(before).then(() => this.#attachEach(files));
    this.#attaching = attaching;
    this.update();
    // Whoever sends meanwhile hears of it; here it was said.
    await attaching.catch(() => undefined);
    if (this.#attaching === attaching) this.#attaching = null;
    this.update();
    this.composer.focus();
  }

  /** @throws SealError the first that came up, when all have been tried */
  async #attachEach(files: readonly File[]): Promise<void> {
    const { conversation, texts } = this;
    let first: SealError | null = null;
    for (const file of files) {
      if (conversation === null) return;
      if (this.#files.ids.length >= CONTENT_LIMITS.attachments) {
        this.say(texts.tooManyFiles(CONTENT_LIMITS.attachments));
        throw new SealError('TOO_LARGE');
      }
      try {
        const { attachmentId } = await conversation.attach(file);
        this.#files.add(attachmentId);
      } catch (thrown) {
        const error = asSealError(thrown);
        first ??= error;
        this.say(this.#whyNot(error, file.name));
      }
    }
    if (first !== null) throw first;
  }

  #whyNot(error: SealError, name: string): string {
    const { texts } = this;
    const { maxBytes } = error.details;
    return error.code === 'TOO_LARGE' && maxBytes !== undefined
      ? texts.fileTooLarge(safeName(name, texts.file), sizeLabel(maxBytes, texts.lang))
      : errorText(error, texts);
  }

  /** Sends a recorded voice note at once, as an answer if one was begun. */
  async sendVoice(file: Blob, durationMs: number, waveform: Uint8Array): Promise<void> {
    const { conversation } = this;
    if (conversation === null) return;
    const isSent = await this.composer.run(async () => {
      const { attachmentId } = await conversation.attach(file, { kind: 'voice', durationMs, waveform });
      await conversation.send('', { ...this.#replyTo(), attachments: [attachmentId] });
    });
    if (!isSent) return;
    this.#request = null;
    this.#onSent();
    this.update();
  }

  /** Over the line: who is answered, what is attached, who can be mentioned. */
  above(): TemplateResult {
    return html`${
      this.#problem === null
        ? nothing
        : html`<p class="problem" role="alert">${warningIcon}<span>${this.#problem}</span></p>`
    }
    ${this.#request === null ? nothing : this.#renderRequest(this.#request)}
    ${this.#request?.mode === 'edit' ? nothing : tray(this.#files.shown, this.texts, (one) => this.#thumbnail(one))}
    ${this.#mentions.render()} ${this.#drop.render()}`;
  }

  #thumbnail(one: PendingAttachment): string | null {
    const attachment = one.attachment.get();
    return this.#urls.get(attachment.attachmentId, () => thumbnailBlob(attachment));
  }

  #renderRequest({ mode, message }: ComposeRequest): TemplateResult {
    const { texts } = this;
    const isEdit = mode === 'edit';
    const sender = this.conversation?.summary.get()?.members.find((one) => one.userId === message.senderUserId) ?? null;
    const name = message.isOwn ? texts.you : personName(sender, texts);
    const cancel = isEdit ? texts.cancelEdit : texts.cancelReply;
    const files = message.content.kind === 'post' ? message.content.attachments : [];
    const preview = textOf(message) || files.map((file) => safeName(file.name, texts[file.kind])).join(', ');
    return html`<div class="request" role="status">
      ${isEdit ? editIcon : replyIcon}
      <div class="about">
        <b dir="auto">${isEdit ? texts.editing : texts.replyingTo(name)}</b>
        <span dir="auto">${preview}</span>
      </div>
      <button type="button" class="icon-button" aria-label=${cancel} title=${cancel} @click=${() => this.#stop()}>
        ${closeIcon}
      </button>
    </div>`;
  }

  #stop(): void {
    this.cancel();
    this.composer.focus();
  }

  /** In the line, before the field. */
  start(): TemplateResult {
    const { texts } = this;
    if (this.#voice.isRecording) return this.#voice.render();
    return html`<button
        type="button"
        class="icon-button tool"
        aria-label=${texts.attachFiles}
        title=${texts.attachFiles}
        ?disabled=${this.#request?.mode === 'edit'}
        @click=${() => this.composer.renderRoot.querySelector<HTMLInputElement>('#files')?.click()}
      >
        ${attachIcon}
      </button>
      <input id="files" type="file" multiple hidden aria-hidden="true" tabindex="-1" @change=${this.#handleFiles} />`;
  }

  readonly #handleFiles = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    void this.attach([...(input.files ?? [])]);
    input.value = '';
  };

  /** In the line, after the field. */
  end(): TemplateResult | typeof nothing {
    const { texts } = this;
    if (!this.hidesSend || this.#voice.isRecording) return nothing;
    return html`<button
      type="button"
      class="icon-button tool"
      aria-label=${texts.recordVoice}
      title=${texts.recordVoice}
      @click=${() => void this.#voice.start()}
    >
      ${microphoneIcon}
    </button>`;
  }
}
