import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation, ConversationSummary, Message, MessageId, MessageWindow } from '@seal-chat/client';
import { avatarStyles, base, Lookout, rovingTarget, Watch } from '@seal-chat/ui';
import type { ShownStrings } from '../../i18n/strings.ts';
import { adoptStyles } from '../../internal/adopt-styles.ts';
import { SealView } from '../../internal/seal-view.ts';
import { conversationJourney } from '../../journeys/conversation.ts';
import { toRows, type Row } from '../../messages/rows.ts';
import { plainly } from '../../messages/text.ts';
import { conversationName, personName } from '../../people/name.ts';
import { dayLabel } from '../../time/dates.ts';
import { Announcer } from './announcer.ts';
import { beginningView, toLatestView } from './edges.ts';
import { EndAnchor } from './end-anchor.ts';
import type { MessageListHost, Overlay, RichParts } from './host.ts';
import { newestSeq, toListed, type ListedMessage } from './listed.ts';
import { messageView } from './message.ts';
import { messageListStyles } from './message-list.styles.ts';

/** Messages put on the page at first, and added each time the upper end comes near. */
const PAGE = 60;
/** With more than this on the page, the upper ones are removed again when the person is back at the end. */
const MOST_AT_END = 4 * PAGE;

/** The messages of one conversation, which stays the same for the life of the element. */
export class SealMessageList extends SealView {
  static override styles = [base, avatarStyles, messageListStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;

  readonly #messages = new Watch(this, () => this.conversation?.messages ?? null);
  readonly #announcer = new Announcer(this, (count) => this.strings.newMessages(count));
  readonly #anchor = new EndAnchor(() => this.byId('scroller'));
  readonly #lookout = new Lookout(this, () => this.#markSeen());
  #resizes: ResizeObserver | null = null;
  #isLoadingEarlier = false;
  /** Since the person last scrolled. */
  #hasFailedToLoad = false;

  /** How many of the loaded messages are on the page, counted from the end. */
  #shown = PAGE;
  #firstShown: MessageId | null = null;
  #isOpened = false;
  /** Others' messages after this sequence number are below the divider. */
  #dividerSeq: number | null = null;
  #newestSeen = 0;
  #markedSeq = 0;
  #tabStop: MessageId | null = null;
  /** Shows what is more than plain text. Loaded when the list is first rendered, as are the overlays. */
  #rich: RichParts | null = null;
  #overlays: readonly Overlay[] = [];

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes = new ResizeObserver(() => this.#anchor.restore());
    this.#observeSizes();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes?.disconnect();
  }

  /** Goes to the newest message. */
  scrollToLatest(): void {
    this.#anchor.toEnd();
    this.#markSeen();
    this.requestUpdate();
  }

  /** Brings the message with `seq` into view. Resolves to its row, or null when it is not among those that are loaded. */
  async reveal(seq: number): Promise<HTMLElement | null> {
    const messages = this.#messages.value?.messages ?? [];
    const index = messages.findIndex((message) => message.seq === seq);
    const found = messages[index];
    if (found === undefined) return null;
    this.#shown = Math.max(this.#shown, messages.length - index + 10);
    this.#anchor.isPinned = false;
    this.requestUpdate();
    await this.updateComplete;
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-key="${found.messageId}"]`);
    row?.scrollIntoView({ block: 'center' });
    this.#handleScroll();
    this.requestUpdate();
    return row;
  }

  async #loadParts(): Promise<void> {
    const { listStyles, richParts, MessageTriggers, Toast } = await conversationJourney.load();
    const toast = new Toast(this, () => this.strings);
    const host = this.#createHost((task) => toast.run(task));
    adoptStyles(host.root, listStyles);
    this.#rich = richParts(host);
    this.#overlays = [new MessageTriggers(host), toast];
    this.requestUpdate();
  }

  #createHost(run: MessageListHost['run']): MessageListHost {
    // Asked for each time: the list's properties change while the parts keep the host.
    const stringsNow = (): ShownStrings => this.strings;
    const conversationNow = (): Conversation | null => this.conversation;
    const summaryNow = (): ConversationSummary | null => this.summary;
    const rowOf = (messageId: string | undefined): HTMLElement | null =>
      this.renderRoot.querySelector<HTMLElement>(`[data-key="${messageId}"]`);
    return {
      element: this,
      root: this.renderRoot as ShadowRoot,
      scroller: this.byId('scroller')!,
      client: this.client,
      get strings() {
        return stringsNow();
      },
      get conversation() {
        return conversationNow();
      },
      get summary() {
        return summaryNow();
      },
      find: (messageId) => this.#messages.value?.messages.find((message) => message.messageId === messageId) ?? null,
      row: rowOf,
      reveal: (seq) => this.reveal(seq),
      announce: (text) => this.#announcer.announce(text),
      run,
      compose: (request) => this.tell('compose', request),
      open: (conversationId) => this.tell('pick', conversationId),
      update: () => {
        this.requestUpdate();
        return this.updateComplete;
      },
    };
  }

  /** The person wrote something, so the messages below the divider are no longer new. */
  clearDivider(): void {
    this.#dividerSeq = null;
    this.scrollToLatest();
  }

  #handleScroll(): void {
    const changed = this.#anchor.handleScroll();
    if (changed) this.requestUpdate();
    this.#markSeen();
    this.#hasFailedToLoad = false;
    this.#showEarlierWhereNear();
  }

  /** Puts more on the page where the person is near its upper end, or sees all of it. */
  #showEarlierWhereNear(): void {
    if (!this.#hasFailedToLoad && this.#anchor.isNearBeginning()) this.#showEarlier();
  }

  #showEarlier(): void {
    const window = this.#messages.value;
    if (window === null || !this.#isOpened) return;
    if (this.#shown < window.messages.length) {
      this.#shown += PAGE;
      this.requestUpdate();
    } else if (window.hasEarlier) void this.#loadEarlier();
  }

  async #loadEarlier(): Promise<void> {
    if (this.#isLoadingEarlier) return;
    this.#isLoadingEarlier = true;
    this.requestUpdate();
    try {
      await this.conversation?.loadEarlier();
      this.#shown += PAGE;
    } catch {
      // Scrolling on tries again.
      this.#hasFailedToLoad = true;
    } finally {
      this.#isLoadingEarlier = false;
      this.requestUpdate();
    }
  }

  /** Tells the other side what has been seen, as far as it was on screen. */
  #markSeen(): void {
    const { conversation, summary } = this;
    if (conversation === null || summary === null || !this.#isOpened || !this.#lookout.isLookedAt) return;
    const messages = this.#messages.value?.messages ?? [];
    const key = this.#anchor.isPinned ? messages.at(-1)?.messageId : this.#anchor.lastVisibleKey();
    const upTo = messages.findIndex((message) => message.messageId === key);
    // Own messages do not count: one may have its number before those of others below it have come.
    const seq = newestSeq(messages.slice(0, upTo + 1).filter(({ isOwn }) => !isOwn));
    if (seq <= Math.max(this.#markedSeq, summary.readSeq)) return;
    this.#markedSeq = seq;
    // A failure is the client's to report; the next message seen marks this one as well.
    conversation.markRead(seq).catch(() => undefined);
  }

  #handleKeydown(event: KeyboardEvent): void {
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.message')];
    const index = rows.indexOf(event.target as HTMLElement);
    const target = index < 0 ? null : rovingTarget(event.key, index, rows.length);
    if (target === null || event.altKey) return;
    event.preventDefault();
    rows[target]!.focus({ preventScroll: true });
    rows[target]!.scrollIntoView({ block: 'nearest' });
  }

  #handleFocus(event: FocusEvent): void {
    const key = (event.target as HTMLElement).closest<HTMLElement>('.message')?.dataset['key'];
    if (key === undefined || key === this.#tabStop) return;
    this.#tabStop = key as MessageId;
    this.requestUpdate();
  }

  protected override willUpdate(): void {
    const window = this.#messages.value;
    if (window === null || !window.isLoaded || this.summary === null) return;
    if (this.#isOpened) this.#follow(window.messages);
    else this.#open(window.messages, this.summary);
  }

  #open(messages: readonly Message[], summary: ConversationSummary): void {
    this.#isOpened = true;
    this.#newestSeen = newestSeq(messages);
    this.#dividerSeq = summary.unreadCount > 0 ? summary.readSeq : null;
    const firstUnread = messages.findIndex((message) => this.#isBelowDivider(message));
    if (firstUnread >= 0) {
      this.#shown = Math.max(this.#shown, messages.length - firstUnread + 10);
      void this.updateComplete.then(() => this.#goToDivider());
    }
  }

  /** Shows where the unread messages begin, unless all of them fit. */
  #goToDivider(): void {
    const scroller = this.byId('scroller');
    const divider = this.renderRoot.querySelector('.divider');
    if (scroller === null || divider === null) return;
    const distance = divider.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    if (distance >= 0) return;
    this.#anchor.isPinned = false;
    scroller.scrollTop += distance - 24;
    this.#handleScroll();
    this.requestUpdate();
  }

  /** Takes in what changed while the conversation is open. */
  #follow(messages: readonly Message[]): void {
    // What is on the page stays on the page when messages are added at the end.
    if (this.#firstShown !== null && !this.#anchor.isPinned) {
      const first = messages.findIndex((message) => message.messageId === this.#firstShown);
      if (first >= 0) this.#shown = Math.max(this.#shown, messages.length - first);
    } else if (this.#anchor.isPinned && this.#shown > MOST_AT_END) this.#shown = PAGE;

    const arrived = messages.filter((message) => !message.isOwn && (message.seq ?? 0) > this.#newestSeen);
    if (arrived.length === 0) return;
    if (this.#dividerSeq === null && !(this.#anchor.isPinned && this.#lookout.isLookedAt))
      this.#dividerSeq = this.#newestSeen;
    this.#newestSeen = newestSeq(messages);
    for (const message of arrived) {
      const text = plainly(message, this.strings);
      if (text !== '') this.#announcer.announce(this.strings.saidBy(this.#nameOf(message), text));
    }
  }

  protected override update(changed: PropertyValues<this>): void {
    this.#anchor.handleScroll();
    super.update(changed);
    this.#anchor.restore();
  }

  #nameOf({ senderUserId }: Message): string {
    return personName(this.summary?.members.find(({ userId }) => userId === senderUserId) ?? null, this.strings);
  }

  protected override firstUpdated(): void {
    this.#observeSizes();
    // Without it messages are shown as plain text; the next conversation that is opened tries again.
    this.#loadParts().catch(() => undefined);
  }

  #observeSizes(): void {
    for (const id of ['scroller', 'rows']) {
      const element = this.byId(id);
      if (element !== null) this.#resizes?.observe(element);
    }
  }

  protected override updated(): void {
    this.#markSeen();
    // Who went to the very top while more was loading scrolls no further, so no scroll tells of them.
    this.#showEarlierWhereNear();
  }

  protected override render(): TemplateResult {
    const { strings, summary } = this;
    const window = this.#messages.value;
    const name = conversationName(summary, strings);
    const writer = summary?.members.find((member) => member.isTyping && !member.isSelf);
    return html`<div
        id="scroller"
        class="in-${summary?.kind ?? 'dm'}"
        part="message-list"
        role="log"
        aria-live="off"
        aria-label=${strings.messagesOf(name)}
        aria-busy=${this.#isLoadingEarlier ? 'true' : 'false'}
        @scroll=${this.#handleScroll}
        @keydown=${this.#handleKeydown}
        @focusin=${this.#handleFocus}
      >
        <div id="rows">
          ${window === null || !window.isLoaded ? nothing : this.#renderRows(window, name)}
          ${writer === undefined ? nothing : html`<div class="typing" role="img" aria-label=${strings.isTyping(personName(writer, strings))}><i></i><i></i><i></i></div>`}
        </div>
      </div>
      ${this.#anchor.isPinned ? nothing : toLatestView(summary?.unreadCount ?? 0, strings, () => this.scrollToLatest())}
      ${this.#overlays.map((overlay) => overlay.render())}
      <div class="hidden-visually" aria-live="polite">${this.#announcer.text}</div>`;
  }

  #renderRows(window: MessageWindow, name: string): TemplateResult {
    const { strings } = this;
    const shown = window.messages.slice(-this.#shown);
    this.#firstShown = shown[0]?.messageId ?? null;
    const isComplete = !window.hasEarlier && shown.length === window.messages.length;
    const firstUnread = shown.find((message) => this.#isBelowDivider(message));
    const tabStop = shown.some((message) => message.messageId === this.#tabStop)
      ? this.#tabStop
      : shown.at(-1)?.messageId;
    return html`${isComplete ? [beginningView(window, name, { strings, summary: this.summary, rich: this.#rich }), this.#rich?.gap(0, shown[0]?.seq ?? 0)] : nothing}
    ${
      this.#isLoadingEarlier
        ? html`<div class="loading" role="status">
            <span class="spinner"></span><span class="hidden-visually">${strings.loadingOlder}</span>
          </div>`
        : nothing
    }
    ${repeat(
      toRows(shown.map(toListed), firstUnread?.messageId ?? null),
      (row) => row.key,
      (row) => this.#renderRow(row, tabStop ?? null),
    )}
    ${this.#rich?.gap(newestSeq(shown), Infinity)}`;
  }

  #renderRow(row: Row<ListedMessage>, tabStop: MessageId | null): unknown {
    const { strings } = this;
    if (row.kind === 'day')
      return html`<h3 class="day" part="day"><span>${dayLabel(row.at, Date.now(), strings.lang)}</span></h3>`;
    if (row.kind === 'unread')
      return html`<div class="divider" part="divider" role="separator">
        <span>${strings.newMessages(this.#countBelowDivider())}</span>
      </div>`;
    const { isFirst, isLast } = row;
    const { message, previousSeq } = row.message;
    const isTabStop = message.messageId === tabStop;
    const senderName = this.#nameOf(message);
    const rich = this.#rich;
    // Messages are never changed in place: as long as it is the same one, its row is as it was.
    const isPlain = this.summary?.isRequest === true;
    const isCollapsed = rich?.isCollapsed(message) ?? false;
    const looks = { message, senderName, isFirst, isLast, isTabStop, isPlain, isCollapsed, strings, rich };
    const bubble = guard(Object.values(looks), () =>
      messageView({ ...looks, onRetry: this.#retry, onDiscard: this.#discard }),
    );
    return html`${message.seq === null ? nothing : rich?.gap(previousSeq, message.seq)}${bubble}`;
  }

  #isBelowDivider(message: Message): boolean {
    return this.#dividerSeq !== null && !message.isOwn && (message.seq ?? 0) > this.#dividerSeq;
  }

  #countBelowDivider(): number {
    return this.#messages.value?.messages.filter((message) => this.#isBelowDivider(message)).length ?? 0;
  }

  readonly #retry = (messageId: MessageId): void => {
    this.conversation?.retry(messageId).catch(() => undefined);
  };

  readonly #discard = (messageId: MessageId): void => {
    this.conversation?.discard(messageId).catch(() => undefined);
  };
}
