import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { isSealError, type Person, type SealError, type UserId } from '@seal-chat/client';
import { base, isTouchOnly } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import type { ViewEvent } from '../../../internal/view-events.ts';
import { problemLine } from '../../../internal/templates.ts';
import { channelFields, formFoot, formHead } from '../form.ts';
import { MOST_PEOPLE, descriptionProblem, nameProblem } from '../names.ts';
import { pageStyles } from '../page.styles.ts';
import { createChannelStyles } from './create-channel.styles.ts';

type FieldName = 'name' | 'description' | 'people';

/** Creates a channel. Tells `pick` with the id of the new one, or `back`. */
export class SealCreateChannel extends ChannelView {
  static override styles = [base, pageStyles, createChannelStyles];
  static override properties: PropertyDeclarations = {
    name: { state: true },
    description: { state: true },
    visibility: { state: true },
    people: { state: true },
    isTried: { state: true },
  };

  declare name: string;
  declare description: string;
  declare visibility: 'public' | 'private';
  declare people: readonly Person[];
  /** The person has tried to create it: from then on they are told what is missing. */
  declare isTried: boolean;

  readonly #creating = new Action(this);
  readonly #nobody: ReadonlySet<UserId> = new Set();

  constructor() {
    super();
    this.name = '';
    this.description = '';
    this.visibility = 'private';
    this.people = [];
    this.isTried = false;
  }

  /** Puts the cursor into the first field, or the focus on the heading where that would bring up a keyboard. */
  override focus(): void {
    (isTouchOnly() ? this.renderRoot.querySelector('h2') : this.byId('name'))?.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  /** What was begun is not thrown away by a key. */
  #handleKeydown(event: KeyboardEvent): void {
    const isBegun = this.name !== '' || this.description !== '' || this.people.length > 0;
    if (event.key === 'Escape' && isBegun) event.stopPropagation();
  }

  async #handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.isTried = true;
    this.#creating.fail(null);
    if (!this.#focusFirstProblem()) await this.#create();
  }

  async #create(): Promise<void> {
    const isCreated = await this.#creating.run(async () => {
      const { conversationId } = await this.client.createChannel({
        name: this.name.trim(),
        description: this.description.trim(),
        visibility: this.visibility,
        members: this.people.map(({ userId }) => userId),
      });
      this.tell('pick', conversationId);
    });
    if (isCreated) return;
    await this.updateComplete;
    this.#focusFirstProblem();
  }

  #focusFirstProblem(): boolean {
    const wrong = (['name', 'description', 'people'] as const).find((name) => this.#problem(name) !== null);
    if (wrong !== undefined) this.byId(wrong)?.focus();
    return wrong !== undefined;
  }

  /** What is wrong with a field, or null. */
  #problem(name: FieldName): string | null {
    const { strings } = this;
    const { error } = this.#creating;
    if (error !== null && fieldOf(error) === name)
      return name === 'name' && isSealError(error, 'BAD_INPUT')
        ? strings.channelNameInvalid
        : errorText(error, strings);
    if (name === 'description') return descriptionProblem(this.description, strings);
    if (name === 'people') return this.people.length > MOST_PEOPLE ? strings.tooManyPeople : null;
    return this.isTried || this.name.trim() !== '' ? nameProblem(this.name, strings) : null;
  }

  #change(change: () => void): void {
    this.#creating.fail(null);
    change();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const { isBusy, error } = this.#creating;
    return html`${formHead(strings.newChannel, strings, () => this.tell('back'))}
      <form novalidate @submit=${this.#handleSubmit} @keydown=${this.#handleKeydown}>
        <div class="scroller">
          <div class="fields">
            ${channelFields(
              {
                name: this.name,
                nameProblem: this.#problem('name'),
                description: this.description,
                descriptionProblem: this.#problem('description'),
                isLocked: isBusy,
                onChange: (change) => this.#change(() => Object.assign(this, change)),
              },
              strings,
            )}
            <fieldset ?disabled=${isBusy}>
              <legend>${strings.visibility}</legend>
              <div class="choices">
                ${this.#renderChoice('private', strings.private, strings.privateText)}
                ${this.#renderChoice('public', strings.public, strings.publicText)}
              </div>
            </fieldset>
            ${this.#renderPeople()}
          </div>
        </div>
        <div class="foot">
          ${formFoot({
            problem: error === null || fieldOf(error) !== null ? null : errorText(error, strings),
            label: isBusy ? strings.creating : strings.create,
            isBusy,
          })}
          <div class="hidden-visually" role="status">${isBusy ? strings.creating : ''}</div>
        </div>
      </form>`;
  }

  #renderChoice(visibility: 'public' | 'private', title: string, text: string): TemplateResult {
    return html`<label class="choice">
      <input
        type="radio"
        name="visibility"
        .checked=${this.visibility === visibility}
        @change=${() => this.#change(() => (this.visibility = visibility))}
      />
      <span class="title">${title}</span>
      <span class="hint">${text}</span>
    </label>`;
  }

  #renderPeople(): TemplateResult {
    const { strings } = this;
    const problem = this.#problem('people');
    return html`<fieldset ?disabled=${this.#creating.isBusy}>
      <legend>${strings.people}</legend>
      <seal-people-picker
        id="people"
        .people=${this.people}
        .excluded=${this.#nobody}
        @people=${(event: ViewEvent<'people'>) => this.#change(() => (this.people = event.detail))}
      ></seal-people-picker>
      ${problem === null ? html`<p class="hint">${strings.peopleHint}</p>` : html`${problemLine(problem)}`}
    </fieldset>`;
  }
}

/** The field that an answer of the server is about, or null. */
function fieldOf(error: SealError): FieldName | null {
  if (error.code === 'NAME_TAKEN') return 'name';
  if (error.code === 'CHANNEL_FULL') return 'people';
  if (error.code !== 'BAD_INPUT') return null;
  return error.details.field === 'description' ? 'description' : 'name';
}
