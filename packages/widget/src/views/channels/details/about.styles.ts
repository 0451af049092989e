import { css, type CSSResult } from 'lit';

/** Style of what there is to know about a conversation. */
export const aboutStyles: CSSResult = css`
  .shield {
    display: inline-block;
    margin-inline-start: 5px;
    color: var(--_ink);
    vertical-align: -3px;
  }
  .shield.changed {
    color: var(--_warn);
  }
  .head {
    padding-inline: 16px 12px;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: start;
    gap: 8px;
    margin: 0 12px 12px;
    padding: 12px;
    border-radius: var(--_r);
    background: var(--_sunken);
  }
  .who {
    --_under: var(--_side);
    justify-items: center;
    gap: 3px;
    padding-block: 12px 0;
    background: none;
    text-align: center;
  }
  .who .avatar {
    --_avatar: 72px;
    margin-block-end: 8px;
  }
  .who h3 {
    font-size: var(--_f-l);
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  .about {
    margin-block-start: 6px;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .sealed {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  .sealed .icon {
    color: var(--_ink);
  }
  .digits {
    display: grid;
    grid-template-columns: repeat(4, auto);
    justify-content: space-between;
    inline-size: 100%;
    gap: 4px 10px;
    direction: ltr;
    font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
    font-variant-numeric: tabular-nums;
  }
  .said {
    margin: 0 12px 12px;
    padding: 10px 14px;
    border-radius: var(--_r);
    background: var(--_soft);
  }
  .said:empty {
    display: none;
  }
  .scroller > .problem {
    padding: 0 16px 12px;
  }
  section:has(> .leave) {
    padding-block: 0;
    background: none;
  }
  @media (forced-colors: active) {
    section {
      border: 1px solid CanvasText;
    }
    .who,
    section:has(> .leave) {
      border: 0;
    }
  }
`;
