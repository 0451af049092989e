import { html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import type { Message, SendOptions } from '@seal-chat/client';
import { CONTENT_LIMITS } from '@seal-chat/protocol';
import { microphoneIcon } from '@seal-chat/ui';
import { messageTexts } from '../../../internal/message-texts.ts';
import type { ComposeRequest } from '../../../messages/compose-request.ts';
import { textOf } from '../../../messages/text.ts';
import type { ComposerExtras, ComposerHost, ExtrasView } from '../host.ts';
import { AttachmentTray } from './attachment-tray.ts';
import { DropZone } from './drop-zone.ts';
import { MentionPicker } from './mention-picker.ts';
import { findMentions } from './mention-search.ts';
import { requestBar } from './request-bar.ts';
import { VoiceNote } from './voice-note.ts';

/** What the composer can do besides sending a text, put together from one part for each. */
export class Extras implements ComposerExtras, ReactiveController {
  readonly #host: ComposerHost;
  readonly #tray: AttachmentTray;
  readonly #mentions: MentionPicker;
  readonly #voice: VoiceNote;
  readonly #drop: DropZone;

  constructor(host: ComposerHost) {
    this.#host = host;
    this.#tray = new AttachmentTray(host);
    this.#mentions = new MentionPicker(host);
    this.#voice = new VoiceNote(host, () => this.#replyTo());
    this.#drop = new DropZone(host, (files) => void this.#tray.attach(files));
    host.element.addController(this);
  }

  hostConnected(): void {
    this.#drop.connect();
  }

  hostDisconnected(): void {
    this.#drop.disconnect();
    this.#voice.discard();
  }

  hostUpdated(): void {
    this.#mentions.describe();
  }

  get #isEdit(): boolean {
    return this.#host.compose.get().mode === 'edit';
  }

  get hasFiles(): boolean {
    return !this.#isEdit && this.#tray.hasFiles;
  }

  begin(request: ComposeRequest): void {
    this.#host.compose.begin(request);
    void this.#host.update().then(() => {
      const { field } = this.#host;
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    });
  }

  handleInput(): void {
    this.#mentions.look();
  }

  handleKeydown(event: KeyboardEvent): boolean {
    if (event.isComposing) return false;
    if (this.#mentions.handleKeydown(event)) return true;
    const { compose } = this.#host;
    const { mode, text } = compose.get();
    if (event.key === 'Escape' && mode !== 'new') {
      compose.cancel();
      event.preventDefault();
      event.stopPropagation();
      return true;
    }
    if (event.key !== 'ArrowUp' || text !== '' || mode !== 'new') return false;
    const message = this.#lastOwn();
    if (message === null) return false;
    event.preventDefault();
    this.begin({ mode: 'edit', message });
    return true;
  }

  #lastOwn(): Message | null {
    const messages = this.#host.conversation?.messages.get().messages ?? [];
    return messages.findLast((message) => message.isOwn && message.seq !== null && textOf(message) !== '') ?? null;
  }

  send(): Promise<unknown> | null {
    const { conversation, compose } = this.#host;
    if (conversation === null) return null;
    const { mode, message, text: typed } = compose.get();
    const text = typed.trim();
    const summary = conversation.summary.get();
    const mentions = summary?.kind === 'channel' ? findMentions(text, summary.members, CONTENT_LIMITS.mentions) : [];
    const seq = message?.seq ?? null;
    if (mode === 'edit' && seq !== null) return conversation.edit(seq, text, mentions);
    const replyTo = this.#replyTo();
    if (replyTo === null && mentions.length === 0 && !this.#tray.hasFiles) return null;
    return this.#tray.give((attachments) => conversation.send(text, { ...replyTo, mentions, attachments }));
  }

  #replyTo(): Pick<SendOptions, 'replyTo'> | null {
    const { mode, message } = this.#host.compose.get();
    const seq = message?.seq ?? null;
    if (mode !== 'reply' || message === null || seq === null) return null;
    return { replyTo: { seq, messageId: message.messageId } };
  }

  render(): ExtrasView {
    const texts = messageTexts(this.#host.strings);
    const isEdit = this.#isEdit;
    // With nothing to send, the place of the send button belongs to the microphone.
    const isEmpty = this.#host.compose.get().text.trim() === '' && !this.hasFiles && !isEdit;
    const hidesSend = this.#voice.isOffered && isEmpty;
    return {
      above: html`${requestBar(this.#host)} ${isEdit ? nothing : this.#tray.renderFiles()} ${this.#mentions.render()}
      ${this.#drop.render()}`,
      start: this.#voice.isRecording ? this.#voice.render() : this.#tray.renderButton(isEdit),
      end: hidesSend && !this.#voice.isRecording ? this.#renderMicrophone(texts.recordVoice) : nothing,
      sendLabel: isEdit ? texts.saveEdit : null,
      hidesSend,
    };
  }

  #renderMicrophone(name: string): TemplateResult {
    return html`<button
      type="button"
      class="icon-button tool"
      aria-label=${name}
      title=${name}
      @click=${() => void this.#voice.start()}
    >
      ${microphoneIcon}
    </button>`;
  }
}
