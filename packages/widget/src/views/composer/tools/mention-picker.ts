import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationMember } from '@seal-chat/client';
import { avatar } from '../../../people/avatar.ts';
import { messageTexts } from '../../../internal/message-texts.ts';
import type { ComposerHost } from '../host.ts';
import { findSearch, type MentionSearch } from '../mention-search.ts';
import { matchMembers } from './match-members.ts';

/** Offers the people of a channel while an "@" is being written. The focus stays in the field. */
export class MentionPicker {
  readonly #host: ComposerHost;
  #search: MentionSearch | null = null;
  #found: readonly (ConversationMember & { readonly username: string })[] = [];
  #index = 0;

  constructor(host: ComposerHost) {
    this.#host = host;
  }

  /** Searches for the mention before the cursor. */
  look(): void {
    const { field, conversation } = this.#host;
    const isChannel = conversation?.summary.get()?.kind === 'channel';
    this.#search = isChannel && field !== null ? findSearch(field.value, field.selectionEnd) : null;
    const members = conversation?.summary.get()?.members ?? [];
    this.#found = this.#search === null ? [] : matchMembers(members, this.#search.query);
    this.#index = 0;
    void this.#host.update();
  }

  /** Returns whether the key was meant for the list. */
  handleKeydown(event: KeyboardEvent): boolean {
    const count = this.#found.length;
    if (count === 0) return false;
    if (event.key === 'ArrowDown') this.#index = (this.#index + 1) % count;
    else if (event.key === 'ArrowUp') this.#index = (this.#index + count - 1) % count;
    else if (event.key === 'Enter' || event.key === 'Tab') this.#pick(this.#index);
    else if (event.key === 'Escape') this.#close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    void this.#host.update();
    return true;
  }

  #close(): void {
    this.#search = null;
    this.#found = [];
    void this.#host.update();
  }

  #pick(index: number): void {
    const { field, compose } = this.#host;
    const person = this.#found[index];
    const search = this.#search;
    if (field === null || person === undefined || search === null) return;
    const before = `${field.value.slice(0, search.start)}@${person.username} `;
    compose.setText(before + field.value.slice(field.selectionEnd).replace(/^ /, ''));
    this.#close();
    void this.#host.update().then(() => field.setSelectionRange(before.length, before.length));
  }

  /** Tells the field which list belongs to it. */
  describe(): void {
    const { field } = this.#host;
    if (field === null) return;
    const isOpen = this.#found.length > 0;
    if (!isOpen) {
      for (const name of ['aria-autocomplete', 'aria-controls', 'aria-activedescendant']) field.removeAttribute(name);
      return;
    }
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', 'mentions');
    field.setAttribute('aria-activedescendant', `mention-${this.#index}`);
  }

  render(): TemplateResult {
    const texts = messageTexts(this.#host.strings);
    const list =
      this.#found.length === 0
        ? nothing
        : html`<ul id="mentions" role="listbox" aria-label=${texts.mentionSomeone}>
            ${this.#found.map(
              (person, i) =>
                html`<li
                  id="mention-${i}"
                  role="option"
                  aria-selected=${i === this.#index ? 'true' : 'false'}
                  @mousedown=${(event: MouseEvent) => event.preventDefault()}
                  @click=${() => this.#pick(i)}
                >
                  ${avatar(person)}<bdi>${person.username}</bdi>
                </li>`,
            )}
          </ul>`;
    return html`${list}<span class="hidden-visually" role="status"
        >${this.#found.length === 0 ? '' : texts.searchCount(this.#found.length)}</span
      >`;
  }
}
