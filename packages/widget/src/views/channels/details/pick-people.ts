import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Conversation, ConversationSummary, Person } from '@seal-chat/client';
import { base } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import type { ViewEvent } from '../../../internal/view-events.ts';
import { formFoot, formHead } from '../form.ts';
import { MOST_PEOPLE } from '../names.ts';
import { pageStyles } from '../page.styles.ts';

/** Adds people to a channel, or invites them. Tells `back`, or `done` with a sentence about what was done. */
export class SealPickPeople extends ChannelView {
  static override styles = [base, pageStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    isInvitation: { attribute: false },
    people: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  /** They are asked, not added. */
  declare isInvitation: boolean;
  declare people: readonly Person[];

  readonly #sending = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.isInvitation = false;
    this.people = [];
  }

  /** Puts the cursor into the search. */
  override focus(): void {
    void this.updateComplete.then(() => this.byId('people')?.focus());
  }

  async #handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { isInvitation, strings } = this;
    const userIds = this.people.map(({ userId }) => userId);
    const controls = this.conversation?.channel ?? null;
    if (controls === null || userIds.length === 0 || userIds.length > MOST_PEOPLE) {
      this.byId('people')?.focus();
      return;
    }
    const isDone = await this.#sending.run(() => (isInvitation ? controls.invite(userIds) : controls.add(userIds)));
    if (isDone) this.tell('done', isInvitation ? strings.invited(userIds.length) : strings.added(userIds.length));
  }

  protected override render(): TemplateResult {
    const { strings, isInvitation, people } = this;
    const { isBusy, error } = this.#sending;
    const problem = people.length > MOST_PEOPLE ? strings.tooManyPeople : error && errorText(error, strings);
    return html`${formHead(isInvitation ? strings.invitePeople : strings.addPeople, strings, () => this.tell('back'))}
      <form novalidate @submit=${this.#handleSubmit}>
        <div class="scroller">
          <div class="fields">
            <p class="hint">${isInvitation ? strings.invitePeopleText : strings.addPeopleText}</p>
            <seal-people-picker
              id="people"
              .people=${people}
              .excluded=${new Set(this.summary?.members.map(({ userId }) => userId))}
              @people=${(event: ViewEvent<'people'>) => {
                this.#sending.fail(null);
                this.people = event.detail;
              }}
            ></seal-people-picker>
          </div>
        </div>
        <div class="foot">
          ${formFoot({
            problem,
            label: isInvitation ? strings.invite : strings.addThem,
            isBusy,
            isDisabled: people.length === 0,
          })}
        </div>
      </form>`;
  }
}
