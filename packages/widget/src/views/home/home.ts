import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { ConversationId, UserId } from '@seal-chat/client';
import { avatarStyles, base, isTouchOnly, lockIcon, settingsIcon, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { Lazy } from '../../internal/lazy.ts';
import { SealView } from '../../internal/seal-view.ts';
import type { SidePage, ViewEvent } from '../../internal/view-events.ts';
import { channelsJourney } from '../../journeys/channels.ts';
import { peopleJourney } from '../../journeys/people.ts';
import { settingsJourney } from '../../journeys/settings.ts';
import { conversationJourney } from '../../journeys/conversation.ts';
import { avatar } from '../../people/avatar.ts';
import { personName } from '../../people/name.ts';
import { problemLine } from '../../internal/templates.ts';
import { banner } from '../conversation/banner.ts';
import type { SealConversation } from '../conversation/conversation.ts';
import type { SealConversationList } from '../conversation-list/conversation-list.ts';
import type { SealListDoors } from '../people/list-doors.ts';
import { homeStyles } from './home.styles.ts';

/** A connection that takes no longer than this is not worth a line, ms. */
const PATIENCE_MS = 1_200;

/** What a signed-in person sees: conversations on one side, the open one on the other; one of them where it is narrow. */
export class SealHome extends SealView {
  static override styles = [base, avatarStyles, homeStyles];
  static override properties: PropertyDeclarations = {
    conversationId: { attribute: false },
    side: { state: true },
    isPatient: { state: true },
  };

  /** The open conversation. Tells `conversation` when the person chooses another. */
  declare conversationId: ConversationId | null;
  declare side: 'chats' | 'settings' | 'create' | 'browse' | SidePage;
  declare isPatient: boolean;

  readonly #account = new Watch(this, () => this.client.account);
  readonly #connection = new Watch(this, () => this.client.connection);
  readonly #clock = new Watch(this, () => this.client.clockDifference);
  readonly #conversations = new Watch(this, () => this.client.conversations);
  readonly #requests = new Watch(this, () => this.client.requests);
  readonly #blocked = new Watch(this, () => this.client.blocked);
  readonly #invitations = new Watch(this, () => this.client.invitations);
  readonly #opening = new Action(this);
  readonly #settings = new Lazy(this, settingsJourney);
  readonly #people = new Lazy(this, peopleJourney);
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.conversationId = null;
    this.side = 'chats';
    this.isPatient = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    globalThis.addEventListener('online', this.#handleNetwork);
    globalThis.addEventListener('offline', this.#handleNetwork);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    globalThis.removeEventListener('online', this.#handleNetwork);
    globalThis.removeEventListener('offline', this.#handleNetwork);
    clearTimeout(this.#patience);
  }

  /** Opens the conversation with `userId`, made if there is none. */
  async openDm(userId: UserId): Promise<ConversationId> {
    const { conversationId } = await this.client.openDm(userId);
    this.#open(conversationId);
    return conversationId;
  }

  /** Puts the cursor into the composer of the open conversation. */
  focusComposer(): void {
    void this.updateComplete.then(() => this.byId<SealConversation>('conversation')?.focusComposer());
  }

  readonly #handleNetwork = (): void => {
    this.#loadSurroundings();
    this.requestUpdate();
  };

  #open(conversationId: ConversationId): void {
    if (this.side !== 'requests' && this.side !== 'archive') this.side = 'chats';
    this.conversationId = conversationId;
    this.tell('conversation', conversationId);
    if (isTouchOnly()) void this.updateComplete.then(() => this.byId<SealConversation>('conversation')?.focus());
    else this.focusComposer();
  }

  #close(): void {
    const left = this.conversationId;
    this.conversationId = null;
    this.tell('conversation', null);
    void this.updateComplete.then(() => this.byId<SealConversationList>('list')?.focusRow(left));
  }

  #handlePerson(event: ViewEvent<'person'>): void {
    void this.#opening.run(() => this.openDm(event.detail.userId));
  }

  #handleKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    if (this.side !== 'chats') this.#toChats();
    else if (this.conversationId !== null) this.#close();
    else return;
    event.stopPropagation();
  }

  #toChats(): void {
    const { side } = this;
    this.side = 'chats';
    void this.updateComplete.then(() => {
      if (side === 'requests' || side === 'archive') this.byId<SealListDoors>('doors')?.focusDoor?.(side);
      else this.byId(side === 'settings' ? 'open-settings' : 'new')?.focus();
      // A narrow widget shows the open conversation instead of the list.
      if (!this.shadowRoot!.activeElement) this.byId('conversation')?.focus();
    });
  }

  #handleNew({ detail }: ViewEvent<'choose'>): void {
    const account = this.#account.value;
    if (detail === 'saved') {
      if (account?.status === 'signed-in') void this.#opening.run(() => this.openDm(account.userId));
    } else if (detail === 'direct') this.byId('search')?.focus();
    else this.side = detail;
  }

  readonly #handlePick = (event: ViewEvent<'pick'>): void => this.#open(event.detail);

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isConnecting = this.#connection.value?.status === 'connecting';
    if (!isConnecting) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      this.isPatient = true;
    } else if (this.isPatient && this.#patience === undefined)
      this.#patience = setTimeout(() => (this.isPatient = false), PATIENCE_MS);
    if (changed.has('conversationId')) this.#opening.fail(null);
  }

  protected override firstUpdated(): void {
    this.#loadSurroundings();
  }

  protected override updated(): void {
    this.#preparePeople();
    this.#prepareChannels();
  }

  /** Invitations and the heads of channels take code that a person without either does not need. */
  #prepareChannels(): void {
    const isNeeded =
      this.#invitations.value?.length || this.#conversations.value?.some(({ kind }) => kind === 'channel');
    if (isNeeded) channelsJourney.load().catch(() => undefined);
  }

  /** Strangers, blocked people, archived chats and signs of verification take code that most visits do without. */
  #preparePeople(): void {
    if (peopleJourney.loaded !== null) return;
    const isNeeded =
      this.#requests.value?.length ||
      this.#blocked.value?.length ||
      this.#conversations.value?.some(
        ({ isArchived, isPinned, peer }) =>
          isArchived || isPinned || (peer !== null && (peer.verification !== 'none' || !peer.isIdentityTrusted)),
      );
    if (!isNeeded) return;
    peopleJourney.load().then(
      () => this.refreshAll(),
      () => undefined,
    );
  }

  /** List and messages are shown at once; what is around them appears when its code is loaded, in places kept for it. */
  #loadSurroundings(): void {
    conversationJourney.load().catch(() => undefined);
  }

  protected override render(): TemplateResult {
    const isOpen = this.conversationId !== null;
    return html`<div class="panes ${isOpen ? 'open' : ''} ${this.side}" part="panel" @keydown=${this.#handleKeydown}>
      ${this.#renderBanner()}
      <div class="side">${this.#renderSide()}</div>
      <div class="main">
        ${this.conversationId === null ? this.#renderNothingOpen() : keyed(this.conversationId, this.#renderConversation())}
      </div>
    </div>`;
  }

  #renderSide(): TemplateResult {
    const { side, strings } = this;
    if (side === 'chats') return this.#renderChats();
    if (side === 'requests' || side === 'archive')
      return this.#people.render(
        strings,
        () =>
          html`<seal-side-list
            .page=${side}
            .selected=${this.conversationId}
            @back=${this.#toChats}
            @pick=${this.#handlePick}
          ></seal-side-list>`,
      );
    return side === 'settings'
      ? this.#settings.render(strings, () => html`<seal-settings @back=${this.#toChats}></seal-settings>`)
      : html`<seal-new-channel .page=${side} @back=${this.#toChats} @pick=${this.#handlePick}></seal-new-channel>`;
  }

  #renderConversation(): TemplateResult {
    return html`<seal-conversation
      id="conversation"
      exportparts="header, message-list, day, divider, message, message-own, message-other, bubble, bubble-own, bubble-other, meta, status, avatar, to-latest, composer, input, send-button, notice"
      .conversationId=${this.conversationId}
      @back=${this.#close}
      @person=${this.#handlePerson}
      @pick=${this.#handlePick}
    ></seal-conversation>`;
  }

  #renderBanner(): TemplateResult | typeof nothing {
    const connection = this.#connection.value;
    if (connection?.status === 'connecting' && this.isPatient && navigator.onLine) return nothing;
    const clockDifference = this.#clock.value ?? 0;
    const state = { account: this.#account.value, connection, isBrowserOffline: !navigator.onLine, clockDifference };
    return banner(state, this.strings, {
      onRetry: () => this.client.reconnect(),
      onSettings: () => (this.side = 'settings'),
    });
  }

  #renderChats(): TemplateResult {
    const { strings } = this;
    const account = this.#account.value;
    const isKnown = account?.status === 'signed-in' || account?.status === 'revoked';
    const person = isKnown ? { userId: account.userId, username: account.username } : null;
    const { error } = this.#opening;
    return html`<div class="head" part="list-header">
        ${avatar(person)}
        <div class="who">
          <h2>${strings.conversations}</h2>
          <p><bdi>${personName(person, strings)}</bdi></p>
        </div>
        <seal-new-menu id="new" @choose=${this.#handleNew}></seal-new-menu>
        <button
          id="open-settings"
          class="icon-button"
          aria-label=${strings.settings}
          title=${strings.settings}
          @click=${() => (this.side = 'settings')}
        >
          ${settingsIcon}
        </button>
      </div>
      ${problemLine(error && errorText(error, strings))}
      <seal-people-search id="search" exportparts="search, avatar" @person=${this.#handlePerson}>
        <seal-invitations exportparts="avatar" @pick=${this.#handlePick}></seal-invitations>
        <seal-list-doors id="doors" @side=${(event: ViewEvent<'side'>) => (this.side = event.detail)}></seal-list-doors>
        <seal-conversation-list
          id="list"
          exportparts="conversation, badge, avatar, status, empty"
          .selected=${this.conversationId}
          @pick=${this.#handlePick}
        ></seal-conversation-list>
      </seal-people-search>`;
  }

  #renderNothingOpen(): TemplateResult {
    const { strings } = this;
    return html`<div class="nothing-open">
      <span class="glyph">${lockIcon}</span>
      <h3>${strings.pickTitle}</h3>
      <p class="hint">${strings.pickText}</p>
    </div>`;
  }
}
