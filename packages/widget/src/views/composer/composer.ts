import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Conversation } from '@seal-chat/client';
import { Action } from '../../internal/action.ts';
import { isTouchOnly } from '../../internal/touch.ts';
import { SealView } from '../../internal/seal-view.ts';
import { sendIcon, warningIcon } from '../../icons.ts';
import { errorText } from '../../error-text.ts';
import { base } from '../../styles/base.ts';
import { charactersLeft } from './size.ts';
import { composerStyles } from './composer.styles.ts';

/** Where a message is written. Tells `draft` with the text at every change, and `sent` when a message is queued. */
export class SealComposer extends SealView {
  static override styles = [base, composerStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    peerName: { attribute: false },
    text: { attribute: false },
  };

  declare conversation: Conversation | null;
  declare peerName: string;
  /** What is in the field. */
  declare text: string;

  readonly #sending = new Action(this);

  constructor() {
    super();
    this.conversation = null;
    this.peerName = '';
    this.text = '';
  }

  /** Puts the cursor into the field. */
  override focus(): void {
    this.byId('text')?.focus();
  }

  #handleInput(event: Event): void {
    this.#setText((event.target as HTMLTextAreaElement).value);
    this.conversation?.setTyping(this.text.trim() !== '');
  }

  #handleKeydown(event: KeyboardEvent): void {
    // While an input method is composing, Enter belongs to it; Safari ends the composition before the key event.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    // A screen's keyboard has no Shift+Enter: there Enter makes a new line.
    if (isTouchOnly()) return;
    event.preventDefault();
    void this.#send();
  }

  #handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    void this.#send();
  }

  async #send(): Promise<void> {
    const { conversation, text } = this;
    if (conversation === null || !isSendable(text)) return;
    const isSent = await this.#sending.run(() => conversation.send(text.trim()));
    if (!isSent) return;
    // What was typed while the message was being stored stays.
    if (this.conversation === conversation) this.#setText(this.text === text ? '' : this.text);
    conversation.setTyping(false);
    this.tell('sent');
    this.focus();
  }

  #setText(text: string): void {
    this.text = text;
    this.tell('draft', text);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('conversation')) this.#sending.fail(null);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text') && !CSS.supports('field-sizing', 'content')) this.#fitHeight();
  }

  /** For browsers that cannot size a field by its content. Set as a property, which a strict CSP allows. */
  #fitHeight(): void {
    const field = this.byId<HTMLTextAreaElement>('text');
    if (field === null) return;
    field.style.setProperty('block-size', 'auto');
    field.style.setProperty('block-size', `${field.scrollHeight}px`);
  }

  protected override render(): TemplateResult {
    const { strings, text } = this;
    const left = charactersLeft(text);
    const { error } = this.#sending;
    return html`<form part="composer" @submit=${this.#handleSubmit}>
      ${
        error === null
          ? nothing
          : html`<p class="problem" role="alert">${warningIcon}<span>${errorText(error, strings)}</span></p>`
      }
      <div class="line">
        <textarea
          id="text"
          class="input"
          part="input"
          rows="1"
          dir=${text === '' ? strings.dir : 'auto'}
          aria-label=${strings.composerLabel(this.peerName)}
          aria-describedby=${left === null ? nothing : 'left'}
          aria-invalid=${left !== null && left < 0 ? 'true' : nothing}
          placeholder=${strings.composerPlaceholder}
          enterkeyhint=${isTouchOnly() ? 'enter' : 'send'}
          .value=${text}
          @input=${this.#handleInput}
          @keydown=${this.#handleKeydown}
        ></textarea>
        <button
          class="send"
          part="send-button"
          aria-label=${strings.send}
          title=${strings.send}
          ?disabled=${!isSendable(text)}
        >
          ${sendIcon}
        </button>
      </div>
      ${
        left === null
          ? nothing
          : html`<p id="left" class="left ${left < 0 ? 'over' : ''}" role="status">
              ${left < 0 ? strings.tooLong(-left) : strings.charactersLeft(left)}
            </p>`
      }
    </form>`;
  }
}

function isSendable(text: string): boolean {
  const left = charactersLeft(text);
  return text.trim() !== '' && (left === null || left >= 0);
}
