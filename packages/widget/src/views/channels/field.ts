import { html, nothing, type TemplateResult } from 'lit';
import { warningIcon } from '@seal-chat/ui';

/** One field of a form. */
export interface Field {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** What is wrong with it, or null. */
  readonly problem: string | null;
  /** It can be read and not changed: what it says is on its way. */
  readonly isLocked: boolean;
  /** Several lines. */
  readonly isLong?: boolean;
  readonly onInput: (value: string) => void;
}

/** A labelled field with what is wrong with it below. */
export function field({ id, label, value, problem, isLocked, isLong, onInput }: Field): TemplateResult {
  const handleInput = (event: Event): void => onInput((event.target as HTMLInputElement).value);
  const invalid = problem === null ? nothing : 'true';
  const control = isLong
    ? html`<textarea
        id=${id}
        class="input"
        dir="auto"
        rows="2"
        aria-describedby="${id}-problem"
        aria-invalid=${invalid}
        ?readonly=${isLocked}
        .value=${value}
        @input=${handleInput}
      ></textarea>`
    : html`<input
        id=${id}
        class="input"
        dir="auto"
        autocomplete="off"
        aria-describedby="${id}-problem"
        aria-invalid=${invalid}
        ?readonly=${isLocked}
        .value=${value}
        @input=${handleInput}
      />`;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${control}
    <p id="${id}-problem" class="problem" aria-live="polite" ?hidden=${problem === null}>
      ${problem === null ? nothing : html`${warningIcon}<span>${problem}</span>`}
    </p>
  </div>`;
}
