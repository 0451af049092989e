import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Person, UserId } from '@seal-chat/client';
import { avatarStyles, base, closeIcon } from '@seal-chat/ui';
import { ChannelView } from '../../internal/channel-view.ts';
import type { ViewEvent } from '../../internal/view-events.ts';
import { avatar } from '../../people/avatar.ts';
import { personName } from '../../people/name.ts';

/** A list of people that grows by searching. Tells `people` whenever one is added or removed. */
export class SealPeoplePicker extends ChannelView {
  static override styles = [
    base,
    avatarStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
      }
      seal-people-search {
        margin: 0 -12px -8px;
      }
      seal-people-search:not(:defined) {
        display: block;
        min-block-size: 52px;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 8px;
        min-inline-size: 0;
        max-inline-size: 100%;
        padding-inline-start: 6px;
        border: 1px solid var(--_line);
        border-radius: 22px;
        background: var(--_ground);
      }
      li bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .avatar {
        --_avatar: 28px;
      }
      .icon-button {
        margin-inline-start: -6px;
      }
      .icon-button .icon {
        inline-size: 1.1em;
        block-size: 1.1em;
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    people: { attribute: false },
    excluded: { attribute: false },
    said: { state: true },
  };

  declare people: readonly Person[];
  /** Those who cannot be chosen, because they are members already. */
  declare excluded: ReadonlySet<UserId>;
  /** What screen readers are told. */
  declare said: string;

  constructor() {
    super();
    this.people = [];
    this.excluded = new Set();
    this.said = '';
  }

  /** Puts the cursor into the field. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('seal-people-search')?.focus();
  }

  #pick(person: Person): void {
    if (this.people.some((one) => one.userId === person.userId)) return;
    this.#change([...this.people, person], this.strings.picked(personName(person, this.strings)));
  }

  async #remove(person: Person): Promise<void> {
    const index = this.people.indexOf(person);
    this.#change(
      this.people.filter((one) => one !== person),
      this.strings.unpicked(personName(person, this.strings)),
    );
    await this.updateComplete;
    const buttons = this.renderRoot.querySelectorAll<HTMLElement>('li button');
    if (buttons.length === 0) this.focus();
    else buttons[Math.min(index, buttons.length - 1)]!.focus();
  }

  #change(people: readonly Person[], said: string): void {
    this.people = people;
    this.said = said;
    this.tell('people', people);
  }

  protected override render(): TemplateResult {
    const { strings, people } = this;
    return html`${
        people.length === 0
          ? nothing
          : html`<ul aria-label=${strings.people}>
              ${repeat(
                people,
                (person) => person.userId,
                (person) => {
                  const name = personName(person, strings);
                  return html`<li>
                    ${avatar(person)}<bdi>${name}</bdi
                    ><button
                      type="button"
                      class="icon-button"
                      aria-label=${strings.unpick(name)}
                      @click=${() => this.#remove(person)}
                    >
                      ${closeIcon}
                    </button>
                  </li>`;
                },
              )}
            </ul>`
      }
      <seal-people-search
        .label=${strings.findPeople}
        .excluded=${new Set([...this.excluded, ...people.map(({ userId }) => userId)])}
        @person=${(event: ViewEvent<'person'>) => this.#pick(event.detail)}
      ></seal-people-search>
      <div class="hidden-visually" role="status">${this.said}</div>`;
  }
}
