import { html, type TemplateResult } from 'lit';

/** Something that is asked before it is done. */
export interface Question {
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** A question with its two answers. `focusQuestion` puts the focus on the harmless one. */
export function question({ text, yes, no, onYes, onNo }: Question): TemplateResult {
  return html`<div class="question" role="alertdialog" aria-label=${text}>
    <p>${text}</p>
    <div class="answers">
      <button class="button danger" @click=${onYes}>${yes}</button>
      <button class="button quiet" @click=${onNo}>${no}</button>
    </div>
  </div>`;
}

/** Puts the focus on the answer that changes nothing. */
export function focusQuestion(root: ParentNode): void {
  root.querySelector<HTMLElement>('.question .quiet')?.focus();
}
