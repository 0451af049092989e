import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Conversation, ConversationId, ConversationMember, ConversationSummary } from '@seal-chat/client';
import { avatarStyles, base, Watch } from '@seal-chat/ui';
import { Lazy } from '../../internal/lazy.ts';
import { SealView } from '../../internal/seal-view.ts';
import { backButton } from '../../internal/templates.ts';
import type { ViewEvent } from '../../internal/view-events.ts';
import { peopleJourney } from '../../journeys/people.ts';
import { settingsJourney } from '../../journeys/settings.ts';
import { conversationAvatar } from '../../people/avatar.ts';
import { conversationName } from '../../people/name.ts';
import { agoLabel } from '../../time/dates.ts';
import type { SealComposer } from '../composer/composer.ts';
import type { SealMessageList } from '../message-list/message-list.ts';
import { conversationStyles } from './conversation.styles.ts';

/** One open conversation: who it is with, its messages, and the composer. Tells `back`. */
export class SealConversation extends SealView {
  static override styles = [base, avatarStyles, conversationStyles];
  static override properties: PropertyDeclarations = {
    conversationId: { attribute: false },
  };

  declare conversationId: ConversationId | null;

  #conversation: Conversation | null = null;
  /** A conversation that was just begun has its composer when the server has answered. */
  #isFocusWanted = false;
  readonly #summary = new Watch(this, () => this.#conversation?.summary ?? null);
  readonly #notices = new Lazy(this, settingsJourney);
  readonly #people = new Lazy(this, peopleJourney);
  readonly #account = new Watch(this, () => this.client.account);

  constructor() {
    super();
    this.conversationId = null;
  }

  /** Puts the focus on who the conversation is with. */
  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector('h2')?.focus());
  }

  /** Puts the cursor into the composer. */
  focusComposer(): void {
    this.#isFocusWanted = true;
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('conversationId'))
      this.#conversation = this.conversationId === null ? null : this.client.conversation(this.conversationId);
  }

  protected override updated(): void {
    const composer = this.byId<SealComposer>('composer');
    if (!this.#isFocusWanted || composer === null) return;
    this.#isFocusWanted = false;
    void composer.updateComplete.then(() => composer.focus());
  }

  #handleSent(): void {
    this.byId<SealMessageList>('messages')?.clearDivider();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const conversation = this.#conversation;
    const summary = this.#summary.value;
    const peer = summary?.peer ?? null;
    const name = conversationName(summary, strings);
    return html`<div class="head" part="header">
        ${backButton(strings, () => this.tell('back'))} ${conversationAvatar(summary)}
        <div class="who">
          <h2 tabindex="-1"><bdi>${name}</bdi>${peopleJourney.loaded?.shield(peer, strings)}</h2>
          <p class="presence">
            ${summary?.kind === 'channel' ? html`<seal-channel-line .summary=${summary}></seal-channel-line>` : peer && (summary?.isRequest ? strings.wantsToWrite : this.#presence(peer))}
          </p>
        </div>
        <seal-details
          exportparts="avatar"
          .conversation=${conversation}
          .summary=${summary}
          @person=${(event: ViewEvent<'person'>) => this.tell('person', event.detail)}
        ></seal-details>
      </div>
      <seal-message-list
        id="messages"
        exportparts="message-list, day, divider, message, message-own, message-other, bubble, bubble-own, bubble-other, meta, status, avatar, to-latest"
        .conversation=${conversation}
        .summary=${summary}
        @pick=${(event: ViewEvent<'pick'>) => this.tell('pick', event.detail)}
        @compose=${(event: ViewEvent<'compose'>) => this.byId<SealComposer>('composer')?.compose(event.detail)}
      ></seal-message-list>
      ${this.#renderFooter(conversation, summary, peer, name)}`;
  }

  #renderFooter(
    conversation: Conversation | null,
    summary: ConversationSummary | null,
    peer: ConversationMember | null,
    name: string,
  ): TemplateResult | typeof nothing {
    if (this.#account.value?.status === 'revoked' || summary === null) return nothing;
    if (summary.isRequest || summary.isBlocked)
      return this.#people.render(
        this.strings,
        () =>
          html`<seal-request-bar
            part="notice"
            .conversation=${conversation}
            .summary=${summary}
            @back=${() => this.tell('back')}
          ></seal-request-bar>`,
      );
    if (peer !== null && !peer.isIdentityTrusted)
      return this.#notices.render(
        this.strings,
        () => html`<seal-identity-notice part="notice" .peer=${peer}></seal-identity-notice>`,
      );
    if (summary.channel !== null && summary.channel.state !== 'joined')
      return html`<seal-channel-notice part="notice" .summary=${summary}></seal-channel-notice>`;
    return html`<seal-composer
      id="composer"
      exportparts="composer, input, send-button"
      .conversation=${conversation}
      .peerName=${name}
      @sent=${this.#handleSent}
    ></seal-composer>`;
  }

  #presence(peer: ConversationMember): string {
    const { strings } = this;
    if (peer.isTyping) return strings.typing;
    const { state, lastSeenAt } = peer.presence;
    if (state !== 'offline') return strings[state];
    return lastSeenAt === null ? '' : strings.lastSeen(agoLabel(lastSeenAt, Date.now(), strings.lang));
  }
}
