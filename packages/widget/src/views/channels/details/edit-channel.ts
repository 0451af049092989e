import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { isSealError, type Conversation, type ConversationSummary } from '@seal-chat/client';
import { base } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { channelFields, formFoot, formHead } from '../form.ts';
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

  protected override render(): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#saving;
    return html`${formHead(strings.editChannel, strings, () => this.tell('back'))}
      <form novalidate @submit=${this.#handleSubmit}>
        <div class="scroller">
          <div class="fields">
            ${channelFields(
              {
                name: this.name,
                nameProblem: this.hasUpdated ? this.#nameProblem() : null,
                description: this.description,
                descriptionProblem: descriptionProblem(this.description, strings),
                isLocked: isBusy,
                onChange: (change) => {
                  this.#saving.fail(null);
                  Object.assign(this, change);
                },
              },
              strings,
            )}
          </div>
        </div>
        <div class="foot">
          ${formFoot({
            problem: error === null || this.#isAboutName() ? null : errorText(error, strings),
            label: strings.save,
            isBusy,
          })}
        </div>
      </form>`;
  }
}
