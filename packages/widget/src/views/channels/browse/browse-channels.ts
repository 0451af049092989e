import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChannelListing, ConversationId } from '@seal-chat/client';
import { COUNT_LIMITS } from '@seal-chat/protocol';
import { avatarStyles, base, checkIcon, isTouchOnly, searchIcon } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { channelAvatar } from '../../../people/avatar.ts';
import { backButton, problemLine } from '../../../internal/templates.ts';
import { joinErrorText } from '../join-error.ts';
import { pageStyles } from '../page.styles.ts';
import { browseChannelsStyles } from './browse-channels.styles.ts';

/** A page that holds as many as one can is not the last one. */
const FULL_PAGE = COUNT_LIMITS.page;

/** The server is asked when nothing was typed for this long, ms. */
const DEBOUNCE_MS = 220;

/** Public channels, to look through, search and join. Tells `pick` with the id of one, `create`, or `back`. */
export class SealBrowseChannels extends ChannelView {
  static override styles = [base, avatarStyles, pageStyles, browseChannelsStyles];
  static override properties: PropertyDeclarations = {
    query: { state: true },
    channels: { state: true },
    hasMore: { state: true },
    joining: { state: true },
  };

  declare query: string;
  /** What was found so far, or null before the first answer. */
  declare channels: readonly ChannelListing[] | null;
  declare hasMore: boolean;
  /** The channel the person chose to join last. */
  declare joining: ConversationId | null;

  readonly #loading = new Action(this);
  readonly #joining = new Action(this);
  /** What `channels` answers. */
  #answered = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.query = '';
    this.channels = null;
    this.hasMore = false;
    this.joining = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Puts the cursor into the field, or the focus on the heading where that would bring up a keyboard. */
  override focus(): void {
    (isTouchOnly() ? this.renderRoot.querySelector('h2') : this.byId('query'))?.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
    void this.#load();
  }

  #handleInput(event: Event): void {
    this.query = (event.target as HTMLInputElement).value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), DEBOUNCE_MS);
  }

  /** Fetches the first page for what is typed. */
  async #load(): Promise<void> {
    const query = this.query.trim();
    await this.#loading.run(async () => {
      const page = await this.client.browseChannels({ query });
      this.#answered = query;
      this.channels = page;
      this.hasMore = page.length === FULL_PAGE;
    });
    // The person went on typing while the answer was on its way.
    if (this.#loading.error === null && this.query.trim() !== query) await this.#load();
  }

  async #loadMore(): Promise<void> {
    const known = this.channels ?? [];
    await this.#loading.run(async () => {
      const page = await this.client.browseChannels({ query: this.#answered, after: known.at(-1)?.name ?? '' });
      this.channels = [...known, ...page];
      this.hasMore = page.length === FULL_PAGE;
    });
  }

  async #join(conversationId: ConversationId): Promise<void> {
    if (this.#joining.isBusy) return;
    this.joining = conversationId;
    if (await this.#joining.run(() => this.client.joinChannel(conversationId))) this.tell('pick', conversationId);
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    return html`<div class="head">
        ${backButton(strings, () => this.tell('back'))}
        <h2 tabindex="-1">${strings.browseChannels}</h2>
      </div>
      <div class="field-row" role="search" aria-label=${strings.searchChannels}>
        <span class="glass">${searchIcon}</span>
        <input
          id="query"
          class="input"
          type="search"
          autocomplete="off"
          spellcheck="false"
          enterkeyhint="search"
          aria-label=${strings.searchChannels}
          placeholder=${strings.searchChannels}
          .value=${this.query}
          @input=${this.#handleInput}
        />
      </div>
      <div class="hidden-visually" role="status">${this.#statusText()}</div>
      <div class="scroller">${this.#renderResults()}</div>`;
  }

  #statusText(): string {
    if (this.channels === null) return this.#loading.error === null ? this.strings.searching : '';
    return this.channels.length === 0 ? this.#emptyText() : this.strings.channelCount(this.channels.length);
  }

  #emptyText(): string {
    return this.#answered === '' ? this.strings.noChannelsTitle : this.strings.noChannelCalled(this.#answered);
  }

  #renderResults(): TemplateResult {
    const { strings, channels } = this;
    const { error, isBusy } = this.#loading;
    if (error !== null)
      return html`<div class="note" role="alert">
        <p>${errorText(error, strings)}</p>
        <button class="button secondary" @click=${this.#load}>${strings.tryAgain}</button>
      </div>`;
    if (channels === null) return html`<div class="waiting"><span class="spinner"></span></div>`;
    if (channels.length === 0) return this.#renderNone();
    return html`<ul aria-label=${strings.browseChannels}>
        ${repeat(
          channels,
          (channel) => channel.conversationId,
          (channel) => this.#renderChannel(channel),
        )}
      </ul>
      ${
        this.hasMore
          ? html`<div class="more">
              <button class="button secondary" aria-disabled=${isBusy ? 'true' : nothing} @click=${this.#loadMore}>
                ${isBusy ? html`<span class="spinner"></span>` : nothing}${strings.more}
              </button>
            </div>`
          : nothing
      }`;
  }

  #renderNone(): TemplateResult {
    const { strings } = this;
    return html`<div class="note">
      <h3>${this.#emptyText()}</h3>
      ${this.#answered === '' ? html`<p class="hint">${strings.noChannelsText}</p>` : nothing}
      <button class="button secondary" @click=${() => this.tell('create')}>${strings.newChannel}</button>
    </div>`;
  }

  #renderChannel({ conversationId, name, description, memberCount, isMember }: ChannelListing): TemplateResult {
    const { strings } = this;
    const isChosen = this.joining === conversationId;
    const { isBusy, error } = this.#joining;
    return html`<li>
      <div class="channel-row">
        ${channelAvatar(conversationId, true)}
        <div class="about">
          <p class="name"><bdi>${name}</bdi></p>
          ${description === '' ? nothing : html`<p class="hint description" dir="auto">${description}</p>`}
          <p class="hint">${strings.memberCount(memberCount)}</p>
        </div>
        ${
          isMember
            ? html`<button
                class="button quiet"
                aria-label="${strings.openNamed(name)} (${strings.joined})"
                title=${strings.joined}
                @click=${() => this.tell('pick', conversationId)}
              >
                ${checkIcon}${strings.open}
              </button>`
            : html`<button
                class="button secondary"
                aria-label=${strings.joinNamed(name)}
                aria-disabled=${isBusy ? 'true' : nothing}
                @click=${() => this.#join(conversationId)}
              >
                ${isChosen && isBusy ? html`<span class="spinner"></span>` : nothing}${strings.join}
              </button>`
        }
        ${problemLine(isChosen && error !== null ? joinErrorText(error, strings) : null)}
      </div>
    </li>`;
  }
}
