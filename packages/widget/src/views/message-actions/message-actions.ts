import { html, nothing, type CSSResult, type TemplateResult } from 'lit';
import type { Message } from '@seal-chat/client';
import { errorText } from '../../error-text.ts';
import { closeIcon, warningIcon } from '../../icons.ts';
import { asSealError } from '../../internal/action.ts';
import { textOf } from '../message-list/message.ts';
import { moreIcon, replyIcon, smileIcon } from '../rich/icons.ts';
import type { RichMessages } from '../rich/rich-messages.ts';
import { availableActions, type Available } from './available.ts';
import { deleteDialog } from './delete-dialog.ts';
import { emojiPicker, PICKER_COLUMNS } from './emoji-picker.ts';
import { focusByKey, placeBeside } from './floating.ts';
import { messageMenu } from './menu.ts';
import { actionStyles } from './message-actions.styles.ts';

/** A finger that rests this long asks for the menu, ms, unless it moves further than this, px. */
const LONG_PRESS_MS = 450;
const STILL_PX = 10;

/**
 * What can be done with a message: a toolbar beside the one that the pointer or focus is on, and a menu by the context
 * key, right click or a long press. On a focused message: Enter opens the menu, R replies, E edits, Delete deletes.
 */
export class MessageActions {
  readonly styles: CSSResult = actionStyles;
  readonly #rich: RichMessages;
  /** What the toolbar stands beside. */
  #target: Message | null = null;
  /** What the open menu, picker or question is about. */
  #chosen: Message | null = null;
  #problem: string | null = null;
  #press: { readonly x: number; readonly y: number; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(rich: RichMessages) {
    this.#rich = rich;
    const scroller = this.#byId('scroller');
    scroller?.addEventListener('pointerover', this.#handlePointer);
    scroller?.addEventListener('pointerdown', this.#handlePress);
    scroller?.addEventListener('pointermove', this.#handleMove);
    for (const end of ['pointerup', 'pointercancel', 'scroll'] as const)
      scroller?.addEventListener(end, this.#endPress);
    scroller?.addEventListener('focusin', this.#handleFocus);
    scroller?.addEventListener('contextmenu', this.#handleContextMenu);
    scroller?.addEventListener('keydown', this.#handleKeydown);
    scroller?.addEventListener('scroll', this.#follow);
    this.#rich.host.list.addEventListener('pointerleave', this.#leave);
    const aimedAt = this.#root.querySelector('.message:hover') ?? this.#root.activeElement;
    if (aimedAt !== null) this.#aim(aimedAt);
  }

  get rich(): RichMessages {
    return this.#rich;
  }

  render(): TemplateResult {
    const { texts } = this.#rich;
    // As they are now: a message may have been taken back under the pointer.
    this.#target = this.#present(this.#target);
    this.#chosen = this.#present(this.#chosen);
    const target = this.#allowed(this.#target);
    const chosen = this.#allowed(this.#chosen);
    return html`<div
        id="tools"
        role="toolbar"
        aria-label=${texts.actions}
        ?hidden=${target === null}
        @keydown=${(event: KeyboardEvent) => focusByKey(event, this.#items('tools'))}
      >
        ${
          target === null
            ? nothing
            : html`${target.react ? this.#tool(texts.react, smileIcon, () => this.#openPicker(this.#target)) : nothing}
              ${target.reply ? this.#tool(texts.reply, replyIcon, () => this.reply(this.#target)) : nothing}
              ${this.#tool(texts.actions, moreIcon, () => this.#openMenu(this.#target))}`
        }
      </div>
      <div
        id="menu"
        class="floating"
        popover="manual"
        role="menu"
        aria-label=${texts.actions}
        @toggle=${this.#handleToggle}
        @keydown=${this.#handleMenuKeydown}
      >
        ${chosen === null || this.#chosen === null ? nothing : messageMenu(this.#chosen, chosen, this)}
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
        ${this.#chosen === null ? nothing : emojiPicker(this.#chosen, this)}
      </div>
      <dialog
        id="question"
        class="floating"
        aria-labelledby="question-title"
        @close=${this.#handleClose}
        @keydown=${stopEscape}
      >
        ${chosen === null || this.#chosen === null ? nothing : deleteDialog(this.#chosen, chosen, this)}
      </dialog>
      ${
        this.#problem === null
          ? nothing
          : html`<p class="problem toast" role="alert">
              ${warningIcon}<span>${this.#problem}</span>
              <button class="icon-button" aria-label=${texts.close} @click=${() => this.#say(null)}>
                ${closeIcon}
              </button>
            </p>`
      }`;
  }

  /** Hands the message to the composer, to be answered. */
  reply(message: Message | null): void {
    if (message !== null) this.#rich.host.tell('compose', { mode: 'reply', message });
  }

  /** Hands an own message to the composer, to be changed. */
  edit(message: Message): void {
    this.#rich.host.tell('compose', { mode: 'edit', message });
  }

  async copy(message: Message): Promise<void> {
    await this.run(() => navigator.clipboard.writeText(textOf(message)));
    if (this.#problem === null) this.#rich.host.announce(this.#rich.texts.textCopied);
  }

  react(message: Message, emoji: string): void {
    this.closeAll();
    this.#rich.toggleReaction(message, emoji);
  }

  /** Asks before anything is deleted. */
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
    const { conversation } = this.#rich.host.list;
    const { seq } = message;
    if (seq === null) return;
    await this.run(async () => {
      if (isForEveryone) await conversation?.deleteForEveryone(seq);
      else await conversation?.deleteForMe(seq);
    });
  }

  /** Shows why `task` failed, if it does. */
  async run(task: () => Promise<unknown>): Promise<void> {
    this.#say(null);
    await task().catch((error: unknown) => this.#say(errorText(asSealError(error), this.#rich.texts)));
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

  #say(problem: string | null): void {
    this.#problem = problem;
    this.#update();
  }

  #tool(name: string, icon: TemplateResult, onClick: () => void): TemplateResult {
    return html`<button class="tool" aria-label=${name} title=${name} @click=${onClick}>${icon}</button>`;
  }

  #allowed(message: Message | null): Available | null {
    const { list, client } = this.#rich.host;
    if (message === null) return null;
    return availableActions(message, list.summary, client.account.get().status === 'signed-in');
  }

  #openMenu(message: Message | null, at: DOMRect | null = null): void {
    if (this.#allowed(message) === null) return;
    this.#choose(message, () => this.#show('menu', at));
  }

  #openPicker(message: Message | null): void {
    this.#choose(message, () => this.#show('picker', null));
  }

  #choose(message: Message | null, then: () => void): void {
    this.#chosen = message;
    this.#update();
    void this.#rich.host.list.updateComplete.then(then);
  }

  #show(id: 'menu' | 'picker', at: DOMRect | null): void {
    const popover = this.#byId(id);
    const bubble = this.#rowOf(this.#chosen)?.querySelector('.bubble') ?? this.#rowOf(this.#chosen);
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
    const floating = [...this.#root.querySelectorAll('.floating')];
    if (!event.composedPath().some((target) => floating.includes(target as Element))) this.closeAll();
  };

  readonly #handleClose = (event: Event): void => this.#giveBackFocus(event.target as HTMLElement);

  /** Where the focus was in what has closed, the message gets it back. */
  #giveBackFocus(closed: HTMLElement): void {
    const { activeElement } = this.#root;
    const isOpen = this.#root.querySelector('.floating:popover-open, dialog[open]') !== null;
    if (isOpen || (activeElement !== null && !closed.contains(activeElement))) return;
    this.#rowOf(this.#chosen)?.focus({ preventScroll: true });
    this.#chosen = null;
    this.#update();
  }

  readonly #handlePointer = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') this.#aim(event.target as Element);
  };

  readonly #handleFocus = (event: FocusEvent): void => this.#aim(event.target as Element);

  readonly #leave = (): void => {
    if (this.#target === null || this.#byId('tools')?.contains(this.#root.activeElement) === true) return;
    this.#target = null;
    this.#update();
  };

  /** Stays beside the message while it is the one, wherever that scrolls. */
  readonly #follow = (): void => {
    const row = this.#rowOf(this.#target);
    if (row?.matches(':hover, :focus-within') === true) this.#placeTools(row);
    else this.#leave();
  };

  #aim(element: Element): void {
    const row = element.closest<HTMLElement>('.message');
    const message = row === null ? null : this.#messageOf(row);
    if (row === null || message === null || message.messageId === this.#target?.messageId) return;
    this.#target = message;
    this.#update();
    void this.#rich.host.list.updateComplete.then(() => this.#placeTools(row));
  }

  /** At the upper edge of the bubble, on the side that points to the middle. */
  #placeTools(row: HTMLElement): void {
    const tools = this.#byId('tools');
    const bubble = (row.querySelector('.bubble') ?? row).getBoundingClientRect();
    const list = this.#rich.host.list.getBoundingClientRect();
    if (tools === null) return;
    const isLeft = row.classList.contains('own') !== tools.matches(':dir(rtl)');
    const beside = isLeft ? bubble.left - tools.offsetWidth - 6 : bubble.right + 6;
    const left = Math.max(4, Math.min(beside - list.left, list.width - tools.offsetWidth - 4));
    const overlaps = isLeft ? beside < list.left + 4 : beside + tools.offsetWidth > list.right - 4;
    const top = bubble.top - list.top - (overlaps ? tools.offsetHeight - 8 : 0);
    tools.style.setProperty('top', `${Math.max(4, top)}px`);
    tools.style.setProperty('left', `${left}px`);
  }

  readonly #handleContextMenu = (event: MouseEvent): void => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>('.message');
    const isForBrowser = target.closest('a, img, video') !== null || getSelection()?.isCollapsed === false;
    if (row === null || isForBrowser) return;
    const message = this.#messageOf(row);
    if (this.#allowed(message) === null) return;
    event.preventDefault();
    this.#endPress();
    const isByKey = event.clientX === 0 && event.clientY === 0;
    this.#openMenu(message, isByKey ? null : new DOMRect(event.clientX, event.clientY));
  };

  readonly #handlePress = (event: PointerEvent): void => {
    this.#endPress();
    const row = (event.target as Element).closest<HTMLElement>('.message');
    if (event.pointerType !== 'touch' || row === null) return;
    const timer = setTimeout(() => this.#openMenu(this.#messageOf(row)), LONG_PRESS_MS);
    this.#press = { x: event.clientX, y: event.clientY, timer };
  };

  readonly #handleMove = (event: PointerEvent): void => {
    const press = this.#press;
    if (press !== null && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL_PX) this.#endPress();
  };

  readonly #endPress = (): void => {
    clearTimeout(this.#press?.timer);
    this.#press = null;
  };

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    const row = event.target as HTMLElement;
    if (!row.matches('.message') || event.ctrlKey || event.metaKey || event.altKey) return;
    const message = this.#messageOf(row);
    const can = this.#allowed(message);
    if (message === null || can === null) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === 'Enter' || (key === 'F10' && event.shiftKey)) this.#openMenu(message);
    else if (key === 'r' && can.reply) this.reply(message);
    else if (key === 'e' && can.edit) this.edit(message);
    else if (key === 'Delete') this.askToDelete(message);
    else return;
    event.preventDefault();
  };

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

  #messageOf(row: HTMLElement): Message | null {
    return this.#find(row.dataset['key']);
  }

  #present(message: Message | null): Message | null {
    return message === null ? null : this.#find(message.messageId);
  }

  #find(messageId: string | undefined): Message | null {
    const messages = this.#rich.host.list.conversation?.messages.get().messages ?? [];
    return messages.find((message) => message.messageId === messageId) ?? null;
  }

  #rowOf(message: Message | null): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>(`[data-key="${message?.messageId}"]`);
  }

  get #root(): ShadowRoot {
    return this.#rich.host.list.renderRoot as ShadowRoot;
  }

  #byId<T extends HTMLElement = HTMLElement>(id: string): T | null {
    return this.#root.querySelector<T>(`#${id}`);
  }

  #update(): void {
    this.#rich.host.list.requestUpdate();
  }
}

/** Escape closes what floats, and not also the conversation below. */
function stopEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.stopPropagation();
}
