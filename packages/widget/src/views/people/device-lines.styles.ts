import { css, type CSSResult } from 'lit';

/** Style of the lines about devices, which the message list adopts with their code. */
export const deviceLineStyles: CSSResult = css`
  .device .icon {
    display: inline-block;
    inline-size: 16px;
    block-size: 16px;
    margin-inline-end: 6px;
    vertical-align: -3px;
  }
  .device b {
    color: var(--_text);
    font-weight: 600;
  }
  .device time {
    white-space: nowrap;
  }
  summary.device {
    inline-size: fit-content;
    padding-block: 6px;
    margin-block: 0;
    border-radius: var(--_r-s);
    list-style: none;
    cursor: pointer;
  }
  summary.device::-webkit-details-marker {
    display: none;
  }
  summary.device .icon:last-child {
    margin-inline: 2px 0;
  }
  .device .more {
    color: var(--_ink);
    font-weight: 600;
    white-space: nowrap;
  }
  [open] > .device .more {
    display: none;
  }
  [open] > .device > .icon:last-child {
    rotate: 180deg;
  }
  @media (pointer: coarse) {
    summary.device {
      padding-block: 12px;
    }
  }
`;
