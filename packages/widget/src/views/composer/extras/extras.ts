import { html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import type { AttachmentId, Message, PendingAttachment, SendOptions } from '@seal-chat/client';
import { CONTENT_LIMITS } from '@seal-chat/protocol';
import { attachIcon, avatarStyles, microphoneIcon, Watch } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { asSealError } from '../../../internal/action.ts';
import { adoptStyles } from '../../../internal/adopt-styles.ts';
import { messageListTexts } from '../../../internal/message-list-texts.ts';
import { composingJourney } from '../../../journeys/composing.ts';
import type { ComposeRequest } from '../../../messages/compose-request.ts';
import { textOf } from '../../../messages/text.ts';
import { findMentions, findSearch } from '../mention-search.ts';
import type { ComposerExtras, ComposerHost, ExtrasView } from '../host.ts';
import type { ComposerTools } from '../tools/composer-tools.ts';
import { DropZone } from './drop-zone.ts';
import { requestBar } from './request-bar.ts';

/**
 * What the composer can do besides sending a text. Replies and edits, and the buttons for the rest; the code behind those
 * is loaded with the first file, mention or voice note.
 */
export class Extras implements ComposerExtras, ReactiveController {
  readonly #host: ComposerHost;
  readonly #drop: DropZone;
  /** Files that were attached on an earlier visit are there before anything is used. */
  readonly #pending: Watch<readonly PendingAttachment[]>;
  #tools: ComposerTools | null = null;
  /** Files that wait for the code that attaches them. */
  #waiting = 0;

  constructor(host: ComposerHost) {
    this.#host = host;
    this.#drop = new DropZone(host, (files) => this.#attach(files));
    this.#pending = new Watch(host.element, () => host.conversation?.attachments ?? null);
    host.element.addController(this);
  }

  hostConnected(): void {
    this.#drop.connect();
    this.#host.field?.addEventListener('paste', this.#handlePaste);
  }

  hostDisconnected(): void {
    this.#drop.disconnect();
    this.#host.field?.removeEventListener('paste', this.#handlePaste);
  }

  hostUpdated(): void {
    if (this.#tools === null && this.#hasPending) this.#prepare();
  }

  /** Loads the tools. Resolves when they know what is attached. @throws SealError OFFLINE */
  async #load(): Promise<ComposerTools> {
    const { ComposerTools, toolStyles } = await composingJourney.load();
    if (this.#tools === null) {
      adoptStyles(this.#host.root, [avatarStyles, toolStyles]);
      this.#tools = new ComposerTools(this.#host, () => this.#replyTo());
    }
    const tools = this.#tools;
    await this.#host.update();
    return tools;
  }

  /** Loads them before they are used; a use that comes too early, or after a failure, loads them as well. */
  readonly #prepare = (): void => {
    this.#load().catch(() => undefined);
  };

  /** Has the tools do something that the person asked for, and says why when they cannot be had. */
  async #use(task: (tools: ComposerTools) => Promise<void>): Promise<void> {
    try {
      const tools = await this.#load();
      // The person may have gone elsewhere meanwhile.
      if (this.#host.element.isConnected) await task(tools);
    } catch (error) {
      this.#host.say(errorText(asSealError(error), this.#host.strings));
    }
  }

  #attach(files: readonly File[]): void {
    if (files.length === 0) return;
    this.#waiting += 1;
    void this.#host.update();
    void this.#use(({ tray }) => tray.attach(files)).finally(() => {
      this.#waiting -= 1;
      void this.#host.update();
    });
  }

  get #hasPending(): boolean {
    return (this.#pending.value?.length ?? 0) > 0;
  }

  /** Whether a file is attached, or being attached. */
  get #hasFiles(): boolean {
    return this.#waiting > 0 || (this.#tools === null ? this.#hasPending : this.#tools.tray.hasFiles);
  }

  get #isEdit(): boolean {
    return this.#host.compose.get().mode === 'edit';
  }

  get hasFiles(): boolean {
    return !this.#isEdit && this.#hasFiles;
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
    const { conversation, field } = this.#host;
    if (this.#tools !== null) this.#tools.mentions.look();
    else if (conversation?.summary.get()?.kind !== 'channel' || field === null) return;
    else if (findSearch(field.value, field.selectionEnd) !== null)
      this.#load().then(
        ({ mentions }) => mentions.look(),
        () => undefined,
      );
  }

  handleKeydown(event: KeyboardEvent): boolean {
    if (event.isComposing) return false;
    if (this.#tools?.mentions.handleKeydown(event) === true) return true;
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
    const give = (attachments: readonly AttachmentId[]): Promise<unknown> =>
      conversation.send(text, { ...replyTo, mentions, attachments });
    if (this.#hasFiles) return this.#load().then(({ tray }) => tray.give(give));
    return replyTo === null && mentions.length === 0 ? null : give([]);
  }

  #replyTo(): Pick<SendOptions, 'replyTo'> | null {
    const { mode, message } = this.#host.compose.get();
    const seq = message?.seq ?? null;
    if (mode !== 'reply' || message === null || seq === null) return null;
    return { replyTo: { seq, messageId: message.messageId } };
  }

  render(): ExtrasView {
    const texts = messageListTexts(this.#host.strings);
    const isEdit = this.#isEdit;
    // With nothing to send, the place of the send button belongs to the microphone.
    const isEmpty = this.#host.compose.get().text.trim() === '' && !this.hasFiles && !isEdit;
    const hidesSend = isRecordingOffered() && isEmpty;
    const isRecording = this.#tools?.voice.isRecording === true;
    return {
      above: html`${requestBar(this.#host)} ${isEdit ? nothing : this.#tools?.tray.renderFiles()}
      ${this.#tools?.mentions.render()} ${this.#drop.render()}`,
      start: isRecording ? this.#tools?.voice.render() : this.#renderAttach(texts.attachFiles, isEdit),
      end: hidesSend && !isRecording ? this.#renderMicrophone(texts.recordVoice) : nothing,
      sendLabel: isEdit ? texts.saveEdit : null,
      hidesSend,
    };
  }

  readonly #handlePaste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.#attach(files);
  };

  readonly #handleFiles = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    this.#attach([...(input.files ?? [])]);
    input.value = '';
  };

  #renderAttach(name: string, isDisabled: boolean): TemplateResult {
    return html`<button
        type="button"
        class="icon-button tool"
        aria-label=${name}
        title=${name}
        ?disabled=${isDisabled}
        @pointerenter=${this.#prepare}
        @click=${() => this.#host.root.querySelector<HTMLInputElement>('#files')?.click()}
      >
        ${attachIcon}
      </button>
      <input id="files" type="file" multiple hidden aria-hidden="true" tabindex="-1" @change=${this.#handleFiles} />`;
  }

  #renderMicrophone(name: string): TemplateResult {
    return html`<button
      type="button"
      class="icon-button tool"
      aria-label=${name}
      title=${name}
      @pointerenter=${this.#prepare}
      @click=${() => void this.#use(({ voice }) => voice.start())}
    >
      ${microphoneIcon}
    </button>`;
  }
}

/** Whether the browser can record at all. */
function isRecordingOffered(): boolean {
  return typeof MediaRecorder !== 'undefined' && navigator.mediaDevices !== undefined;
}
