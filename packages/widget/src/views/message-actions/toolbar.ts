import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { emojiIcon, moreIcon, replyIcon } from '@seal-chat/ui';
import { messageTexts } from '../../internal/message-texts.ts';
import type { MessageListHost, Overlay } from '../message-list/host.ts';
import type { Available } from './available.ts';
import { focusByKey } from './floating.ts';

/** What the toolbar needs of what it is part of. */
interface ToolbarActions {
  allowed(message: Message | null): Available | null;
  openPicker(message: Message): void;
  openMenu(message: Message): void;
  reply(message: Message): void;
}

/** A toolbar next to the message that the pointer or the focus is on. */
export class Toolbar implements Overlay {
  readonly #host: MessageListHost;
  readonly #actions: ToolbarActions;
  /** The message that the toolbar is next to. */
  #target: Message | null = null;

  constructor(host: MessageListHost, actions: ToolbarActions) {
    this.#host = host;
    this.#actions = actions;
    const { scroller, root } = host;
    scroller.addEventListener('pointerover', this.#handlePointer);
    scroller.addEventListener('focusin', this.#handleFocus);
    scroller.addEventListener('scroll', this.#follow);
    host.element.addEventListener('pointerleave', this.#leave);
    const aimedAt = root.querySelector('.message:hover') ?? root.activeElement;
    if (aimedAt !== null) this.#aim(aimedAt);
  }

  render(): TemplateResult {
    const texts = messageTexts(this.#host.strings);
    // The message as it is now: it may have been deleted under the pointer.
    const target = (this.#target = this.#host.find(this.#target?.messageId));
    const can = this.#actions.allowed(target);
    return html`<div
      id="tools"
      role="toolbar"
      aria-label=${texts.actions}
      ?hidden=${can === null}
      @keydown=${this.#handleKeydown}
    >
      ${
        target === null || can === null
          ? nothing
          : html`${can.react ? tool(texts.react, emojiIcon, () => this.#actions.openPicker(target)) : nothing}
            ${can.reply ? tool(texts.reply, replyIcon, () => this.#actions.reply(target)) : nothing}
            ${tool(texts.actions, moreIcon, () => this.#actions.openMenu(target))}`
      }
    </div>`;
  }

  get #tools(): HTMLElement | null {
    return this.#host.root.querySelector<HTMLElement>('#tools');
  }

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    focusByKey(event, [...(this.#tools?.querySelectorAll<HTMLElement>('button') ?? [])]);
  };

  readonly #handlePointer = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') this.#aim(event.target as Element);
  };

  readonly #handleFocus = (event: FocusEvent): void => this.#aim(event.target as Element);

  readonly #leave = (): void => {
    if (this.#target === null || this.#tools?.contains(this.#host.root.activeElement) === true) return;
    this.#target = null;
    void this.#host.update();
  };

  /** Stays next to the message, wherever that scrolls, for as long as the pointer or the focus is on it. */
  readonly #follow = (): void => {
    const row = this.#host.row(this.#target?.messageId);
    if (row?.matches(':hover, :focus-within') === true) this.#place(row);
    else this.#leave();
  };

  #aim(element: Element): void {
    const row = element.closest<HTMLElement>('.message');
    const message = row === null ? null : this.#host.find(row.dataset['key']);
    if (row === null || message === null || message.messageId === this.#target?.messageId) return;
    this.#target = message;
    void this.#host.update().then(() => this.#place(row));
  }

  /** At the upper edge of the bubble, on the side that points to the middle. */
  #place(row: HTMLElement): void {
    const tools = this.#tools;
    const bubble = (row.querySelector('.bubble') ?? row).getBoundingClientRect();
    const list = this.#host.element.getBoundingClientRect();
    if (tools === null) return;
    const isLeft = row.classList.contains('own') !== tools.matches(':dir(rtl)');
    const beside = isLeft ? bubble.left - tools.offsetWidth - 6 : bubble.right + 6;
    const left = Math.max(4, Math.min(beside - list.left, list.width - tools.offsetWidth - 4));
    const overlaps = isLeft ? beside < list.left + 4 : beside + tools.offsetWidth > list.right - 4;
    const top = bubble.top - list.top - (overlaps ? tools.offsetHeight - 8 : 0);
    tools.style.setProperty('top', `${Math.max(4, top)}px`);
    tools.style.setProperty('left', `${left}px`);
  }
}

function tool(name: string, icon: TemplateResult, onClick: () => void): TemplateResult {
  return html`<button class="tool" aria-label=${name} title=${name} @click=${onClick}>${icon}</button>`;
}
