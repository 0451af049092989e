import type { ReactiveController } from 'lit';
import { SealError, type AttachmentId, type PendingAttachment } from '@seal-chat/client';
import { CONTENT_LIMITS } from '@seal-chat/protocol';
import { Watch } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { asSealError } from '../../../internal/action.ts';
import { messageTexts, type MessageTexts } from '../../../internal/message-texts.ts';
import { BlobUrls } from '../../attachments/blob-url.ts';
import { thumbnailBlob } from '../../attachments/kinds.ts';
import { safeName } from '../../attachments/safe-name.ts';
import { sizeLabel } from '../../attachments/size.ts';
import type { ComposerHost } from '../host.ts';
import { fileList } from './file-list.ts';
import { FilesToSend } from './files-to-send.ts';

/** Attaches files that are chosen, pasted or dropped, and shows them until they are sent. */
export class AttachmentTray implements ReactiveController {
  readonly #host: ComposerHost;
  readonly #urls: BlobUrls;
  readonly #pending: Watch<readonly PendingAttachment[]>;
  #watched: readonly PendingAttachment[] = [];
  #ends: readonly (() => void)[] = [];
  /** Files that were chosen and are being attached. */
  #attaching: Promise<void> | null = null;
  readonly #files = new FilesToSend();

  constructor(host: ComposerHost) {
    this.#host = host;
    this.#urls = new BlobUrls(host.element);
    this.#pending = new Watch(host.element, () => host.conversation?.attachments ?? null);
    host.element.addController(this);
  }

  hostDisconnected(): void {
    this.#endWatching();
  }

  hostUpdate(): void {
    const pending = this.#pending.value ?? [];
    if (pending === this.#watched) return;
    this.#files.follow(pending);
    this.#endWatching();
    this.#watched = pending;
    this.#ends = pending.map((one) => one.attachment.subscribe(() => void this.#host.update()));
  }

  #endWatching(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#watched = [];
  }

  /** Whether a file is attached, or being attached. */
  get hasFiles(): boolean {
    return this.#files.ids.length > 0 || this.#attaching !== null;
  }

  /**
   * Hands all files to `send`; they stay when that fails. Files that were chosen before are meant to go along, so it waits
   * until they are attached.
   * @throws SealError of a file that cannot be attached, or of `send`
   */
  async give(send: (ids: readonly AttachmentId[]) => Promise<unknown>): Promise<void> {
    if (this.#attaching !== null) await this.#attaching;
    await this.#files.give(send);
  }

  /** Attaches files to what is being written; says so when one of them cannot be. */
  async attach(files: readonly File[]): Promise<void> {
    this.#host.say(null);
    const before = this.#attaching;
    const attaching = Promise.resolve(before).then(() => this.#attachEach(files));
    this.#attaching = attaching;
    void this.#host.update();
    // A message that waits for the files fails with it; here it was said.
    await attaching.catch(() => undefined);
    if (this.#attaching === attaching) this.#attaching = null;
    void this.#host.update();
    this.#host.focus();
  }

  /** @throws SealError the first that came up, when all have been tried */
  async #attachEach(files: readonly File[]): Promise<void> {
    const { conversation } = this.#host;
    let first: SealError | null = null;
    for (const file of files) {
      if (conversation === null) return;
      if (this.#files.ids.length >= CONTENT_LIMITS.attachments) {
        this.#host.say(this.#texts.tooManyFiles(CONTENT_LIMITS.attachments));
        throw new SealError('TOO_LARGE');
      }
      try {
        const { attachmentId } = await conversation.attach(file);
        this.#files.add(attachmentId);
      } catch (thrown) {
        const error = asSealError(thrown);
        first ??= error;
        this.#host.say(this.#whyNot(error, file.name));
      }
    }
    if (first !== null) throw first;
  }

  get #texts(): MessageTexts {
    return messageTexts(this.#host.strings);
  }

  #whyNot(error: SealError, name: string): string {
    const texts = this.#texts;
    const { maxBytes } = error.details;
    return error.code === 'TOO_LARGE' && maxBytes !== undefined
      ? texts.fileTooLarge(safeName(name, texts.file), sizeLabel(maxBytes, texts.lang))
      : errorText(error, texts);
  }

  /** The attached files. */
  renderFiles(): unknown {
    return fileList(this.#files.shown, this.#texts, (one) => this.#thumbnail(one));
  }

  #thumbnail(one: PendingAttachment): string | null {
    const attachment = one.attachment.get();
    return this.#urls.get(attachment.attachmentId, () => thumbnailBlob(attachment));
  }
}
