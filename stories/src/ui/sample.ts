import { LitElement, css, html, type PropertyDeclarations, type TemplateResult } from 'lit';
import {
  Dialog,
  Menu,
  avatarStyles,
  badge,
  base,
  controls,
  defineElement,
  dialogStyles,
  floating,
  list,
  menuStyles,
  messageStateStyles,
  notice,
  pill,
  toggle,
  tokens,
} from '@seal-chat/ui';
import { parts, type PartName } from './parts.ts';

/** A box with one primitive of the design: as in the widget, `tokens` are on the outermost element. */
export class UiSample extends LitElement {
  static override styles = [
    tokens,
    base,
    controls,
    floating,
    list,
    notice,
    badge,
    pill,
    toggle,
    avatarStyles,
    messageStateStyles,
    menuStyles,
    dialogStyles,
    css`
      main {
        display: grid;
        gap: 12px;
        padding: 16px;
        background: var(--_ground);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    shown: {},
    theme: { reflect: true },
  };

  declare shown: PartName;
  declare theme: 'light' | 'dark' | 'auto';
  /** What was chosen last, for tests. */
  picked = '';

  readonly menu: Menu = new Menu(this);
  readonly dialog: Dialog = new Dialog(this);

  constructor() {
    super();
    this.shown = 'buttons';
    this.theme = 'light';
  }

  protected override render(): TemplateResult {
    return html`<main>${parts[this.shown](this)}</main>`;
  }
}

defineElement('ui-sample', UiSample);

declare global {
  interface HTMLElementTagNameMap {
    'ui-sample': UiSample;
  }
}
