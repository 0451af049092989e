import { css, type CSSResult } from 'lit';

/** Style of the first view. */
export const signInStyles: CSSResult = css`
  .mark {
    color: var(--_fill);
  }
  .guest {
    display: grid;
    gap: 6px;
  }
  .guest .hint {
    text-align: center;
  }
  .foot {
    display: grid;
    gap: 2px;
    padding-block-start: 16px;
    border-block-start: 1px solid var(--_line);
  }
  .foot h3 {
    color: var(--_text-2);
    font-size: var(--_f-s);
    font-weight: 400;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 0 20px;
  }
  .ways .button {
    padding-inline: 0;
    text-align: start;
  }
  @media (forced-colors: active) {
    .ways .button {
      padding-inline: 10px;
    }
  }
`;
