import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Addresses of decrypted blobs, given back to the browser when their host leaves the page. */
export class BlobUrls implements ReactiveController {
  readonly #urls = new Map<string, string>();

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** The address for `key`, made by `blob` when there is none. */
  get(key: string, blob: () => Blob | null): string | null {
    const found = this.#urls.get(key);
    if (found !== undefined) return found;
    const content = blob();
    if (content === null) return null;
    const url = URL.createObjectURL(content);
    this.#urls.set(key, url);
    return url;
  }

  hostDisconnected(): void {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }
}
