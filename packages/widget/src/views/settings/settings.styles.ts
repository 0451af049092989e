import { css, type CSSResultArray } from 'lit';
import { notice } from '@seal-chat/ui';

/** Style of the settings: each group of them is a sunken box. */
export const settingsStyles: CSSResultArray = [
  notice,
  css`
    :host {
      --_under: var(--_sunken);
      display: flex;
      flex-direction: column;
      min-block-size: 0;
      line-height: 1.45;
    }
    seal-devices {
      display: grid;
      gap: 8px;
      inline-size: 100%;
    }
    .device .label {
      display: grid;
      justify-items: start;
    }
    .head {
      display: flex;
      flex: none;
      align-items: center;
      gap: 4px;
      min-block-size: var(--_head);
      padding-inline: 12px;
    }
    .sections {
      display: grid;
      flex: 1;
      grid-template-columns: minmax(0, 1fr);
      align-content: start;
      gap: 12px;
      min-block-size: 0;
      overflow-y: auto;
      overscroll-behavior: contain;
      padding: 0 12px 20px;
      scrollbar-width: thin;
      scrollbar-color: var(--_line) transparent;
    }
    section {
      display: grid;
      justify-items: start;
      gap: 8px;
      padding: 12px;
      border-radius: var(--_r);
      background: var(--_sunken);
    }
    .person {
      grid-template-columns: auto minmax(0, 1fr);
      align-items: center;
      gap: 14px;
      padding-block: 4px;
      background: none;
    }
    .person .avatar {
      --_avatar: 64px;
    }
    .person h3 {
      font-size: var(--_f-l);
      font-weight: 650;
      overflow-wrap: anywhere;
    }
    .sections > .problem {
      padding-inline: 12px;
    }
    ul,
    li,
    .question {
      inline-size: 100%;
    }
    .device {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 12px;
      min-block-size: 46px;
      padding-block: 4px;
    }
    li + li .device {
      border-block-start: 1px solid var(--_line);
    }
    .device .icon {
      color: var(--_text-2);
    }
    .label {
      flex: 1 0 8em;
      min-inline-size: 0;
      overflow-wrap: anywhere;
    }
    .device .button {
      margin-inline: auto -6px;
    }
    .way {
      display: flex;
      align-items: center;
      gap: 12px;
      inline-size: 100%;
      min-block-size: max(40px, var(--_target));
      padding: 0;
      border: 0;
      background: none;
      font-weight: 500;
      text-align: start;
      cursor: pointer;
    }
    .way .icon {
      color: var(--_text-2);
    }
    section > .secondary {
      background: var(--_ground);
    }
    section > .button.quiet {
      margin-inline-start: -10px;
      text-align: start;
    }
    @media (forced-colors: active) {
      section {
        border: 1px solid CanvasText;
      }
      section > .button.quiet {
        margin-inline-start: 0;
      }
    }
  `,
];
