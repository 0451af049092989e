import type { SealClient } from '@seal-chat/client';
import type { ShownStrings } from './i18n/strings.ts';

/** Which `<seal-chat>` hands what to the views inside it. Known to this file alone, so that no script of the page can ask. */
const contexts: WeakMap<Element, SealContext> = new WeakMap();

/** What all views inside one `<seal-chat>` share: the device they speak for, and the texts they show. */
export class SealContext {
  client: SealClient | null = null;
  strings: ShownStrings | null = null;
  /** Called when either changes. */
  readonly listeners: Set<() => void> = new Set();

  constructor(host: Element) {
    contexts.set(host, this);
  }

  /** Hands on what changed. */
  set(changes: Partial<Pick<SealContext, 'client' | 'strings'>>): void {
    Object.assign(this, changes);
    for (const listener of this.listeners) listener();
  }
}

/** The context of the `<seal-chat>` around `view`, through all shadow roots; null outside of one. */
export function contextOf(view: Element): SealContext | null {
  for (let root = view.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) {
    const found = contexts.get(root.host);
    if (found !== undefined) return found;
  }
  return null;
}
