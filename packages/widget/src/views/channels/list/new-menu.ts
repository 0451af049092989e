import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { base, composeIcon, hashIcon, listIcon, personIcon, rovingTarget } from '@seal-chat/ui';
import { ChannelView } from '../../../internal/channel-view.ts';
import type { NewChoice } from '../../../internal/view-events.ts';
import { channelsJourney } from '../../../journeys/channels.ts';
import { problemLine } from '../../../internal/templates.ts';

/** The button at the head of the list that begins something new, with its menu. Tells `choose` with a `NewChoice`. */
export class SealNewMenu extends ChannelView {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: block;
        margin-inline-end: -12px;
      }
      .popup {
        position: absolute;
        inset-block-start: calc(100% + 2px);
        inset-inline-end: -44px;
        z-index: 3;
        inline-size: max-content;
        max-inline-size: 16rem;
        padding: 6px;
        border: 1px solid var(--_line);
        border-radius: var(--_r);
        background: var(--_ground);
        box-shadow: 0 8px 28px rgb(0 0 0 / 0.18);
      }
      .problem {
        max-inline-size: 15rem;
        padding: 6px 10px;
      }
      [role='menuitem'] {
        display: flex;
        align-items: center;
        gap: 12px;
        inline-size: 100%;
        min-block-size: 44px;
        padding: 6px 14px 6px 10px;
        padding-inline: 10px 14px;
        border: 0;
        border-radius: var(--_r-s);
        background: none;
        text-align: start;
        cursor: pointer;
      }
      [role='menuitem'] .icon {
        color: var(--_text-2);
      }
      [role='menuitem']:hover,
      [role='menuitem']:focus-visible {
        background: var(--_hover);
      }
      [role='menuitem']:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    isOpen: { state: true },
    isFailed: { state: true },
  };

  declare isOpen: boolean;
  /** What was chosen could not be fetched. */
  declare isFailed: boolean;

  constructor() {
    super();
    this.isOpen = false;
    this.isFailed = false;
    this.addEventListener('focusout', (event) => {
      if (!(event.relatedTarget instanceof Node) || !this.contains(event.relatedTarget)) this.isOpen = false;
    });
  }

  /** Puts the focus on the button. */
  override focus(): void {
    this.byId('trigger')?.focus();
  }

  async #open(): Promise<void> {
    this.isOpen = true;
    this.isFailed = false;
    await this.updateComplete;
    this.#items()[0]?.focus();
  }

  #items(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  #handleKeydown(event: KeyboardEvent): void {
    if (!this.isOpen) {
      if (event.key !== 'ArrowDown') return;
      event.preventDefault();
      void this.#open();
      return;
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.focus();
      this.isOpen = false;
      return;
    }
    const items = this.#items();
    const target = rovingTarget(event.key, items.indexOf(event.target as HTMLElement), items.length);
    if (target === null) return;
    event.preventDefault();
    items[target]!.focus();
  }

  /** Opens the chosen view only once its code is loaded: without a network, the list is the better view. */
  async #choose(choice: NewChoice): Promise<void> {
    try {
      if (choice !== 'direct') await channelsJourney.load();
    } catch {
      this.isFailed = true;
      return;
    }
    this.focus();
    this.isOpen = false;
    this.tell('choose', choice);
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const items: readonly (readonly [NewChoice, TemplateResult, string])[] = [
      ['direct', personIcon, strings.newDirect],
      ['create', hashIcon, strings.newChannel],
      ['browse', listIcon, strings.browseChannels],
    ];
    return html`<div @keydown=${this.#handleKeydown}>
      <button
        id="trigger"
        class="icon-button"
        aria-label=${strings.newChat}
        title=${strings.newChat}
        aria-haspopup="menu"
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        aria-controls=${this.isOpen ? 'menu' : nothing}
        @mousedown=${(event: MouseEvent) => this.isOpen && event.preventDefault()}
        @click=${() => (this.isOpen ? (this.isOpen = false) : void this.#open())}
      >
        ${composeIcon}
      </button>
      ${
        this.isOpen
          ? html`<div class="popup">
              <div id="menu" role="menu" aria-label=${strings.newChat}>
                ${items.map(
                  ([choice, icon, text]) =>
                    html`<button role="menuitem" tabindex="-1" @click=${() => void this.#choose(choice)}>
                      ${icon}${text}
                    </button>`,
                )}
              </div>
              ${problemLine(this.isFailed ? (strings.errors.OFFLINE ?? '') : null)}
            </div>`
          : nothing
      }
    </div>`;
  }
}
