import { LitElement, html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { SealError, isSealError, type ConversationId, type SealClient, type UserId } from '@seal-chat/client';
import { base, tokens, warningIcon, Watch } from '@seal-chat/ui';
import { acquireClient, releaseClient, type DeviceKey } from './client-pool.ts';
import { SealContext } from './context.ts';
import { errorText } from './error-text.ts';
import { sealEvent } from './events.ts';
import { chooseLanguage, completeStrings, loadStrings } from './i18n/load.ts';
import type { ChatStrings, ShownStrings, Strings } from './i18n/strings.ts';
import { Lazy } from './internal/lazy.ts';
import type { ViewEvent } from './internal/view-events.ts';
import { accountJourney } from './journeys/account.ts';
import { recoveryCodeJourney } from './journeys/recovery-code.ts';
import { elementStyles } from './element.styles.ts';
import type { SealHome } from './views/home/home.ts';

const ID: RegExp = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOME_PARTS =
  'panel, banner, list-header, search, conversation, badge, empty, header, message-list, day, divider, message, message-own, message-other, bubble, bubble-own, bubble-other, meta, status, avatar, to-latest, composer, input, send-button, notice';

/**
 * End-to-end encrypted chat in one tag.
 *
 * @summary End-to-end encrypted chat in one tag: sign-in, list, messages, composer and settings.
 * @tag seal-chat
 *
 * @fires {CustomEvent<{ userId: string; deviceId: string }>} seal-ready - A person is signed in on this device.
 * @fires {CustomEvent<{ conversationId: string; messageId: string; isOwn: boolean }>} seal-message - A message of another person, or of another of the person's devices, has arrived. It carries ids, never text.
 * @fires {CustomEvent<{ count: number }>} seal-unread - The number of unread messages has changed.
 * @fires {CustomEvent<{ status: 'idle' | 'connecting' | 'catching-up' | 'online' | 'offline' }>} seal-connection - The connection to the server has changed.
 * @fires {CustomEvent<{ code: ErrorCode }>} seal-error - Something failed that the person may need help with.
 *
 * @csspart frame - The box around everything.
 * @csspart panel - List and conversation together.
 * @csspart banner - The line that says why messages are not coming or going.
 * @csspart list-header - Above the list of conversations.
 * @csspart search - The field that finds people.
 * @csspart conversation - A conversation in the list.
 * @csspart badge - The number of unread messages of a conversation.
 * @csspart empty - Shown while there is no conversation yet.
 * @csspart header - Above an open conversation.
 * @csspart message-list - The scroller with the messages.
 * @csspart day - The heading of a day.
 * @csspart divider - The line above new messages.
 * @csspart message - A message; also `message-own` and `message-other`.
 * @csspart bubble - Its bubble; also `bubble-own` and `bubble-other`.
 * @csspart meta - Time and tick of a message.
 * @csspart status - The tick.
 * @csspart avatar - A person's initials.
 * @csspart to-latest - The button that goes to the newest message.
 * @csspart composer - The form a message is written in.
 * @csspart input - Its text field.
 * @csspart send-button - Its button.
 * @csspart notice - Replaces the composer when a person's keys have changed.
 * @csspart sign-in - The first view.
 * @csspart recovery-code - The view that shows a recovery code.
 *
 * @cssproperty [--seal-brand=oklch(0.47 0.085 208)] - The brand colour. Buttons, own messages, links and focus follow from it, made to read by its luminance.
 * @cssproperty [--seal-ground=light-dark(#fff, oklch(0.2 0.009 230))] - The background. Surfaces and lines are mixed from it and the text.
 * @cssproperty [--seal-radius=12px] - Roundness of controls; bubbles and boxes follow. 0 squares everything but people.
 * @cssproperty [--seal-font=inherit] - Font family; in `page` mode the default is the system's.
 * @cssproperty [--seal-font-size=max(15px, 0.9375rem)] - Size of text.
 * @cssproperty --seal-focus - Outline of what has the focus; by default the brand colour.
 * @cssproperty --seal-frame-radius - Roundness of the box around everything.
 * @cssproperty [--seal-list-width=300px] - Width of the list where it is next to the conversation.
 * @cssproperty --seal-bubble-own - Bubble of own messages; its text is `--seal-bubble-own-text`.
 * @cssproperty --seal-bubble-own-text - Text of own messages.
 * @cssproperty --seal-bubble-other - Bubble of others' messages; its text is `--seal-bubble-other-text`.
 * @cssproperty --seal-bubble-other-text - Text of others' messages.
 */
export class SealChat extends LitElement {
  static override styles = [tokens, base, elementStyles];
  static override properties: PropertyDeclarations = {
    server: {},
    appKey: { attribute: 'app-key' },
    profile: {},
    strangers: {},
    mode: { reflect: true },
    conversation: {},
    theme: { reflect: true },
    density: { reflect: true },
    lang: {},
    client: { attribute: false },
    strings: { attribute: false },
    table: { state: true },
  };

  /** Where the server is; a path is taken from the page's address. */
  declare server: string | null;
  /** The tenant's publishable key. */
  declare appKey: string | null;
  /** Which of the accounts kept in this browser to use; elements with the same one share it. */
  declare profile: string;
  /** What becomes of the first message of a person never written to: `ask` makes it a request, `accept` a chat. */
  declare strangers: 'ask' | 'accept';
  /** `inline` takes its place in the page, `page` fills the window. */
  declare mode: 'inline' | 'page';
  /** Id of the open conversation; follows what the person opens. */
  declare conversation: string | null;
  /** Colours; `auto` follows the person's system. */
  declare theme: 'light' | 'dark' | 'auto';
  /** How close together rows and bubbles are; touch targets stay as large. */
  declare density: 'comfortable' | 'compact';
  /** BCP 47 tag; by default that of the page, else of the browser. Texts exist for `en`, `de` and `ar`. */
  declare lang: string;
  /** A client to use instead of one made from the attributes. The element never closes it. */
  declare client: SealClient | null;
  /** Texts to show instead of the built-in ones. */
  declare strings: Partial<Strings> | null;

  /** The texts of the language that is shown. @internal */
  declare table: ShownStrings | null;

  #device: DeviceKey | null = null;
  #active: SealClient | null = null;
  #endListening: (() => void) | null = null;
  #isReady = false;
  #languageTag = '';
  readonly #context = new SealContext(this);
  readonly #account = new Watch(this, () => this.#active?.account ?? null);
  readonly #accountViews = new Lazy(this, accountJourney);
  readonly #recoveryCodeView = new Lazy(this, recoveryCodeJourney);

  constructor() {
    super();
    this.server = null;
    this.appKey = null;
    this.profile = 'default';
    this.strangers = 'ask';
    this.mode = 'inline';
    this.conversation = null;
    this.theme = 'auto';
    this.density = 'comfortable';
    this.lang = '';
    this.client = null;
    this.strings = null;
    this.table = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#handleVisibility);
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#handleVisibility);
    this.#letGo();
  }

  /** Unread messages in all conversations. */
  get unread(): number {
    return this.#active?.conversations.get().reduce((sum, one) => sum + one.unreadCount, 0) ?? 0;
  }

  /**
   * Signs in with the account this device has, or opens one under `username` (`null`: as a guest). With
   * `withoutRecoveryCode` the person is not shown one now; they can make one in the settings.
   * @throws SealError USERNAME_TAKEN, BAD_INPUT, OFFLINE, STORAGE_FAILED, RATE_LIMITED
   */
  async signIn(options: {
    readonly username: string | null;
    readonly withoutRecoveryCode?: boolean;
  }): Promise<{ readonly userId: UserId; readonly username: string | null }> {
    const client = await this.#whenClient();
    const { signIn } = await import('./element-commands.ts');
    return signIn(client, options);
  }

  /**
   * Opens the conversation with the person called `username` and returns its id.
   * @throws SealError NOT_FOUND when no one has that name, NOT_SIGNED_IN, OFFLINE
   */
  async openDirect(username: string): Promise<ConversationId> {
    const client = await this.#whenClient();
    const { openDirect } = await import('./element-commands.ts');
    const conversationId = await openDirect(client, username);
    this.conversation = conversationId;
    return conversationId;
  }

  /** Puts the cursor into the composer of the open conversation. */
  focusComposer(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<SealHome>('seal-home')?.focusComposer());
  }

  async #whenClient(): Promise<SealClient> {
    await this.updateComplete;
    if (this.#active === null)
      throw new SealError('BAD_INPUT', 'seal-chat: set server and app-key, add it to the page');
    return this.#active;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('lang') || this.table === null) void this.#loadTable();
    if (this.table !== null && (changed.has('table') || changed.has('strings')))
      this.#context.set({ strings: { ...this.table, ...this.strings } });
    if (this.isConnected) this.#useClient();
  }

  async #loadTable(): Promise<void> {
    const pageLang = this.closest<HTMLElement>('[lang]')?.lang;
    const tag = chooseLanguage([this.lang, pageLang, ...navigator.languages]);
    if (tag === this.#languageTag) return;
    this.#languageTag = tag;
    const table = await loadStrings(tag);
    for (const part of [table, completeStrings(table)]) {
      const shown = await part;
      // Another language may have been asked for meanwhile.
      if (tag === this.#languageTag) this.table = shown;
    }
  }

  /** Makes `#active` the client that the properties ask for. */
  #useClient(): void {
    const device = this.client === null ? this.#wantedDevice() : null;
    const isSame = this.client === null ? isSameDevice(device, this.#device) : this.client === this.#active;
    if (isSame) return;
    this.#letGo();
    this.#device = device;
    this.#active = this.client ?? (device === null ? null : acquireClient(device));
    if (this.#active === null) return;
    this.#context.set({ client: this.#active });
    this.#listen(this.#active);
  }

  #wantedDevice(): DeviceKey | null {
    if (this.server === null || this.appKey === null || !URL.canParse(this.server, document.baseURI)) return null;
    const url = new URL(this.server, document.baseURI).href.replace(/\/$/, '');
    const strangers = this.strangers === 'accept' ? 'accept' : 'ask';
    return { url, appKey: this.appKey, profile: this.profile, strangers };
  }

  #letGo(): void {
    this.#endListening?.();
    this.#endListening = null;
    if (this.#device !== null) releaseClient(this.#device);
    this.#device = null;
    this.#active = null;
    this.#isReady = false;
  }

  #listen(client: SealClient): void {
    const ends = [
      client.on('account', () => this.#tellReady(client)),
      client.on('message', ({ conversationId, messageId, isOwn }) =>
        this.dispatchEvent(sealEvent('seal-message', { conversationId, messageId, isOwn })),
      ),
      client.on('unread', (count) => this.dispatchEvent(sealEvent('seal-unread', { count }))),
      client.on('connection', ({ status }) => this.dispatchEvent(sealEvent('seal-connection', { status }))),
      client.on('error', ({ code }) => this.dispatchEvent(sealEvent('seal-error', { code }))),
    ];
    this.#endListening = () => ends.forEach((end) => end());
    client.ready().then(
      () => this.#tellReady(client),
      (error: unknown) =>
        this.dispatchEvent(sealEvent('seal-error', { code: isSealError(error) ? error.code : 'INTERNAL' })),
    );
  }

  #tellReady(client: SealClient): void {
    const account = client.account.get();
    if (this.#active !== client || account.status !== 'signed-in') {
      this.#isReady = false;
      return;
    }
    if (this.#isReady) return;
    this.#isReady = true;
    this.#handleVisibility();
    this.dispatchEvent(sealEvent('seal-ready', { userId: account.userId, deviceId: account.deviceId }));
  }

  readonly #handleVisibility = (): void => {
    if (this.#isReady) this.#active?.setPresence(document.visibilityState === 'visible' ? 'online' : 'away');
  };

  protected override render(): TemplateResult {
    const { table } = this;
    if (table === null) return html`<div class="frame"></div>`;
    const strings = { ...table, ...this.strings };
    // A page of its own is about this; elsewhere the chat is one thing among others, and there may be several.
    const role = this.mode === 'page' ? 'main' : 'group';
    return html`<div
      class="frame"
      part="frame"
      role=${role}
      lang=${strings.lang}
      dir=${strings.dir}
      aria-label=${strings.app}
    >
      ${this.#renderView(strings)}
    </div>`;
  }

  #renderView(strings: ChatStrings): TemplateResult {
    const account = this.#account.value;
    if (!globalThis.isSecureContext) return this.#renderProblem(strings.insecureContext);
    if (this.#active === null || account === null) return this.#renderProblem(strings.notConfigured);
    switch (account.status) {
      case 'opening':
        return html`<div class="waiting" role="status"><span class="spinner"></span>${strings.loading}</div>`;
      case 'storage-failed':
        return this.#renderProblem(errorText(account.error, strings));
      case 'signed-out':
        return this.#accountViews.render(strings, () => html`<seal-sign-in exportparts="sign-in"></seal-sign-in>`);
      case 'signed-in':
        return account.recoveryCode === null
          ? this.#renderHome()
          : this.#recoveryCodeView.render(
              strings,
              () =>
                html`<seal-recovery-code
                  exportparts="recovery-code"
                  .code=${account.recoveryCode ?? ''}
                ></seal-recovery-code>`,
            );
      case 'revoked':
        return this.#renderHome();
    }
  }

  #renderHome(): TemplateResult {
    const isId = this.conversation !== null && ID.test(this.conversation);
    return html`<seal-home
      exportparts=${HOME_PARTS}
      .conversationId=${isId ? this.conversation : null}
      @conversation=${(event: ViewEvent<'conversation'>) => (this.conversation = event.detail)}
    ></seal-home>`;
  }

  #renderProblem(text: string): TemplateResult {
    return html`<div class="waiting" role="alert">
      ${warningIcon}
      <p>${text}</p>
    </div>`;
  }
}

function isSameDevice(a: DeviceKey | null, b: DeviceKey | null): boolean {
  return a === b || (a !== null && b !== null && a.url === b.url && a.appKey === b.appKey && a.profile === b.profile);
}

declare global {
  interface HTMLElementTagNameMap {
    'seal-chat': SealChat;
  }
}
