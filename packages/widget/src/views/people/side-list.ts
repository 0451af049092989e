import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ConversationId } from '@seal-chat/client';
import { backIcon, base, Watch } from '@seal-chat/ui';
import { SocialView } from '../../internal/social-view.ts';
import type { SidePage, ViewEvent } from '../../internal/view-events.ts';
import { pageStyles } from '../channels/page.styles.ts';

/** Conversations that are not in the list: strangers' requests, or archived ones. Tells `back` and `pick`. */
export class SealSideList extends SocialView {
  static override styles = [
    base,
    pageStyles,
    css`
      .hint {
        padding: 0 16px 10px;
      }
      .scroller {
        flex: 1;
        min-block-size: 0;
        overflow-y: auto;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    page: { attribute: false },
    selected: { attribute: false },
  };

  declare page: SidePage;
  /** The conversation that is open. */
  declare selected: ConversationId | null;

  readonly #requests = new Watch(this, () => this.client.requests);
  readonly #conversations = new Watch(this, () => this.client.conversations);

  constructor() {
    super();
    this.page = 'requests';
    this.selected = null;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  protected override render(): TemplateResult {
    const { strings, page } = this;
    const isEmpty =
      page === 'requests'
        ? this.#requests.value?.length === 0
        : !this.#conversations.value?.some(({ isArchived }) => isArchived);
    return html`<div class="head">
        <button class="icon-button" aria-label=${strings.back} title=${strings.back} @click=${() => this.tell('back')}>
          ${backIcon}
        </button>
        <h2 tabindex="-1">${page === 'requests' ? strings.requests : strings.archive}</h2>
      </div>
      <div class="scroller">
        ${page === 'requests' && !isEmpty ? html`<p class="hint">${strings.requestsHint}</p>` : nothing}
        ${
          isEmpty
            ? html`<p class="hint">${page === 'requests' ? strings.requestsNone : strings.archiveNone}</p>`
            : html`<seal-conversation-list
                .place=${page}
                .selected=${this.selected}
                @pick=${(event: ViewEvent<'pick'>) => this.tell('pick', event.detail)}
              ></seal-conversation-list>`
        }
      </div>`;
  }
}
