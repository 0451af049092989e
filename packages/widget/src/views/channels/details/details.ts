import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Conversation, ConversationSummary } from '@seal-chat/client';
import { base, floating, infoIcon, mutedIcon, timerIcon } from '@seal-chat/ui';
import { ChannelListView } from '../../../internal/channel-list-view.ts';
import { Lazy } from '../../../internal/lazy.ts';
import type { DetailsPage } from '../../../internal/view-events.ts';
import { detailsJourney } from '../../../journeys/details.ts';
import { peopleJourney } from '../../../journeys/people.ts';
import { durationLabel } from '../../../time/duration.ts';

/**
 * The button in the head of a conversation that opens its details and settings, and their panel: next to the messages
 * where there is room, else over them. Tells `person` when the person wants to write to a member.
 */
export class SealDetails extends ChannelListView {
  static override styles = [
    base,
    floating,
    css`
      :host {
        --_layout: over;
        display: flex;
        flex: none;
        align-items: center;
        margin-inline-start: auto;
        color: var(--_text-2);
      }
      .sign {
        display: inline-grid;
        padding: 4px;
      }
      .sign .icon {
        inline-size: 16px;
        block-size: 16px;
      }
      .panel {
        position: absolute;
        inset-block: 0;
        inset-inline-end: 0;
        z-index: 4;
        display: flex;
        flex-direction: column;
        inline-size: min(100%, 22rem);
        border-inline-start: 1px solid var(--_line);
        background: var(--_side);
        color: var(--_text);
        box-shadow: var(--_e3);
        animation: enter var(--_t2) ease-out;
      }
      .panel:focus-visible {
        outline: none;
      }
      .panel > * {
        flex: 1;
      }
      .scrim {
        position: absolute;
        inset: 0;
        z-index: 4;
        background: var(--_scrim);
      }
      @keyframes enter {
        from {
          opacity: 0;
        }
      }
      @container (inline-size < 640px) {
        .panel {
          inline-size: 100%;
          border: 0;
        }
      }
      @container (inline-size >= 960px) {
        :host {
          --_layout: beside;
        }
        .panel {
          inline-size: 300px;
          box-shadow: none;
        }
        .scrim {
          display: none;
        }
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    isOpen: { type: Boolean, reflect: true, attribute: 'open' },
    page: { state: true },
    said: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  declare isOpen: boolean;
  declare page: DetailsPage;
  /** What has come of the last thing done on another page. */
  declare said: string;

  readonly #pages = new Lazy(this, detailsJourney);
  readonly #people = new Lazy(this, peopleJourney);
  readonly #resizes = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => this.#cover());

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.isOpen = false;
    this.page = 'about';
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.parentElement !== null) this.#resizes?.observe(this.parentElement);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes?.disconnect();
  }

  protected override updated(): void {
    this.#cover();
  }

  /** What lies under the panel can neither be clicked nor reached with keys. */
  #cover(): void {
    const root = this.getRootNode();
    if (!(root instanceof ShadowRoot)) return;
    const isCovered = this.isOpen && getComputedStyle(this).getPropertyValue('--_layout').trim() === 'over';
    for (const element of [...root.children, ...(this.parentElement?.children ?? [])])
      if (element instanceof HTMLElement && !element.contains(this)) element.inert = isCovered;
    this.byId('toggle')?.toggleAttribute('inert', isCovered);
  }

  /** Fetches the pages before they are asked for. */
  #prepare(): void {
    detailsJourney.load().catch(() => undefined);
  }

  #open(): void {
    this.isOpen = true;
    this.page = 'about';
    this.said = '';
    void this.#focusPage();
  }

  async #close(): Promise<void> {
    this.isOpen = false;
    await this.updateComplete;
    this.byId('toggle')?.focus();
  }

  #goTo(page: DetailsPage, said = ''): void {
    this.page = page;
    this.said = said;
    void this.#focusPage();
  }

  /** Moves the focus to the page; to the panel until the page's code is loaded, so that Escape works meanwhile. */
  async #focusPage(): Promise<void> {
    await this.updateComplete;
    (this.byId('page') ?? this.byId('panel'))?.focus();
    if (detailsJourney.loaded !== null) return;
    await detailsJourney.load().catch(() => undefined);
    await this.updateComplete;
    if (this.shadowRoot?.activeElement?.id === 'panel') this.byId('page')?.focus();
  }

  #handleKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    event.stopPropagation();
    if (this.page === 'about') void this.#close();
    else this.#goTo('about');
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary } = this;
    if (summary === null) return nothing;
    const timer =
      summary.timerSeconds === 0
        ? null
        : `${strings.disappearing}: ${durationLabel(summary.timerSeconds, strings.lang)}`;
    return html`${timer === null ? nothing : this.#renderSign(timerIcon, timer)}
      ${summary.isMuted ? this.#renderSign(mutedIcon, strings.muted) : nothing}
      <button
        id="toggle"
        class="icon-button"
        aria-label=${strings.details}
        title=${strings.details}
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        @pointerenter=${this.#prepare}
        @click=${() => (this.isOpen ? void this.#close() : this.#open())}
      >
        ${infoIcon}
      </button>
      ${
        this.isOpen
          ? html`<div class="scrim" @click=${this.#close}></div>
              <section
                id="panel"
                class="panel"
                tabindex="-1"
                aria-label=${strings.details}
                @keydown=${this.#handleKeydown}
              >
                ${this.#pages.render(strings, () => this.#renderPage(summary))}
              </section>`
          : nothing
      }`;
  }

  #renderSign(icon: TemplateResult, text: string): TemplateResult {
    return html`<span class="sign" role="img" aria-label=${text} title=${text}>${icon}</span>`;
  }

  #renderPage(summary: ConversationSummary): TemplateResult {
    return detailsJourney.loaded!.renderPage({
      conversation: this.conversation,
      summary,
      page: this.page,
      said: this.said,
      close: () => void this.#close(),
      goTo: (page, said) => this.#goTo(page, said),
      writeTo: (person) => this.tell('person', person),
      withPeople: (view) => this.#people.render(this.strings, view),
    });
  }
}
