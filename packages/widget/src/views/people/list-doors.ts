import { css, html, nothing, type TemplateResult } from 'lit';
import { archiveIcon, badge, base, nextIcon, personIcon, Watch } from '@seal-chat/ui';
import { SocialView } from '../../internal/social-view.ts';
import type { SidePage } from '../../internal/view-events.ts';

/** The ways to requests and archived chats, above the list. Tells `side` with the page to show. */
export class SealListDoors extends SocialView {
  static override styles = [
    base,
    badge,
    css`
      :host {
        display: block;
        padding-inline: 8px;
      }
      button {
        display: flex;
        align-items: center;
        gap: 12px;
        inline-size: 100%;
        min-block-size: max(40px, var(--_target));
        padding: 4px 10px;
        border: 0;
        border-radius: var(--_r-m);
        background: none;
        color: var(--_text-2);
        font-weight: 500;
        text-align: start;
        cursor: pointer;
      }
      button:hover {
        background: var(--_hover);
      }
      .name {
        flex: 1;
      }
    `,
  ];

  readonly #requests = new Watch(this, () => this.client.requests);
  readonly #conversations = new Watch(this, () => this.client.conversations);

  /** Puts the focus on the way to `page`, where there is one. */
  focusDoor(page: SidePage): void {
    void this.updateComplete.then(() => this.byId(page)?.focus());
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const requests = this.#requests.value?.length ?? 0;
    const archived = this.#conversations.value?.filter(({ isArchived }) => isArchived).length ?? 0;
    return html`${requests === 0 ? nothing : this.#door('requests', personIcon, strings.requestCount(requests))}
    ${archived === 0 ? nothing : this.#door('archive', archiveIcon, strings.archivedCount(archived))}`;
  }

  #door(page: SidePage, icon: TemplateResult, name: string): TemplateResult {
    return html`<button id=${page} @click=${() => this.tell('side', page)}>
      ${icon}<span class="name">${name}</span>${nextIcon}
    </button>`;
  }
}
