import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { MESSAGE_LIFETIMES, type Conversation, type ConversationSummary } from '@seal-chat/client';
import { archiveIcon, base, mutedIcon, pinIcon, timerIcon } from '@seal-chat/ui';
import { errorText } from '../../../error-text.ts';
import { Action } from '../../../internal/action.ts';
import { ChannelView } from '../../../internal/channel-view.ts';
import { socialStrings } from '../../../internal/social-view.ts';
import { problemLine } from '../../../internal/templates.ts';
import { durationLabel } from '../../../time/duration.ts';
import { isManager } from '../roles.ts';
import { optionsStyles } from './options.styles.ts';

/** What can be set for a conversation. */
interface Options {
  readonly isMuted: boolean;
  readonly isPinned: boolean;
  readonly isArchived: boolean;
  readonly timerSeconds: number;
  readonly sharesHistory: boolean;
}

/** What is set for a conversation: mute, disappearing messages, and in channels what newcomers see. */
export class SealOptions extends ChannelView {
  static override styles = [base, optionsStyles];
  static override properties: PropertyDeclarations = {
    conversation: { attribute: false },
    summary: { attribute: false },
    wanted: { state: true },
  };

  declare conversation: Conversation | null;
  declare summary: ConversationSummary | null;
  /** What the person has chosen and the conversation does not say yet: some of it goes the way of a message. */
  declare wanted: Partial<Options>;

  readonly #setting = new Action(this);
  /** One thing after the other: nothing that was chosen is passed over. */
  #last: Promise<boolean> = Promise.resolve(true);

  constructor() {
    super();
    this.conversation = null;
    this.summary = null;
    this.wanted = {};
  }

  protected override willUpdate(): void {
    const actual = this.#actual();
    const open = Object.entries(this.wanted).filter(([name, value]) => actual[name as keyof Options] !== value);
    if (open.length < Object.keys(this.wanted).length) this.wanted = Object.fromEntries(open);
  }

  #actual(): Options {
    const { summary } = this;
    return {
      isMuted: summary?.isMuted ?? false,
      isPinned: summary?.isPinned ?? false,
      isArchived: summary?.isArchived ?? false,
      timerSeconds: summary?.timerSeconds ?? 0,
      sharesHistory: summary?.channel?.sharesHistory ?? false,
    };
  }

  async #set(wanted: Partial<Options>, task: () => Promise<unknown> | undefined): Promise<void> {
    this.wanted = { ...this.wanted, ...wanted };
    this.#last = this.#last.then(() => this.#setting.run(async () => task()));
    if (!(await this.#last)) this.wanted = {};
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary, conversation } = this;
    if (summary === null) return nothing;
    const { error } = this.#setting;
    const social = socialStrings(strings);
    const { isMuted, isPinned, isArchived, timerSeconds, sharesHistory } = { ...this.#actual(), ...this.wanted };
    return html`${problemLine(error && errorText(error, strings))}
    ${this.#renderSwitch({
      id: 'mute',
      label: html`${mutedIcon}${strings.mute}`,
      hint: strings.muteText,
      isOn: isMuted,
      onChange: (isOn) => void this.#set({ isMuted: isOn }, () => conversation?.setMuted(isOn)),
    })}
    ${this.#renderSwitch({
      id: 'pin',
      label: html`${pinIcon}${social.pin}`,
      hint: social.pinText,
      isOn: isPinned,
      onChange: (isOn) => void this.#set({ isPinned: isOn }, () => conversation?.setPinned(isOn)),
    })}
    ${this.#renderSwitch({
      id: 'archive',
      label: html`${archiveIcon}${social.archiveChat}`,
      hint: social.archiveText,
      isOn: isArchived,
      onChange: (isOn) => void this.#set({ isArchived: isOn }, () => conversation?.setArchived(isOn)),
    })}
    ${this.#renderTimer(timerSeconds)}
    ${summary.channel === null ? nothing : this.#renderHistory(sharesHistory, isManager(summary.channel))}`;
  }

  #renderTimer(timerSeconds: number): TemplateResult {
    const { strings, summary, conversation } = this;
    const channel = summary?.channel ?? null;
    const canChange = channel === null || (channel.state === 'joined' && isManager(channel));
    return html`<div class="setting">
      <label for="timer">${timerIcon}${strings.disappearing}</label>
      <select
        id="timer"
        class="input"
        aria-describedby="timer-hint"
        ?disabled=${!canChange}
        .value=${live(String(timerSeconds))}
        @change=${(event: Event) => {
          const seconds = Number((event.target as HTMLSelectElement).value);
          void this.#set({ timerSeconds: seconds }, () => conversation?.setTimer(seconds));
        }}
      >
        ${[0, ...MESSAGE_LIFETIMES].map(
          (seconds) =>
            html`<option value=${seconds} ?selected=${seconds === timerSeconds}>
              ${seconds === 0 ? strings.disappearingOff : durationLabel(seconds, strings.lang)}
            </option>`,
        )}
      </select>
      <p id="timer-hint" class="hint">
        ${channel === null || isManager(channel) ? strings.disappearingText : strings.disappearingManaged}
      </p>
    </div>`;
  }

  #renderHistory(isOn: boolean, canChange: boolean): TemplateResult {
    const { strings, conversation } = this;
    if (!canChange) return html`<p class="hint">${isOn ? strings.historyShared : strings.historyNotShared}</p>`;
    return this.#renderSwitch({
      id: 'history',
      label: html`${strings.shareHistory}`,
      hint: strings.shareHistoryText,
      isOn,
      onChange: (isWanted) =>
        void this.#set({ sharesHistory: isWanted }, () => conversation?.channel?.setSharesHistory(isWanted)),
    });
  }

  #renderSwitch(setting: {
    readonly id: string;
    readonly label: TemplateResult;
    readonly hint: string;
    readonly isOn: boolean;
    readonly onChange: (isOn: boolean) => void;
  }): TemplateResult {
    const { id, label, hint, isOn, onChange } = setting;
    return html`<div class="setting">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        class="switch"
        type="checkbox"
        role="switch"
        aria-describedby="${id}-hint"
        .checked=${live(isOn)}
        @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
      />
      <p id="${id}-hint" class="hint">${hint}</p>
    </div>`;
  }
}
