import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ConversationId, Invitation } from '@seal-chat/client';
import { avatarStyles, badge, base, controls, Watch } from '@seal-chat/ui';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { channelAvatar } from '../../../people/avatar.ts';
import { personName } from '../../../people/name.ts';
import { problemLine } from '../../../internal/templates.ts';
import { joinErrorText } from '../join-error.ts';

/** Invitations shown before the person asks for all: the conversations below are to stay in sight. */
const FEW = 2;

/** Channels the person is invited to, above their conversations. Tells `pick` with the id of one that was joined. */
export class SealInvitations extends ChannelView {
  static override styles = [
    base,
    avatarStyles,
    badge,
    controls,
    css`
      :host {
        display: block;
      }
      :host(:focus) {
        outline: none;
      }
      section {
        margin: 2px 8px 6px;
        padding: 10px 10px 4px;
        border: 1px solid var(--_line);
        border-radius: var(--_r);
        background: var(--_ground);
      }
      h3 {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: var(--_f-s);
      }
      h3:focus {
        outline: none;
      }
      li {
        padding-block: 8px;
      }
      li + li {
        border-block-start: 1px solid var(--_line);
      }
      .row {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .avatar {
        --_avatar: 36px;
        --_under: var(--_ground);
      }
      .about {
        min-inline-size: 0;
        line-height: 1.35;
      }
      .name {
        font-weight: 500;
      }
      .name,
      .hint {
        overflow-wrap: anywhere;
      }
      .answers {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
        padding-block-start: 6px;
        padding-inline-start: 48px;
      }
      .more {
        margin-inline-start: 34px;
      }
      .problem {
        padding-block-start: 6px;
      }
    `,
  ];
  static override properties: PropertyDeclarations = { answered: { state: true }, isWhole: { state: true } };

  /** The invitation that was answered last. */
  declare answered: ConversationId | null;

  declare isWhole: boolean;

  readonly #invitations = new Watch(this, () => this.client.invitations);
  readonly #answering = new Action(this);

  constructor() {
    super();
    this.answered = null;
    this.isWhole = false;
    // So that the focus stays here when the last one is gone.
    this.tabIndex = -1;
  }

  async #accept(conversationId: ConversationId): Promise<void> {
    if (this.#answering.isBusy) return;
    this.answered = conversationId;
    if (await this.#answering.run(() => this.client.joinChannel(conversationId))) this.tell('pick', conversationId);
  }

  async #decline(conversationId: ConversationId): Promise<void> {
    if (this.#answering.isBusy) return;
    this.answered = conversationId;
    if (!(await this.#answering.run(() => this.client.declineInvitation(conversationId)))) return;
    await this.updateComplete;
    (this.renderRoot.querySelector<HTMLElement>('h3') ?? this).focus();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const invitations = this.#invitations.value ?? [];
    const count = invitations.length;
    return html`<div class="hidden-visually" role="status">${count === 0 ? '' : strings.invitationCount(count)}</div>
      ${
        count === 0
          ? nothing
          : html`<section aria-labelledby="title">
              <h3 id="title" tabindex="-1">${strings.invitations}<span class="badge">${count}</span></h3>
              <ul>
                ${repeat(
                  this.isWhole ? invitations : invitations.slice(0, FEW),
                  (invitation) => invitation.conversationId,
                  (invitation) => this.#renderInvitation(invitation),
                )}
              </ul>
              ${
                this.isWhole || count <= FEW
                  ? nothing
                  : html`<button class="button quiet more" @click=${() => (this.isWhole = true)}>
                      ${strings.more}
                    </button>`
              }
            </section>`
      }`;
  }

  #renderInvitation({ conversationId, name, visibility, inviter, memberCount }: Invitation): TemplateResult {
    const { strings } = this;
    const isPublic = visibility === 'public';
    const shownName = name ?? (isPublic ? strings.publicChannel : strings.privateChannel);
    const { isBusy, error } = this.#answering;
    const isAnswered = this.answered === conversationId;
    return html`<li>
      <div class="row">
        ${channelAvatar(conversationId, isPublic)}
        <div class="about">
          <p class="name"><bdi>${shownName}</bdi></p>
          <p class="hint">
            ${strings.invitedBy(personName(inviter, strings))} · <bdi>${strings.memberCount(memberCount)}</bdi>
          </p>
        </div>
      </div>
      ${problemLine(isAnswered && error !== null ? joinErrorText(error, strings) : null)}
      <div class="answers">
        <button
          class="button primary"
          aria-label=${strings.acceptNamed(shownName)}
          aria-disabled=${isBusy ? 'true' : nothing}
          @click=${() => this.#accept(conversationId)}
        >
          ${isAnswered && isBusy ? html`<span class="spinner"></span>` : nothing}${strings.accept}
        </button>
        <button
          class="button quiet"
          aria-label=${strings.declineNamed(shownName)}
          aria-disabled=${isBusy ? 'true' : nothing}
          @click=${() => this.#decline(conversationId)}
        >
          ${strings.decline}
        </button>
      </div>
    </li>`;
  }
}
