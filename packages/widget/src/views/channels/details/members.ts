import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation, ConversationMember, ConversationSummary, MemberRole, UserId } from '@seal-chat/client';
import { avatarStyles, base, moreIcon, notice, warningIcon } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { avatar } from '../../../people/avatar.ts';
import { personName } from '../../../people/name.ts';
import { problemLine } from '../../../internal/templates.ts';
import { canInvite, canRemove, canSetRole, isManager } from '../roles.ts';
import { membersStyles } from './members.styles.ts';
import { matchingMembers } from './order.ts';
import { focusQuestion, question } from './question.ts';

/** Members shown at first, and more each time more are asked for. */
const PAGE = 50;
/** With fewer members one finds them without a search. */
const SEARCH_FROM = 9;

/** What a person is asked about before it is done to a member. */
interface Asked {
  readonly userId: UserId;
  readonly what: 'remove' | 'owner';
}

/** The members of a channel, and what the person may do with them. Tells `page` and `person`. */
export class SealMembers extends ChannelView {
  static override styles = [base, avatarStyles, notice, membersStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    query: { state: true },
    shown: { state: true },
    chosen: { state: true },
    asked: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  declare query: string;
  declare shown: number;
  /** Whose actions are open. */
  declare chosen: UserId | null;
  declare asked: Asked | null;

  readonly #working = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.query = '';
    this.shown = PAGE;
    this.chosen = null;
    this.asked = null;
  }

  #toggle(userId: UserId): void {
    this.chosen = this.chosen === userId ? null : userId;
    this.asked = null;
    this.#working.fail(null);
  }

  async #ask(asked: Asked): Promise<void> {
    this.asked = asked;
    await this.updateComplete;
    focusQuestion(this.renderRoot);
  }

  async #cancel(userId: UserId): Promise<void> {
    this.asked = null;
    await this.updateComplete;
    this.#focusActions(userId);
  }

  #focusActions(userId: UserId): void {
    (this.byId(`actions-${userId}`) ?? this.renderRoot.querySelector<HTMLElement>('h3'))?.focus();
  }

  async #remove(userId: UserId): Promise<void> {
    this.asked = null;
    await this.#work(userId, (conversation) => conversation.channel?.remove(userId));
  }

  async #setRole(userId: UserId, role: MemberRole): Promise<void> {
    this.asked = null;
    await this.#work(userId, (conversation) => conversation.channel?.setRole(userId, role));
  }

  async #work(userId: UserId, task: (conversation: Conversation) => Promise<unknown> | undefined): Promise<void> {
    const { conversation } = this;
    if (conversation === null) return;
    if (await this.#working.run(async () => task(conversation))) this.chosen = null;
    await this.updateComplete;
    this.#focusActions(userId);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary } = this;
    if (summary === null || summary.channel === null) return nothing;
    const { channel, members } = summary;
    const found = matchingMembers(members, this.query, strings);
    return html`<h3 tabindex="-1">
        ${strings.members} <span class="count">${new Intl.NumberFormat(strings.lang).format(channel.memberCount)}</span>
      </h3>
      ${
        canInvite(channel)
          ? html`<div class="ways">
              ${
                isManager(channel)
                  ? html`<button class="button secondary" @click=${() => this.tell('page', 'add')}>
                      ${strings.addPeople}
                    </button>`
                  : nothing
              }
              <button class="button secondary" @click=${() => this.tell('page', 'invite')}>
                ${strings.invitePeople}
              </button>
            </div>`
          : nothing
      }
      ${
        members.length < SEARCH_FROM
          ? nothing
          : html`<input
              class="input"
              type="search"
              autocomplete="off"
              spellcheck="false"
              aria-label=${strings.searchMembers}
              placeholder=${strings.searchMembers}
              .value=${this.query}
              @input=${(event: Event) => (this.query = (event.target as HTMLInputElement).value)}
              @keydown=${this.#handleSearchKey}
            />`
      }
      <div class="hidden-visually" role="status">${this.query === '' ? '' : strings.memberCount(found.length)}</div>
      ${found.length === 0 && this.query !== '' ? html`<p class="hint">${strings.nobodyFound}</p>` : nothing}
      <ul>
        ${repeat(
          found.slice(0, this.shown),
          (member) => member.userId,
          (member) => this.#renderMember(member, summary),
        )}
      </ul>
      ${
        found.length > this.shown
          ? html`<button class="button quiet more" @click=${() => (this.shown += PAGE)}>${strings.more}</button>`
          : nothing
      }`;
  }

  #handleSearchKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.query === '') return;
    event.stopPropagation();
    this.query = '';
  }

  #renderMember(member: ConversationMember, summary: ConversationSummary): TemplateResult {
    const { strings } = this;
    const { userId, isSelf, presence, role, isIdentityTrusted } = member;
    const name = personName(member, strings);
    const isChosen = this.chosen === userId;
    return html`<li>
      <div class="member">
        ${avatar(member, presence.state)}
        <div class="about">
          <p class="name">
            <bdi>${name}</bdi>${isSelf ? html`<span>(${strings.you})</span>` : nothing}${
              presence.state === 'offline'
                ? nothing
                : html`<span class="hidden-visually">, ${strings[presence.state]}</span>`
            }
          </p>
          ${role === 'member' ? nothing : html`<p class="hint">${strings.roles[role]}</p>`}
          ${
            isIdentityTrusted || isSelf
              ? nothing
              : html`<p class="hint warned">${warningIcon}<span>${strings.newKeys}</span></p>`
          }
        </div>
        ${
          isSelf
            ? nothing
            : html`<button
                id="actions-${userId}"
                class="icon-button"
                aria-label=${strings.memberActions(name)}
                title=${strings.memberActions(name)}
                aria-expanded=${isChosen ? 'true' : 'false'}
                @click=${() => this.#toggle(userId)}
              >
                ${moreIcon}
              </button>`
        }
      </div>
      ${isChosen ? this.#renderActions(member, name, summary) : nothing}
    </li>`;
  }

  #renderActions(member: ConversationMember, name: string, { channel }: ConversationSummary): TemplateResult {
    const { strings } = this;
    const { userId, role } = member;
    const { error, isBusy } = this.#working;
    if (this.asked !== null) {
      const isRemoval = this.asked.what === 'remove';
      return question({
        text: isRemoval ? strings.removeMemberConfirm(name) : strings.makeOwnerConfirm(name),
        yes: isRemoval ? strings.removeMember : strings.makeOwner,
        no: strings.cancel,
        onYes: () => void (isRemoval ? this.#remove(userId) : this.#setRole(userId, 'owner')),
        onNo: () => void this.#cancel(userId),
      });
    }
    const act = (text: string, onClick: () => void, kind = ''): TemplateResult =>
      html`<button class="button quiet ${kind}" aria-disabled=${isBusy ? 'true' : nothing} @click=${onClick}>
        ${text}
      </button>`;
    const canRole = canSetRole(channel, member);
    return html`<div class="actions" role="group" aria-label=${strings.memberActions(name)}>
      ${problemLine(error && errorText(error, strings))}
      ${isBusy ? html`<p class="hint" role="status"><span class="spinner"></span></p>` : nothing}
      ${act(strings.writeTo, () => this.tell('person', member))}
      ${canRole && role !== 'owner' ? act(strings.makeOwner, () => void this.#ask({ userId, what: 'owner' })) : nothing}
      ${canRole && role !== 'admin' ? act(strings.makeAdmin, () => void this.#setRole(userId, 'admin')) : nothing}
      ${canRole && role !== 'member' ? act(strings.makeMember, () => void this.#setRole(userId, 'member')) : nothing}
      ${
        canRemove(channel, member)
          ? act(strings.removeMember, () => void this.#ask({ userId, what: 'remove' }), 'danger')
          : nothing
      }
    </div>`;
  }
}
