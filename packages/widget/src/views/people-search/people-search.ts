import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Person, SealError, UserId } from '@seal-chat/client';
import { avatarStyles, base, closeIcon, rovingTarget, searchIcon } from '@seal-chat/ui';
import { asSealError } from '../../internal/action.ts';
import { SealView } from '../../internal/seal-view.ts';
import { errorText } from '../../error-text.ts';
import { avatar } from '../../people/avatar.ts';
import { personName } from '../../people/name.ts';
import { peopleSearchStyles } from './people-search.styles.ts';

/** The server is asked when nothing was typed for this long, ms. */
const DEBOUNCE_MS = 220;

type Results =
  | { readonly kind: 'none' }
  | { readonly kind: 'searching' }
  | { readonly kind: 'found'; readonly query: string; readonly people: readonly Person[] }
  | { readonly kind: 'failed'; readonly error: SealError };

/**
 * A field that finds people by name, and its results (the combobox pattern: the focus stays in the field, arrow keys
 * move through the results). While the field is empty its slot is shown instead. Tells `person`.
 */
export class SealPeopleSearch extends SealView {
  static override styles = [base, avatarStyles, peopleSearchStyles];
  static override properties: PropertyDeclarations = {
    label: { attribute: false },
    excluded: { attribute: false },
    query: { state: true },
    results: { state: true },
    activeIndex: { state: true },
  };

  /** What the field is for, where it does not begin a chat. */
  declare label: string | null;
  /** People who are not among the results, besides the one of this account. */
  declare excluded: ReadonlySet<UserId>;
  declare query: string;
  declare results: Results;
  declare activeIndex: number;

  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.label = null;
    this.excluded = new Set();
    this.query = '';
    this.results = { kind: 'none' };
    this.activeIndex = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Puts the cursor into the field. */
  override focus(): void {
    this.byId('query')?.focus();
  }

  #handleInput(event: Event): void {
    this.#setQuery((event.target as HTMLInputElement).value);
  }

  #setQuery(query: string): void {
    this.query = query;
    this.activeIndex = 0;
    clearTimeout(this.#timer);
    if (query.trim() === '') {
      this.results = { kind: 'none' };
      return;
    }
    if (this.results.kind !== 'found') this.results = { kind: 'searching' };
    this.#timer = setTimeout(() => void this.#search(query.trim()), DEBOUNCE_MS);
  }

  async #search(query: string): Promise<void> {
    let results: Results;
    try {
      const people = await this.client.searchUsers(query);
      const account = this.client.account.get();
      const self = account.status === 'signed-in' ? account.userId : null;
      const others = people.filter(({ userId }) => userId !== self && !this.excluded.has(userId));
      results = { kind: 'found', query, people: others };
    } catch (error) {
      results = { kind: 'failed', error: asSealError(error) };
    }
    // An answer that arrives after the person went on typing is out of date.
    if (this.query.trim() === query) this.results = results;
  }

  #handleKeydown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Escape' && this.query !== '') {
      event.stopPropagation();
      this.#setQuery('');
      return;
    }
    if (this.results.kind !== 'found' || event.key === 'Home' || event.key === 'End') return;
    const { people } = this.results;
    const person = people[this.activeIndex];
    if (event.key === 'Enter' && person !== undefined) {
      event.preventDefault();
      this.#pick(person);
    }
    const target = rovingTarget(event.key, this.activeIndex, people.length);
    if (target === null) return;
    event.preventDefault();
    this.activeIndex = target;
  }

  #pick(person: Person): void {
    this.#setQuery('');
    this.tell('person', person);
  }

  protected override updated(): void {
    this.byId(`result-${this.activeIndex}`)?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const hasResults = this.results.kind === 'found' && this.results.people.length > 0;
    const label = this.label ?? strings.searchLabel;
    return html`<div class="field-row" role="search" aria-label=${label}>
        <span class="glass">${searchIcon}</span>
        <input
          id="query"
          class="input"
          part="search"
          type="text"
          role="combobox"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          enterkeyhint="search"
          aria-label=${label}
          aria-autocomplete="list"
          aria-expanded=${hasResults ? 'true' : 'false'}
          aria-controls=${hasResults ? 'results' : nothing}
          aria-activedescendant=${hasResults ? `result-${this.activeIndex}` : nothing}
          placeholder=${strings.searchPlaceholder}
          .value=${this.query}
          @input=${this.#handleInput}
          @keydown=${this.#handleKeydown}
        />
        ${
          this.query === ''
            ? nothing
            : html`<button class="icon-button clear" aria-label=${strings.cancel} @click=${this.#handleClear}>
                ${closeIcon}
              </button>`
        }
      </div>
      <div class="hidden-visually" role="status">${this.#statusText()}</div>
      <div class="scroller">${this.query.trim() === '' ? html`<slot></slot>` : this.#renderResults()}</div>`;
  }

  #handleClear(): void {
    this.#setQuery('');
    this.focus();
  }

  #statusText(): string {
    switch (this.results.kind) {
      case 'none':
        return '';
      case 'searching':
        return this.strings.searching;
      case 'found':
        return this.results.people.length === 0
          ? this.strings.searchNone(this.results.query)
          : this.strings.searchCount(this.results.people.length);
      case 'failed':
        return errorText(this.results.error, this.strings);
    }
  }

  #renderResults(): TemplateResult {
    if (this.results.kind !== 'found' || this.results.people.length === 0)
      return html`<p class="note hint" aria-hidden="true">${this.#statusText()}</p>`;
    return html`<ul id="results" role="listbox" aria-label=${this.label ?? this.strings.searchLabel}>
      ${this.results.people.map(
        (person, i) =>
          html`<li
            id="result-${i}"
            class="person"
            role="option"
            aria-selected=${i === this.activeIndex ? 'true' : 'false'}
            @mousedown=${(event: MouseEvent) => event.preventDefault()}
            @click=${() => this.#pick(person)}
          >
            ${avatar(person)}<bdi>${personName(person, this.strings)}</bdi>
          </li>`,
      )}
    </ul>`;
  }
}
