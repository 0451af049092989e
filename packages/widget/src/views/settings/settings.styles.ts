import { css, type CSSResult } from 'lit';

/** Style of the settings. */
export const settingsStyles: CSSResult = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    line-height: 1.5;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 4px;
    min-block-size: 64px;
    padding: 8px;
  }
  .sections {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 0 16px 24px;
    scrollbar-width: thin;
    scrollbar-color: var(--_border) transparent;
  }
  section {
    display: grid;
    justify-items: start;
    gap: 10px;
    padding-block: 18px;
  }
  section + section {
    border-block-start: 1px solid var(--_border);
  }
  .person {
    grid-template-columns: auto 1fr;
    align-items: center;
    gap: 14px;
    padding-block-start: 4px;
  }
  .person h3 {
    font-size: 1.1em;
    overflow-wrap: anywhere;
  }
  ul,
  li,
  .question {
    inline-size: 100%;
  }
  .device {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 48px;
  }
  .device .icon {
    color: var(--_text-muted);
  }
  .label {
    flex: 1;
  }
  .device .button {
    margin-inline-end: -10px;
    padding-inline: 10px;
  }
  section > .button.quiet {
    margin-inline-start: -18px;
    text-align: start;
  }
  .question {
    display: grid;
    gap: 10px;
    padding: 14px;
    border-radius: var(--_radius);
    background: var(--_warning-surface);
  }
  .answers {
    display: flex;
    gap: 8px;
  }
  .question .button.danger {
    background: var(--_surface);
  }
`;
