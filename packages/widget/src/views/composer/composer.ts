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
import type { ComposerExtras } from './extras/extras.ts';
import type { ComposeRequest } from '../rich/rich-host.ts';

/** What was typed is kept when nothing was typed for this long, ms. */
const DRAFT_PAUSE_MS = 500;

/** Where a message is written. Keeps what was begun with the conversation, and tells `sent` when a message is queued. */
export class SealComposer extends SealView {
  static override styles = [base, composerStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    peerName: { attribute: false },
    text: { state: true },
  };

  declare conversation: Conversation | null;
  declare peerName: string;
  /** What is in the field. */
  declare text: string;

  readonly #sending = new Action(this);
  #draftTimer: ReturnType<typeof setTimeout> | undefined;
  /** Replies, files, mentions, voice notes. Fetched when the composer is there. */
  #extras: ComposerExtras | null = null;

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

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keepDraft();
  }

  /** Begins an answer to a message, or a change of an own one. */
  compose(request: ComposeRequest): void {
    this.#extras?.begin(request);
  }

  /** Puts `text` into the field; what a person has begun is kept unless it is a change of a message that is there. */
  setText(text: string): void {
    this.text = text;
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#keepDraft(), DRAFT_PAUSE_MS);
  }

  /** Runs `task`, and says why when it fails. Resolves to whether it succeeded. */
  run(task: () => Promise<unknown>): Promise<boolean> {
    return this.#sending.run(task);
  }

  #keepDraft(): void {
    clearTimeout(this.#draftTimer);
    const { conversation } = this;
    const draft = this.#extras?.draft ?? this.text;
    if (conversation === null || draft === (conversation.summary.get()?.draft ?? '')) return;
    // What was begun is lost on the next visit at worst; the person is still writing.
    conversation.setDraft(draft).catch(() => undefined);
  }

  async #loadExtras(): Promise<void> {
    const { ComposerExtras: Extras } = await import('./extras/define.ts');
    this.#extras = new Extras(
      this,
      () => this.strings,
      () => this.tell('sent'),
    );
    this.requestUpdate();
  }

  #handleInput(event: Event): void {
    this.setText((event.target as HTMLTextAreaElement).value);
    this.conversation?.setTyping(this.text.trim() !== '');
    this.#extras?.handleInput();
  }

  #handleKeydown(event: KeyboardEvent): void {
    if (this.#extras?.handleKeydown(event) === true) return;
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
    if (conversation === null || !this.#isSendable()) return;
    const extras = this.#extras;
    const isSent = await this.#sending.run(() => extras?.send(text.trim()) ?? conversation.send(text.trim()));
    if (!isSent) return;
    // What was typed while the message was being stored stays.
    const next = extras?.takeNext() ?? '';
    if (this.text === text) this.setText(next);
    this.#keepDraft();
    conversation.setTyping(false);
    this.tell('sent');
    this.focus();
  }

  #isSendable(): boolean {
    const left = charactersLeft(this.text);
    const isThere = this.text.trim() !== '' || this.#extras?.hasFiles === true;
    return isThere && (left === null || left >= 0);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('conversation')) return;
    this.#sending.fail(null);
    this.text = this.conversation?.summary.get()?.draft ?? '';
  }

  protected override firstUpdated(): void {
    // Without it plain messages can be written; the next conversation that is opened tries again.
    this.#loadExtras().catch(() => undefined);
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
    const extras = this.#extras;
    const left = charactersLeft(text);
    const { error } = this.#sending;
    return html`<form part="composer" @submit=${this.#handleSubmit}>
      ${
        error === null
          ? nothing
          : html`<p class="problem" role="alert">${warningIcon}<span>${errorText(error, strings)}</span></p>`
      }
      ${extras?.above()}
      <div class="line">
        ${extras?.start()}
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
        ${extras?.end()}
        <button
          class="send"
          part="send-button"
          aria-label=${extras?.sendName ?? strings.send}
          title=${extras?.sendName ?? strings.send}
          ?disabled=${!this.#isSendable()}
          ?hidden=${extras?.hidesSend === true}
        >
          ${extras?.sendIcon ?? sendIcon}
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
