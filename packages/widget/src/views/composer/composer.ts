import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Conversation } from '@seal-chat/client';
import { base, checkIcon, isTouchOnly, sendIcon } from '@seal-chat/ui';
import type { ShownStrings } from '../../i18n/strings.ts';
import { Action, asSealError } from '../../internal/action.ts';
import { adoptStyles } from '../../internal/adopt-styles.ts';
import { SealView } from '../../internal/seal-view.ts';
import { problemLine } from '../../internal/templates.ts';
import { errorText } from '../../error-text.ts';
import { conversationJourney } from '../../journeys/conversation.ts';
import type { ComposeRequest } from '../../messages/compose-request.ts';
import { ComposeState } from './compose-state.ts';
import { composerStyles } from './composer.styles.ts';
import type { ComposerExtras, ComposerHost } from './host.ts';
import { charactersLeft } from './size.ts';

/** The draft is stored when nothing was typed for this long, ms. */
const DRAFT_PAUSE_MS = 500;

/** Where a message is written. Stores the draft of its conversation, and tells `sent` when a message is queued. */
export class SealComposer extends SealView {
  static override styles = [base, composerStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    peerName: { attribute: false },
    problem: { state: true },
  };

  declare conversation: Conversation | null;
  declare peerName: string;
  /** What went wrong with one of the extras. */
  declare problem: string | null;

  readonly #compose = new ComposeState();
  readonly #sending = new Action(this);
  #draftTimer: ReturnType<typeof setTimeout> | undefined;
  /** Replies, edits, files, mentions, voice notes. Loaded when the composer is first rendered. */
  #extras: ComposerExtras | null = null;
  /** The text that the height of the field fits. */
  #fittedText = '';

  constructor() {
    super();
    this.conversation = null;
    this.peerName = '';
    this.problem = null;
    this.#compose.subscribe(() => this.#handleChange());
  }

  /** Puts the cursor into the field. */
  override focus(): void {
    this.#field?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keepDraft();
  }

  /** Begins a reply, or an edit of a message of this person. */
  compose(request: ComposeRequest): void {
    this.#loadExtras().then(
      (extras) => extras.begin(request),
      (error: unknown) => this.#sending.fail(asSealError(error)),
    );
  }

  get #field(): HTMLTextAreaElement | null {
    return this.byId<HTMLTextAreaElement>('text');
  }

  #handleChange(): void {
    this.requestUpdate();
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#keepDraft(), DRAFT_PAUSE_MS);
  }

  #keepDraft(): void {
    clearTimeout(this.#draftTimer);
    const { conversation } = this;
    const { draft } = this.#compose;
    if (conversation === null || draft === (conversation.summary.get()?.draft ?? '')) return;
    // What was begun is lost on the next visit at worst; the person is still writing.
    conversation.setDraft(draft).catch(() => undefined);
  }

  async #loadExtras(): Promise<ComposerExtras> {
    const { extraStyles, Extras } = await conversationJourney.load();
    if (this.#extras === null) {
      const host = this.#createHost();
      adoptStyles(host.root, extraStyles);
      this.#extras = new Extras(host);
      this.requestUpdate();
    }
    return this.#extras;
  }

  #createHost(): ComposerHost {
    // Asked for each time: the composer's properties change while the extras keep the host.
    const conversationNow = (): Conversation | null => this.conversation;
    const stringsNow = (): ShownStrings => this.strings;
    const fieldNow = (): HTMLTextAreaElement | null => this.#field;
    return {
      compose: this.#compose,
      element: this,
      root: this.renderRoot as ShadowRoot,
      get conversation() {
        return conversationNow();
      },
      get strings() {
        return stringsNow();
      },
      get field() {
        return fieldNow();
      },
      focus: () => this.focus(),
      say: (problem) => (this.problem = problem),
      run: (task) => this.#sending.run(task),
      sent: () => this.tell('sent'),
      update: () => {
        this.requestUpdate();
        return this.updateComplete;
      },
    };
  }

  #handleInput(event: Event): void {
    const { value } = event.target as HTMLTextAreaElement;
    this.#compose.setText(value);
    this.conversation?.setTyping(value.trim() !== '');
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
    const { conversation } = this;
    const composing = this.#compose.get();
    if (conversation === null || !this.#isSendable()) return;
    const isSent = await this.#sending.run(() => this.#extras?.send() ?? conversation.send(composing.text.trim()));
    if (!isSent) return;
    this.problem = null;
    this.#compose.next(composing);
    this.#keepDraft();
    conversation.setTyping(false);
    this.tell('sent');
    this.focus();
  }

  #isSendable(): boolean {
    const { text } = this.#compose.get();
    const left = charactersLeft(text);
    const hasContent = text.trim() !== '' || this.#extras?.hasFiles === true;
    return hasContent && (left === null || left >= 0);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('conversation')) return;
    this.#sending.fail(null);
    this.#compose.open(this.conversation?.summary.get()?.draft ?? '');
  }

  protected override firstUpdated(): void {
    // Without them plain messages can be written; the next conversation that is opened tries again.
    this.#loadExtras().catch(() => undefined);
  }

  protected override updated(): void {
    const { text } = this.#compose.get();
    if (text === this.#fittedText || CSS.supports('field-sizing', 'content')) return;
    this.#fittedText = text;
    this.#fitHeight();
  }

  /** For browsers that cannot size a field by its content. Set as a property, which a strict CSP allows. */
  #fitHeight(): void {
    const field = this.#field;
    if (field === null) return;
    field.style.setProperty('block-size', 'auto');
    field.style.setProperty('block-size', `${field.scrollHeight}px`);
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const { text, mode } = this.#compose.get();
    const extras = this.#extras?.render();
    const left = charactersLeft(text);
    const { error } = this.#sending;
    const sendLabel = extras?.sendLabel ?? strings.send;
    return html`<form part="composer" @submit=${this.#handleSubmit}>
      ${problemLine(error && errorText(error, strings))} ${problemLine(this.problem)} ${extras?.above}
      <div class="line">
        ${extras?.start}
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
        ${extras?.end}
        <button
          class="send"
          part="send-button"
          aria-label=${sendLabel}
          title=${sendLabel}
          ?disabled=${!this.#isSendable()}
          ?hidden=${extras?.hidesSend === true}
        >
          ${mode === 'edit' ? checkIcon : sendIcon}
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
