import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { isSealError, type Conversation, type ConversationSummary } from '@seal-chat/client';
import { backIcon, base, warningIcon } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { field } from '../field.ts';
import { descriptionProblem, nameProblem } from '../names.ts';
import { pageStyles } from '../page.styles.ts';

/** Changes what a channel is called and about. Tells `back`, also when that is done. */
export class SealEditChannel extends ChannelView {
  static override styles = [base, pageStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    name: { state: true },
    description: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  declare name: string;
  declare description: string;

  readonly #saving = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.name = '';
    this.description = '';
  }

  /** Puts the cursor into the first field. */
  override focus(): void {
    void this.updateComplete.then(() => this.byId('name')?.focus());
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.hasUpdated) return;
    this.name = this.summary?.name ?? '';
    this.description = this.summary?.description ?? '';
  }

  async #handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { strings, summary, conversation } = this;
    const name = this.name.trim();
    const description = this.description.trim();
    if (nameProblem(name, strings) !== null) this.byId('name')?.focus();
    else if (descriptionProblem(description, strings) !== null) this.byId('description')?.focus();
    else {
      const isSaved = await this.#saving.run(async () => {
        if (name !== summary?.name) await conversation?.channel?.rename(name);
        if (description !== summary?.description) await conversation?.channel?.describe(description);
      });
      if (isSaved) this.tell('back');
      else if (this.#isAboutName()) this.byId('name')?.focus();
    }
  }

  #isAboutName(): boolean {
    const { error } = this.#saving;
    return isSealError(error, 'NAME_TAKEN') || isSealError(error, 'BAD_INPUT');
  }

  #nameProblem(): string | null {
    const { strings } = this;
    const { error } = this.#saving;
    if (error !== null && this.#isAboutName())
      return isSealError(error, 'BAD_INPUT') ? strings.channelNameInvalid : errorText(error, strings);
    return nameProblem(this.name, strings);
  }

  #change(change: () => void): void {
    this.#saving.fail(null);
    change();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#saving;
    return html`<div class="head">
        <button class="icon-button" aria-label=${strings.back} title=${strings.back} @click=${() => this.tell('back')}>
          ${backIcon}
        </button>
        <h2>${strings.editChannel}</h2>
      </div>
      <form novalidate @submit=${this.#handleSubmit}>
        <div class="scroller">
          <div class="fields">
            ${field({
              id: 'name',
              label: strings.channelName,
              value: this.name,
              problem: this.hasUpdated ? this.#nameProblem() : null,
              isLocked: isBusy,
              onInput: (value) => this.#change(() => (this.name = value)),
            })}
            ${field({
              id: 'description',
              label: strings.channelDescription,
              value: this.description,
              problem: descriptionProblem(this.description, strings),
              isLocked: isBusy,
              isLong: true,
              onInput: (value) => this.#change(() => (this.description = value)),
            })}
          </div>
        </div>
        <div class="foot">
          ${
            error === null || this.#isAboutName()
              ? nothing
              : html`<p class="problem" role="alert">${warningIcon}<span>${errorText(error, strings)}</span></p>`
          }
          <button class="button primary wide" aria-disabled=${isBusy ? 'true' : nothing}>
            ${isBusy ? html`<span class="spinner"></span>` : nothing}${strings.save}
          </button>
        </div>
      </form>`;
  }
}
