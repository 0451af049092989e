import { css, type CSSResult } from 'lit';

/** Style of the members of a channel. */
export const membersStyles: CSSResult = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    padding: 16px 16px 12px;
  }
  h3:focus {
    outline: none;
  }
  h3 .count {
    color: var(--_text-muted);
    font-weight: 400;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .ways .button {
    padding-inline: 14px;
    background: var(--_surface);
  }
  ul {
    margin-inline: -8px;
  }
  .member {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 56px;
    padding-inline: 8px 0;
  }
  .avatar {
    --_ring: var(--_surface-raised);
    inline-size: 40px;
    block-size: 40px;
  }
  .about {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.3;
  }
  .name {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .warned {
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--_danger);
  }
  .actions {
    display: grid;
    justify-items: start;
    padding: 0 8px 8px 60px;
    padding-inline: 42px 8px;
  }
  .actions .button {
    text-align: start;
  }
  .question {
    margin-block-end: 8px;
  }
  .more {
    justify-self: start;
  }
`;
