import type { Message } from '@seal-chat/client';
import { adoptStyles } from '../../internal/adopt-styles.ts';
import { actionsJourney } from '../../journeys/actions.ts';
import type { MessageListHost, Overlay } from '../message-list/host.ts';
import { availableActions, type Available } from './available.ts';
import { LongPress } from './long-press.ts';
import type { MessageActions } from './message-actions.ts';

/**
 * What asks for the actions of a message: a context key, a right click or a long press opens the menu. On a focused
 * message Enter opens it too, R replies, E edits, Delete deletes. The code of the actions is loaded when the pointer or
 * the focus first comes to a message.
 */
export class MessageTriggers implements Overlay {
  readonly #host: MessageListHost;
  readonly #longPress: LongPress;
  #actions: MessageActions | null = null;

  constructor(host: MessageListHost) {
    this.#host = host;
    const { scroller, root } = host;
    this.#longPress = new LongPress(scroller, (row) => this.#openMenu(host.find(row.dataset['key'])));
    scroller.addEventListener('contextmenu', this.#handleContextMenu);
    scroller.addEventListener('keydown', this.#handleKeydown);
    for (const sign of ['pointerover', 'pointerdown', 'focusin'])
      scroller.addEventListener(sign, (event) => this.#prepare(event.target as Element));
    this.#prepare(root.querySelector('.message:hover') ?? root.activeElement);
  }

  render(): unknown {
    return this.#actions?.render();
  }

  /** Loads the actions before they are asked for. */
  #prepare(aimedAt: Element | null): void {
    if (this.#actions === null && aimedAt?.closest('.message') != null) this.#load().catch(() => undefined);
  }

  /** @throws SealError OFFLINE */
  async #load(): Promise<MessageActions> {
    const { MessageActions, actionStyles } = await actionsJourney.load();
    if (this.#actions === null) {
      adoptStyles(this.#host.root, [actionStyles]);
      this.#actions = new MessageActions(this.#host, (message) => this.#allowed(message));
      void this.#host.update();
    }
    return this.#actions;
  }

  #use(task: (actions: MessageActions) => void): void {
    if (this.#actions === null) void this.#host.run(async () => task(await this.#load()));
    else task(this.#actions);
  }

  #allowed(message: Message | null): Available | null {
    const { summary, client } = this.#host;
    if (message === null) return null;
    return availableActions(message, summary, client.account.get().status === 'signed-in');
  }

  #openMenu(message: Message | null, at: DOMRect | null = null): void {
    if (message !== null && this.#allowed(message) !== null) this.#use((actions) => actions.openMenu(message, at));
  }

  readonly #handleContextMenu = (event: MouseEvent): void => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>('.message');
    const isForBrowser = target.closest('a, img, video') !== null || getSelection()?.isCollapsed === false;
    if (row === null || isForBrowser) return;
    const message = this.#host.find(row.dataset['key']);
    if (this.#allowed(message) === null) return;
    event.preventDefault();
    this.#longPress.end();
    const isByKey = event.clientX === 0 && event.clientY === 0;
    this.#openMenu(message, isByKey ? null : new DOMRect(event.clientX, event.clientY));
  };

  readonly #handleKeydown = (event: KeyboardEvent): void => {
    const row = event.target as HTMLElement;
    if (!row.matches('.message') || event.ctrlKey || event.metaKey || event.altKey) return;
    const message = this.#host.find(row.dataset['key']);
    const can = this.#allowed(message);
    if (message === null || can === null) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === 'Enter' || (key === 'F10' && event.shiftKey)) this.#openMenu(message);
    else if (key === 'r' && can.reply) this.#host.compose({ mode: 'reply', message });
    else if (key === 'e' && can.edit) this.#host.compose({ mode: 'edit', message });
    else if (key === 'Delete') this.#use((actions) => actions.askToDelete(message));
    else return;
    event.preventDefault();
  };
}
