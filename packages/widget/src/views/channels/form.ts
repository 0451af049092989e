import { html, nothing, type TemplateResult } from 'lit';
import type { ChannelStrings } from '../../i18n/channel-strings.ts';
import type { ChatStrings } from '../../i18n/strings.ts';
import { backButton, problemLine } from '../../internal/templates.ts';
import { field } from './field.ts';

/** The heading of a form around channels, and the way back. */
export function formHead(title: string, strings: ChatStrings, onBack: () => void): TemplateResult {
  return html`<div class="head">
    ${backButton(strings, onBack)}
    <h2 tabindex="-1">${title}</h2>
  </div>`;
}

/** What a channel is called and about. */
export interface ChannelFields {
  readonly name: string;
  readonly nameProblem: string | null;
  readonly description: string;
  readonly descriptionProblem: string | null;
  /** They can be read and not changed: what they say is on its way. */
  readonly isLocked: boolean;
  readonly onChange: (change: { readonly name: string } | { readonly description: string }) => void;
}

/** The two fields that every form about a channel has. */
export function channelFields(fields: ChannelFields, strings: ChannelStrings): TemplateResult {
  const { isLocked, onChange } = fields;
  return html`${field({
    id: 'name',
    label: strings.channelName,
    value: fields.name,
    problem: fields.nameProblem,
    isLocked,
    onInput: (name) => onChange({ name }),
  })}
  ${field({
    id: 'description',
    label: strings.channelDescription,
    value: fields.description,
    problem: fields.descriptionProblem,
    isLocked,
    isLong: true,
    onInput: (description) => onChange({ description }),
  })}`;
}

/** The end of a form: what went wrong with all of it, and the button that sends it. */
export interface FormFoot {
  readonly problem: string | null;
  readonly label: string;
  readonly isBusy: boolean;
  readonly isDisabled?: boolean;
}

export function formFoot({ problem, label, isBusy, isDisabled = false }: FormFoot): TemplateResult {
  return html`${problemLine(problem)}
    <button class="button primary wide" ?disabled=${isDisabled} aria-disabled=${isBusy ? 'true' : nothing}>
      ${isBusy ? html`<span class="spinner"></span>` : nothing}${label}
    </button>`;
}
