import { css, html, type PropertyDeclarations, type TemplateResult } from 'lit';
import {
  Menu,
  base,
  composeIcon,
  hashIcon,
  listIcon,
  lockIcon,
  menuStyles,
  personIcon,
  type MenuItem,
} from '@seal-chat/ui';
import { ChannelListView } from '../../../internal/channel-list-view.ts';
import { problemLine } from '../../../internal/templates.ts';
import type { NewChoice } from '../../../internal/view-events.ts';
import { channelsJourney } from '../../../journeys/channels.ts';

/** The button at the head of the list that begins something new, with its menu. Tells `choose` with a `NewChoice`. */
export class SealNewMenu extends ChannelListView {
  static override styles = [
    base,
    menuStyles,
    css`
      :host {
        display: block;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    isFailed: { state: true },
  };

  /** What was chosen could not be fetched. */
  declare isFailed: boolean;

  readonly #menu = new Menu(this);

  constructor() {
    super();
    this.isFailed = false;
  }

  /** Puts the focus on the button. */
  override focus(): void {
    this.byId('trigger')?.focus();
  }

  /** Opens the chosen view only once its code is loaded: without a network, the list is the better view. */
  async #choose(choice: NewChoice): Promise<boolean> {
    this.isFailed = false;
    try {
      if (choice === 'create' || choice === 'browse') await channelsJourney.load();
    } catch {
      this.isFailed = true;
      return false;
    }
    this.#menu.close();
    this.tell('choose', choice);
    return true;
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const item = (choice: NewChoice, icon: TemplateResult, name: string): MenuItem => ({
      name,
      icon,
      onPick: () => this.#choose(choice),
    });
    const items = [
      item('direct', personIcon, strings.newDirect),
      item('saved', lockIcon, strings.savedMessages),
      item('create', hashIcon, strings.newChannel),
      item('browse', listIcon, strings.browseChannels),
    ];
    const problem = problemLine(this.isFailed ? (strings.errors.OFFLINE ?? '') : null);
    return html`<button
        id="trigger"
        class="icon-button"
        popovertarget="menu"
        aria-label=${strings.newChat}
        title=${strings.newChat}
        aria-haspopup="menu"
        aria-expanded=${this.#menu.expanded}
        @keydown=${this.#menu.handleButtonKey}
      >
        ${composeIcon}
      </button>
      ${this.#menu.render(strings.newChat, items, problem)}`;
  }
}
