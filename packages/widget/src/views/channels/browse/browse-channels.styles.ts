import { css, type CSSResult } from 'lit';

/** Style of the list of public channels. */
export const browseChannelsStyles: CSSResult = css`
  .field-row {
    position: relative;
    flex: none;
    margin: 0 12px 8px;
  }
  .glass {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 13px;
    display: grid;
    align-items: center;
    color: var(--_text-muted);
    pointer-events: none;
  }
  .input {
    padding-inline: 42px 14px;
    border-color: transparent;
    background: light-dark(#e9edf0, #262d33);
    text-overflow: ellipsis;
  }
  .input::-webkit-search-cancel-button {
    display: none;
  }
  ul {
    padding: 4px 8px 8px;
  }
  .channel-row {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 2px 12px;
    padding: 10px;
  }
  li + li .channel-row {
    border-block-start: 1px solid var(--_border);
  }
  .about {
    min-inline-size: 0;
  }
  .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .description {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
  }
  .in {
    color: var(--_success);
    font-weight: 600;
    white-space: nowrap;
  }
  .channel-row .button {
    padding-inline: 14px;
  }
  .channel-row .problem {
    grid-column: 1 / -1;
  }
  .note {
    display: grid;
    justify-items: center;
    gap: 8px;
    padding: 32px 24px;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .more {
    display: grid;
    padding: 4px 16px 20px;
  }
  @media (forced-colors: active) {
    .input {
      border-color: ButtonBorder;
    }
  }
`;
