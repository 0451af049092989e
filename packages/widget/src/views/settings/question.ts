import { html, type TemplateResult } from 'lit';

/** A question before something is lost. */
export interface QuestionText {
  readonly text: string;
  readonly yes: string;
  readonly no: string;
}

/** Asks `text`; the harmless answer comes second. */
export function question(
  { text, yes, no }: QuestionText,
  { onYes, onNo }: { readonly onYes: () => void; readonly onNo: () => void },
): TemplateResult {
  return html`<div class="question" role="alertdialog" aria-label=${text}>
    <p>${text}</p>
    <div class="answers">
      <button class="button danger" @click=${onYes}>${yes}</button>
      <button class="button quiet" @click=${onNo}>${no}</button>
    </div>
  </div>`;
}
