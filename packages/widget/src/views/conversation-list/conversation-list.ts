import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ConversationId, ConversationSummary } from '@seal-chat/client';
import { avatarStyles, base, rovingTarget, Watch } from '@seal-chat/ui';
import { SealView } from '../../internal/seal-view.ts';
import type { SidePage } from '../../internal/view-events.ts';
import { conversationJourney } from '../../journeys/conversation.ts';
import { peopleJourney } from '../../journeys/people.ts';
import { conversationAvatar } from '../../people/avatar.ts';
import { conversationName } from '../../people/name.ts';
import { fullLabel, listLabel } from '../../time/dates.ts';
import { conversationListStyles } from './conversation-list.styles.ts';
import { preview } from './preview.ts';

/** The person's conversations, newest activity first. Tells `pick` with the id of the chosen one. */
export class SealConversationList extends SealView {
  static override styles = [base, avatarStyles, conversationListStyles];
  static override properties: PropertyDeclarations = {
    selected: { attribute: false },
    place: { attribute: false },
    rich: { state: true },
  };

  /** The conversation that is open. */
  declare selected: ConversationId | null;
  /** Which of the person's conversations it shows. */
  declare place: 'chats' | SidePage;
  /** Shows what is more than a text between two people; null until it is loaded. */
  declare rich: typeof conversationJourney.loaded;

  readonly #conversations = new Watch(this, () =>
    this.place === 'requests' ? this.client.requests : this.client.conversations,
  );
  /** The row that takes part in tabbing; the others are reached with arrow keys. */
  #active: ConversationId | null = null;

  constructor() {
    super();
    this.selected = null;
    this.place = 'chats';
    this.rich = null;
  }

  protected override firstUpdated(): void {
    conversationJourney.load().then(
      (rich) => (this.rich = rich),
      () => undefined,
    );
  }

  #handleKeydown(event: KeyboardEvent): void {
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.row')];
    const target = rovingTarget(event.key, rows.indexOf(event.target as HTMLElement), rows.length);
    if (target === null) return;
    event.preventDefault();
    this.#activate(rows[target]!);
    rows[target]!.focus();
  }

  #activate(row: HTMLElement): void {
    this.#active = row.dataset['id'] as ConversationId;
    this.requestUpdate();
  }

  /** Moves the focus to the row of `conversationId`, or to the first one. */
  focusRow(conversationId: ConversationId | null): void {
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.row')];
    (rows.find((row) => row.dataset['id'] === conversationId) ?? rows[0])?.focus();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const { place } = this;
    const conversations = (this.#conversations.value ?? []).filter(
      ({ isArchived }) => place === 'requests' || isArchived === (place === 'archive'),
    );
    if (conversations.length === 0)
      return html`<div class="empty" part="empty">
        <h3>${strings.noConversationsTitle}</h3>
        <p class="hint">${strings.noConversationsText}</p>
      </div>`;
    const tabStop =
      [this.#active, this.selected].find((id) => conversations.some((one) => one.conversationId === id)) ??
      conversations[0]!.conversationId;
    return html`<ul @keydown=${this.#handleKeydown}>
      ${repeat(
        conversations,
        (summary) => summary.conversationId,
        (summary) => this.#renderRow(summary, summary.conversationId === tabStop),
      )}
    </ul>`;
  }

  #renderRow(summary: ConversationSummary, isTabStop: boolean): TemplateResult {
    const { strings, rich } = this;
    const { conversationId, peer, unreadCount, lastActivityAt, isMuted } = summary;
    // The draft of the open conversation is in the composer.
    const draft = conversationId === this.selected ? '' : summary.draft;
    return html`<li>
      <button
        class="row ${unreadCount > 0 ? 'unread' : ''} ${isMuted ? 'muted' : ''}"
        part="conversation"
        data-id=${conversationId}
        tabindex=${isTabStop ? 0 : -1}
        aria-current=${conversationId === this.selected ? 'true' : nothing}
        @focus=${(event: FocusEvent) => this.#activate(event.currentTarget as HTMLElement)}
        @click=${() => this.tell('pick', conversationId)}
      >
        ${conversationAvatar(summary)}
        <span class="line">
          <span class="name"
            ><bdi>${conversationName(summary, strings)}</bdi>${peopleJourney.loaded?.shield(peer, strings)}${
              peer?.presence.state === 'online'
                ? html`<span class="hidden-visually">, ${strings.online}</span>`
                : nothing
            }</span
          >
          <time datetime=${new Date(lastActivityAt).toISOString()} title=${fullLabel(lastActivityAt, strings.lang)}
            >${listLabel(lastActivityAt, Date.now(), strings.lang)}</time
          >
        </span>
        <span class="line">
          <span class="preview">${(rich?.rowPreview ?? preview)(summary, draft, strings)}</span>
          ${rich?.rowSigns(summary, strings)}
          ${
            unreadCount > 0
              ? html`<span class="badge" part="badge"
                  ><span aria-hidden="true">${unreadCount > 99 ? '99+' : unreadCount}</span
                  ><span class="hidden-visually">${strings.unread(unreadCount)}</span></span
                >`
              : nothing
          }
        </span>
      </button>
    </li>`;
  }
}
