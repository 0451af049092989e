import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type {
  ChannelEncryption,
  Conversation,
  ConversationMember,
  ConversationSummary,
  Person,
} from '@seal-chat/client';
import { avatarStyles, base, closeIcon, lockIcon, notice, verifiedIcon } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import type { DetailsPage, ViewEvent } from '../../../internal/view-events.ts';
import { avatar, channelAvatar } from '../../../people/avatar.ts';
import { personName } from '../../../people/name.ts';
import { shield } from '../../../people/shield.ts';
import { socialStrings } from '../../../internal/social-view.ts';
import { problemLine } from '../../../internal/templates.ts';
import { pageStyles } from '../page.styles.ts';
import { isManager } from '../roles.ts';
import { aboutStyles } from './about.styles.ts';
import { focusQuestion, question } from './question.ts';

/** What people who know about it call the ciphersuites of MLS. */
const SUITES: ReadonlyMap<number, string> = new Map([
  [3, 'X25519, ChaCha20-Poly1305, SHA-256, Ed25519'],
  [84, 'X-Wing (X25519 + ML-KEM-768), ChaCha20-Poly1305, SHA-512, Ed25519'],
]);

/** A conversation: what it is, what is set for it, who is in it, how it is encrypted. Tells `page`, `person` and `close`. */
export class SealAbout extends ChannelView {
  static override styles = [base, avatarStyles, pageStyles, notice, aboutStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    said: { attribute: false },
    safetyNumber: { state: true },
    facts: { state: true },
    isLeaving: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  /** Something to tell the person, or ''. */
  declare said: string;
  declare safetyNumber: string | null;
  declare facts: ChannelEncryption | null;
  /** The person is asked whether to leave. */
  declare isLeaving: boolean;

  readonly #leaving = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.said = '';
    this.safetyNumber = null;
    this.facts = null;
    this.isLeaving = false;
  }

  /** Puts the focus on the heading. */
  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector('h2')?.focus());
  }

  protected override firstUpdated(): void {
    const peer = this.summary?.peer ?? null;
    if (peer !== null) void this.#loadSafetyNumber(peer);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('summary');
    const now = this.summary;
    // A change of the keys is an entry of the log like any message.
    const isNew = before?.channel?.state !== now?.channel?.state || before?.lastActivityAt !== now?.lastActivityAt;
    if (changed.has('summary') && isNew) void this.#loadFacts();
  }

  async #loadSafetyNumber({ userId }: Person): Promise<void> {
    this.safetyNumber = await this.client.safetyNumber(userId).catch(() => null);
  }

  async #loadFacts(): Promise<void> {
    this.facts = (await this.conversation?.channel?.encryption().catch(() => null)) ?? null;
  }

  async #askToLeave(): Promise<void> {
    this.isLeaving = true;
    await this.updateComplete;
    focusQuestion(this.renderRoot);
  }

  async #leave(isSure: boolean): Promise<void> {
    this.isLeaving = false;
    if (isSure) void this.#leaving.run(async () => this.conversation?.channel?.leave());
    await this.updateComplete;
    (this.byId('leave') ?? this).focus();
  }

  #goTo(page: DetailsPage): void {
    this.tell('page', page);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary } = this;
    if (summary === null) return nothing;
    const { channel, peer } = summary;
    return html`<div class="head">
        <h2 tabindex="-1">${strings.details}</h2>
        <button
          class="icon-button"
          aria-label=${strings.closeDetails}
          title=${strings.closeDetails}
          @click=${() => this.tell('close')}
        >
          ${closeIcon}
        </button>
      </div>
      <div class="scroller">
        <p class="said" role="status">${this.said === '' ? nothing : this.said}</p>
        ${summary.kind === 'channel' ? this.#renderChannel(summary) : nothing}
        ${peer === null ? nothing : this.#renderPeer(peer)}
        ${
          channel?.state === 'left'
            ? nothing
            : html`<seal-options .conversation=${this.conversation} .summary=${summary}></seal-options>`
        }
        ${
          channel === null || channel.state === 'left'
            ? nothing
            : html`<seal-members
                .conversation=${this.conversation}
                .summary=${summary}
                @page=${(event: ViewEvent<'page'>) => this.#goTo(event.detail)}
                @person=${(event: ViewEvent<'person'>) => this.tell('person', event.detail)}
              ></seal-members>`
        }
        ${this.#renderEncryption(summary)}
        ${channel === null || channel.state === 'left' ? nothing : this.#renderLeave(summary)}
        ${
          channel !== null && channel.state !== 'left'
            ? nothing
            : html`<seal-chat-actions .conversation=${this.conversation} .summary=${summary}></seal-chat-actions>`
        }
      </div>`;
  }

  #renderChannel({ conversationId, name, description, channel }: ConversationSummary): TemplateResult {
    const { strings } = this;
    const isPublic = channel?.visibility === 'public';
    const canEdit = isManager(channel);
    return html`<section class="who">
      ${channelAvatar(conversationId, isPublic)}
      <div>
        <h3><bdi>${name ?? strings.unnamedChannel}</bdi></h3>
        <p class="hint">${isPublic ? strings.publicChannel : strings.privateChannel}</p>
      </div>
      ${
        description === ''
          ? html`<p class="about hint">${strings.noDescription}</p>`
          : html`<p class="about" dir="auto">${description}</p>`
      }
      ${
        canEdit
          ? html`<button class="button quiet" @click=${() => this.#goTo('edit')}>${strings.editChannel}</button>`
          : nothing
      }
    </section>`;
  }

  #renderPeer(peer: ConversationMember): TemplateResult {
    const { strings } = this;
    const { state } = peer.presence;
    return html`<section class="who">
      ${avatar(peer, state)}
      <div>
        <h3><bdi>${personName(peer, strings)}</bdi>${shield(peer, strings)}</h3>
        ${state === 'offline' ? nothing : html`<p class="hint">${strings[state]}</p>`}
      </div>
    </section>`;
  }

  #renderEncryption({ channel, peer }: ConversationSummary): TemplateResult {
    const { strings, safetyNumber } = this;
    const social = socialStrings(strings);
    return html`<section>
      <h3 class="sealed">${lockIcon}${strings.encryption}</h3>
      ${
        channel === null
          ? html`<p class="hint">${strings.encryptionDirect}</p>`
          : html`<p class="hint">${strings.encryptionChannel}</p>
              <p class="hint">
                ${channel.visibility === 'public' ? strings.encryptionPublic : strings.encryptionPrivate}
              </p>
              ${this.#renderFacts()}`
      }
      ${
        safetyNumber === null || peer === null
          ? nothing
          : html`${
                peer.verification === 'verified'
                  ? html`<p class="hint">${social.verifiedText(personName(peer, strings))}</p>`
                  : nothing
              }
              <button class="button secondary" @click=${() => this.#goTo('verify')}>
                ${verifiedIcon}${social.checkPerson(personName(peer, strings))}
              </button>`
      }
    </section>`;
  }

  #renderFacts(): TemplateResult | typeof nothing {
    const { strings, facts } = this;
    if (facts === null) return nothing;
    const { suite, deviceCount, epoch } = facts;
    return html`<p class="hint">${strings.suite} <bdi>${SUITES.get(suite) ?? `MLS ${suite}`}</bdi></p>
      <p class="hint">${strings.readingDevices(deviceCount)} ${strings.keyChanges(epoch)}</p>`;
  }

  #renderLeave({ channel, members }: ConversationSummary): TemplateResult {
    const { strings } = this;
    const isOnlyOwner =
      channel?.ownRole === 'owner' && members.length > 1 && !members.some((one) => one.role === 'owner' && !one.isSelf);
    const text = channel?.visibility === 'public' ? strings.leaveConfirm : strings.leaveConfirmPrivate;
    const { error } = this.#leaving;
    return html`<section>
      ${problemLine(error && errorText(error, strings))}
      ${
        this.isLeaving
          ? question({
              text: isOnlyOwner ? `${text} ${strings.leaveOwnerText}` : text,
              yes: strings.leave,
              no: strings.cancel,
              onYes: () => void this.#leave(true),
              onNo: () => void this.#leave(false),
            })
          : html`<button
              id="leave"
              class="button quiet danger leave"
              ?disabled=${this.#leaving.isBusy}
              @click=${this.#askToLeave}
            >
              ${strings.leave}
            </button>`
      }
    </section>`;
  }
}
