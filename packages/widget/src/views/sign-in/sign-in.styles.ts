import { css, type CSSResult } from 'lit';

/** Style of the first view. */
export const signInStyles: CSSResult = css`
  .guest {
    display: grid;
    gap: 6px;
  }
  .guest .hint {
    text-align: center;
  }
  .foot {
    display: grid;
    gap: 4px;
    padding-block-start: 18px;
    border-block-start: 1px solid var(--_border);
  }
  .foot h3 {
    color: var(--_text-muted);
    font-size: 0.9375em;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 0 20px;
  }
  .ways .button {
    margin-inline: -1px;
    padding-inline: 0;
    text-align: start;
  }
`;
