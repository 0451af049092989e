import type { AttachmentId, PendingAttachment } from '@seal-chat/client';

/** Which files the next message takes along. The list of what is attached follows what is stored, and so comes late. */
export class FilesToSend {
  #listed: readonly PendingAttachment[] = [];
  /** Attached, and not listed yet. */
  #fresh: readonly AttachmentId[] = [];
  /** Given to a message, and still listed. */
  #given: readonly AttachmentId[] = [];

  /** Takes in the list as it is now. */
  follow(listed: readonly PendingAttachment[]): void {
    const isListed = (id: AttachmentId): boolean => listed.some((one) => one.attachmentId === id);
    this.#listed = listed;
    this.#fresh = this.#fresh.filter((id) => !isListed(id));
    this.#given = this.#given.filter(isListed);
  }

  /** What the tray shows. */
  get shown(): readonly PendingAttachment[] {
    return this.#listed.filter(({ attachmentId }) => !this.#given.includes(attachmentId));
  }

  get ids(): readonly AttachmentId[] {
    return [...this.shown.map(({ attachmentId }) => attachmentId), ...this.#fresh];
  }

  add(attachmentId: AttachmentId): void {
    if (!this.#listed.some((one) => one.attachmentId === attachmentId)) this.#fresh = [...this.#fresh, attachmentId];
  }

  /** Hands all of them to `send`; they stay when that fails. */
  async give<T>(send: (ids: readonly AttachmentId[]) => Promise<T>): Promise<T> {
    const { ids } = this;
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#given = [...this.#given, ...ids];
    try {
      return await send(ids);
    } catch (error) {
      this.#given = this.#given.filter((id) => !ids.includes(id));
      this.#fresh = fresh;
      throw error;
    }
  }
}
