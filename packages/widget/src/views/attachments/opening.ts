import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { MessageAttachment, SealError } from '@seal-chat/client';
import { asSealError } from '../../internal/action.ts';
import { showable } from './kinds.ts';
import { readFile, saveFile, type FileSource } from './file-access.ts';

/** How far the opening of one file is. */
export interface OpeningState {
  readonly loading: { readonly part: number; readonly cancel: () => void } | null;
  readonly blob: Blob | null;
  readonly error: SealError | null;
}

const CLOSED: OpeningState = { loading: null, blob: null, error: null };

/** Files of one message that were asked for: what is being fetched, what is here, what failed. */
export class Openings implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #states = new Map<string, OpeningState>();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  of({ attachmentId }: MessageAttachment): OpeningState {
    return this.#states.get(attachmentId) ?? CLOSED;
  }

  hostDisconnected(): void {
    for (const { loading } of this.#states.values()) loading?.cancel();
    this.#states.clear();
  }

  /** The file's content; null when it failed or was given up. */
  async open(source: FileSource): Promise<Blob | null> {
    const { attachment } = source;
    const { blob, loading } = this.of(attachment);
    if (blob !== null || loading !== null) return blob;
    return this.#run(attachment, async (progress) => showable(attachment, await readFile(source, progress)));
  }

  /** Saves the file under its name. */
  async save(source: FileSource, fallbackName: string): Promise<void> {
    if (this.of(source.attachment).loading === null)
      await this.#run(source.attachment, async (progress) => {
        await saveFile(source, progress, fallbackName);
        return this.of(source.attachment).blob;
      });
  }

  async #run(
    attachment: MessageAttachment,
    task: (progress: { signal: AbortSignal; onProgress: (part: number) => void }) => Promise<Blob | null>,
  ): Promise<Blob | null> {
    const before = this.of(attachment).blob;
    const controller = new AbortController();
    const show = (part: number): void =>
      this.#set(attachment, { loading: { part, cancel: () => controller.abort() }, blob: before, error: null });
    show(0);
    try {
      const blob = await task({ signal: controller.signal, onProgress: show });
      this.#set(attachment, { loading: null, blob, error: null });
      return blob;
    } catch (error) {
      const isGivenUp = controller.signal.aborted || (error instanceof DOMException && error.name === 'AbortError');
      this.#set(attachment, { loading: null, blob: before, error: isGivenUp ? null : asSealError(error) });
      return null;
    }
  }

  #set({ attachmentId }: MessageAttachment, state: OpeningState): void {
    this.#states.set(attachmentId, state);
    this.#host.requestUpdate();
  }
}
