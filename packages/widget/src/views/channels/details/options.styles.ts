import { css, type CSSResultArray } from 'lit';
import { toggle } from '@seal-chat/ui';

/** Style of what can be set for a conversation. */
export const optionsStyles: CSSResultArray = [
  toggle,
  css`
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      margin: 0 12px 12px;
      padding: 2px 12px;
      border-radius: var(--_r);
      background: var(--_sunken);
    }
    .setting {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      gap: 0 16px;
      inline-size: 100%;
      padding-block: 2px 10px;
    }
    .setting + :is(.setting, .hint) {
      padding-block-start: 6px;
      border-block-start: 1px solid var(--_line);
    }
    :host > .hint {
      padding-block: 10px;
    }
    .setting label {
      display: flex;
      align-items: center;
      gap: 10px;
      min-block-size: max(40px, var(--_target));
      font-weight: 500;
      cursor: pointer;
    }
    .setting label .icon {
      color: var(--_text-2);
    }
    .setting .hint {
      grid-column: 1 / -1;
    }
    .setting select {
      grid-column: 1 / -1;
      inline-size: 100%;
      margin-block-end: 8px;
    }
    select:disabled {
      opacity: 0.5;
      cursor: default;
    }
    @media (forced-colors: active) {
      :host {
        border: 1px solid CanvasText;
      }
    }
  `,
];
