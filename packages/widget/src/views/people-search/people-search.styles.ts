import { css, type CSSResultArray } from 'lit';
import { list } from '@seal-chat/ui';

/** Style of the search for people. */
export const peopleSearchStyles: CSSResultArray = [
  list,
  css`
    :host {
      display: flex;
      flex-direction: column;
      min-block-size: 0;
    }
    .clear {
      position: absolute;
      inset-block-start: 0;
      inset-inline-end: 0;
    }
    ul {
      padding: 0 8px 8px;
    }
    .person bdi {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  `,
];
