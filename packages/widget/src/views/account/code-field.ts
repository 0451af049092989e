import { html, nothing, type TemplateResult } from 'lit';
import { problemLine } from '../../internal/templates.ts';

/** A field for a code that a person types from another device or from paper. */
export interface CodeField {
  readonly label: string;
  readonly value: string;
  /** What is wrong with it, or null. */
  readonly problem: string | null;
  readonly autocomplete: 'off' | 'one-time-code';
  /** What a code looks like, where it is not too long to be shown. */
  readonly placeholder?: string;
  readonly onInput: (value: string) => void;
}

/** The field with the id `code`, and what is wrong with it below. */
export function codeField({ label, value, problem, autocomplete, placeholder, onInput }: CodeField): TemplateResult {
  return html`<div class="field">
      <label for="code">${label}</label>
      <input
        id="code"
        class="input code-input"
        autocomplete=${autocomplete}
        autocapitalize="characters"
        spellcheck="false"
        dir="ltr"
        placeholder=${placeholder ?? nothing}
        aria-invalid=${problem === null ? nothing : 'true'}
        aria-describedby=${problem === null ? nothing : 'problem'}
        .value=${value}
        @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
      />
    </div>
    ${problemLine(problem, 'problem')}`;
}
