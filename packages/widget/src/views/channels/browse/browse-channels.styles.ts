import { css, type CSSResult } from 'lit';

/** Style of the list of public channels. */
export const browseChannelsStyles: CSSResult = css`
  .field-row .input {
    padding-inline-end: 12px;
  }
  .input::-webkit-search-cancel-button {
    display: none;
  }
  ul {
    padding: 0 8px 8px;
  }
  .channel-row {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 2px 12px;
    min-block-size: var(--_row);
    padding: 8px;
  }
  li + li .channel-row {
    border-block-start: 1px solid var(--_line);
  }
  .about {
    min-inline-size: 0;
  }
  .name {
    font-weight: 500;
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
    color: var(--_text-2);
    font-size: var(--_f-s);
    white-space: nowrap;
  }
  .channel-row .problem {
    grid-column: 1 / -1;
  }
  .more {
    display: grid;
    padding: 4px 16px 20px;
  }
`;
