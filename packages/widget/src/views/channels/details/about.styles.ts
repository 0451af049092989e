import { css, type CSSResult } from 'lit';

/** Style of what there is to know about a conversation. */
export const aboutStyles: CSSResult = css`
  .head {
    padding-inline: 16px 8px;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: start;
    gap: 8px;
    padding: 16px;
  }
  section + section,
  .question + section,
  seal-members + section,
  section + seal-members,
  section + seal-options,
  seal-options + seal-members,
  seal-options + section {
    border-block-start: 1px solid var(--_border);
  }
  .who {
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 4px 14px;
    padding-block-start: 0;
  }
  .who .avatar {
    --_ring: var(--_surface-raised);
    inline-size: 56px;
    block-size: 56px;
    font-size: 1.2em;
  }
  .who h3 {
    font-size: 1.15em;
    overflow-wrap: anywhere;
  }
  .about {
    grid-column: 1 / -1;
    margin-block-start: 8px;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .who > .button {
    grid-column: 1 / -1;
    justify-self: start;
    margin-block: 2px -6px;
    margin-inline-start: -18px;
  }
  .sealed {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .sealed .icon {
    color: var(--_success);
  }
  .digits {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(5.5ch, max-content));
    inline-size: 100%;
    gap: 2px 14px;
    font-family: ui-monospace, monospace;
    font-variant-numeric: tabular-nums;
  }
  .said {
    margin: 0 16px 12px;
    padding: 10px 14px;
    border-radius: var(--_radius);
    background: var(--_selected);
  }
  .said:empty {
    display: none;
  }
  .scroller > .problem {
    padding: 0 16px 12px;
  }
  .leave {
    margin-inline-start: -18px;
  }
  @media (forced-colors: active) {
    .who > .button,
    .leave {
      margin-inline-start: 0;
    }
  }
`;
