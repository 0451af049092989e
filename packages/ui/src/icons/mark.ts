import { html, type TemplateResult } from 'lit';

/** The mark of Seal: a drop (speech) around a ring (the seal), in the colour of the text around it. */
export const sealMark: TemplateResult = html`<svg class="mark flip" viewBox="0 0 40 40" aria-hidden="true">
  <path
    fill="currentColor"
    fill-rule="evenodd"
    d="M20 3a17 17 0 1 1 0 34H7a4 4 0 0 1-4-4V20A17 17 0 0 1 20 3zM20 11.25a8.75 8.75 0 1 0 0 17.5 8.75 8.75 0 0 0 0-17.5zM20 14.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5z"
  />
</svg>`;
