import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { placeBeside } from '@seal-chat/ui';
import { messageTexts, type MessageTexts } from '../../internal/message-texts.ts';
import { textOf } from '../../messages/text.ts';
import { toggleReaction } from '../../messages/toggle-reaction.ts';
import type { MessageListHost, Overlay } from '../message-list/host.ts';
import type { Available } from './available.ts';
import type { MessageCommands } from './commands.ts';
import { deleteDialog } from './delete-dialog.ts';
import { emojiPicker, PICKER_COLUMNS } from './emoji-picker.ts';
import { focusByKey } from './floating.ts';
import { messageMenu } from './menu.ts';
import { Toolbar } from './toolbar.ts';

/**
 * What can be done with a message: a toolbar next to the one that the pointer or focus is on, and the menu, emoji picker
 * and question that `MessageTriggers` or the toolbar ask for.
 */
export class MessageActions implements MessageCommands, Overlay {
  readonly #host: MessageListHost;
  readonly #allowed: (message: Message | null) => Available | null;
  readonly #toolbar: Toolbar;
  /** What the open menu, picker or question is about. */
  #chosen: Message | null = null;

  /** `allowed` returns what can be done with a message. */
  constructor(host: MessageListHost, allowed: (message: Message | null) => Available | null) {
    this.#host = host;
    this.#allowed = allowed;
    this.#toolbar = new Toolbar(host, {
      allowed,
      openPicker: (message) => this.#openPicker(message),
      openMenu: (message) => this.openMenu(message),
      reply: (message) => this.reply(message),
    });
  }

  get texts(): MessageTexts {
    return messageTexts(this.#host.strings);
  }

  render(): TemplateResult {
    const { texts } = this;
    // The message as it is now: it may have been deleted meanwhile.
    const chosen = (this.#chosen = this.#host.find(this.#chosen?.messageId));
    const can = this.#allowed(chosen);
    return html`${this.#toolbar.render()}
      <div
        id="menu"
        class="floating"
        popover="manual"
        role="menu"
        aria-label=${texts.actions}
        @toggle=${this.#handleToggle}
        @keydown=${this.#handleMenuKeydown}
      >
        ${can === null || chosen === null ? nothing : messageMenu(chosen, can, this)}
      </div>
      <div
        id="picker"
        class="floating"
        popover="manual"
        role="dialog"
        aria-label=${texts.moreEmoji}
        @toggle=${this.#handleToggle}
        @keydown=${this.#handlePickerKeydown}
      >
        ${chosen === null ? nothing : emojiPicker(chosen, this)}
      </div>
      <dialog
        id="question"
        class="floating"
        aria-labelledby="question-title"
        @close=${this.#handleClose}
        @keydown=${stopEscape}
      >
        ${can === null || chosen === null ? nothing : deleteDialog(chosen, can, this)}
      </dialog>`;
  }

  reply(message: Message): void {
    this.#host.compose({ mode: 'reply', message });
  }

  edit(message: Message): void {
    this.#host.compose({ mode: 'edit', message });
  }

  async copy(message: Message): Promise<void> {
    const isCopied = await this.#host.run(() => navigator.clipboard.writeText(textOf(message)));
    if (isCopied) this.#host.announce(this.texts.textCopied);
  }

  react(message: Message, emoji: string): void {
    this.closeAll();
    toggleReaction(message, emoji, this.#host);
  }

  askToDelete(message: Message): void {
    this.closeAll();
    this.#choose(message, () => {
      const question = this.#byId<HTMLDialogElement>('question');
      question?.showModal();
      // What changes nothing is what Enter does first.
      question?.querySelector<HTMLElement>('.cancel')?.focus();
    });
  }

  async delete(message: Message, isForEveryone: boolean): Promise<void> {
    this.closeAll();
    const { conversation } = this.#host;
    const { seq } = message;
    if (seq === null) return;
    await this.#host.run(async () => {
      if (isForEveryone) await conversation?.deleteForEveryone(seq);
      else await conversation?.deleteForMe(seq);
    });
  }

  closeAll(): void {
    for (const id of ['menu', 'picker'])
      if (this.#byId(id)?.matches(':popover-open') === true) this.#byId(id)?.hidePopover();
    this.#byId<HTMLDialogElement>('question')?.close();
  }

  openPicker(message: Message): void {
    this.closeAll();
    this.#openPicker(message);
  }

  /** Opens the menu of a message: at `at`, or else beside its bubble. */
  openMenu(message: Message, at: DOMRect | null = null): void {
    if (this.#allowed(message) === null) return;
    this.#choose(message, () => this.#show('menu', at));
  }

  #openPicker(message: Message): void {
    this.#choose(message, () => this.#show('picker', null));
  }

  #choose(message: Message | null, then: () => void): void {
    this.#chosen = message;
    void this.#host.update().then(then);
  }

  #show(id: 'menu' | 'picker', at: DOMRect | null): void {
    const popover = this.#byId(id);
    const row = this.#host.row(this.#chosen?.messageId);
    const bubble = row?.querySelector('.bubble') ?? row;
    if (popover === null || bubble == null || this.#chosen === null) return;
    popover.showPopover();
    document.addEventListener('pointerdown', this.#handleOutside, true);
    const isAtEnd = this.#chosen.isOwn !== popover.matches(':dir(rtl)');
    placeBeside(popover, at ?? bubble.getBoundingClientRect(), isAtEnd && at === null);
    this.#items(id)[0]?.focus();
  }

  readonly #handleToggle = (event: Event): void => {
    if ((event as ToggleEvent).newState !== 'closed') return;
    document.removeEventListener('pointerdown', this.#handleOutside, true);
    this.#giveBackFocus(event.target as HTMLElement);
  };

  /** A press anywhere else closes it. Not left to the browser, which takes the end of a long press for one. */
  readonly #handleOutside = (event: Event): void => {
    const floating = [...this.#host.root.querySelectorAll('.floating')];
    if (!event.composedPath().some((target) => floating.includes(target as Element))) this.closeAll();
  };

  readonly #handleClose = (event: Event): void => this.#giveBackFocus(event.target as HTMLElement);

  /** Gives the focus back to the message if it was in what has closed. */
  #giveBackFocus(closed: HTMLElement): void {
    const { root } = this.#host;
    const { activeElement } = root;
    const isOpen = root.querySelector('.floating:popover-open, dialog[open]') !== null;
    if (isOpen || (activeElement !== null && !closed.contains(activeElement))) return;
    this.#host.row(this.#chosen?.messageId)?.focus({ preventScroll: true });
    this.#chosen = null;
    void this.#host.update();
  }

  readonly #handleMenuKeydown = (event: KeyboardEvent): void => {
    if (!this.#closeByKey(event)) focusByKey(event, this.#items('menu'));
  };

  readonly #handlePickerKeydown = (event: KeyboardEvent): void => {
    if (!this.#closeByKey(event)) focusByKey(event, this.#items('picker'), PICKER_COLUMNS);
  };

  /** Escape and Tab lead back to the message, and no further. */
  #closeByKey(event: KeyboardEvent): boolean {
    if (event.key !== 'Escape' && event.key !== 'Tab') return false;
    event.preventDefault();
    event.stopPropagation();
    this.closeAll();
    return true;
  }

  #items(id: string): readonly HTMLElement[] {
    return [...(this.#byId(id)?.querySelectorAll<HTMLElement>('button') ?? [])];
  }

  #byId<T extends HTMLElement = HTMLElement>(id: string): T | null {
    return this.#host.root.querySelector<T>(`#${id}`);
  }
}

/** Escape closes what floats, and not also the conversation below. */
function stopEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.stopPropagation();
}
