import { css, type CSSResult } from 'lit';

/** Style of the members of a channel. */
export const membersStyles: CSSResult = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    padding: 4px 12px 12px;
  }
  h3 {
    padding-inline: 12px;
  }
  h3:focus {
    outline: none;
  }
  h3 .count {
    color: var(--_text-2);
    font-weight: 400;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .ways .button {
    flex: 1;
    background: var(--_ground);
  }
  .member {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 46px;
    padding-inline: 12px 0;
  }
  .avatar {
    --_avatar: 36px;
    --_under: var(--_side);
  }
  .about {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.3;
  }
  .name {
    display: flex;
    gap: 0.3em;
    font-weight: 500;
    white-space: nowrap;
  }
  .name bdi {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .warned {
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--_warn);
  }
  .actions {
    display: grid;
    justify-items: start;
    padding-block-end: 8px;
    padding-inline: 48px 8px;
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
