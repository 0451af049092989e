import { css, html, type CSSResult, type TemplateResult } from 'lit';

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

/** Style of `question`. */
export const questionStyles: CSSResult = css`
  .question {
    display: grid;
    gap: 10px;
    inline-size: 100%;
    padding: 14px;
    border-radius: var(--_radius);
    background: var(--_warning-surface);
    overflow-wrap: anywhere;
  }
  .answers {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .question .button.danger {
    background: var(--_surface);
  }
`;
