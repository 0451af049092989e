import { css, html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Person, PrivacySettings } from '@seal-chat/client';
import { avatarStyles, base, toggle, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { SocialView } from '../../internal/social-view.ts';
import { backButton, problemLine } from '../../internal/templates.ts';
import { avatar } from '../../people/avatar.ts';
import { personName } from '../../people/name.ts';
import { settingsStyles } from '../settings/settings.styles.ts';

/** What other people are told, and who is blocked. Tells `back`. */
export class SealPrivacy extends SocialView {
  static override styles = [
    base,
    avatarStyles,
    settingsStyles,
    toggle,
    css`
      .setting {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 16px;
        inline-size: 100%;
      }
      .setting + .setting {
        padding-block-start: 8px;
        border-block-start: 1px solid var(--_line);
      }
      .setting label {
        min-block-size: max(40px, var(--_target));
        align-content: center;
        font-weight: 500;
        cursor: pointer;
      }
      .setting .hint {
        grid-column: 1 / -1;
      }
      .device .avatar {
        --_avatar: 32px;
      }
    `,
  ];

  readonly #privacy = new Watch(this, () => this.client.privacy);
  readonly #blocked = new Watch(this, () => this.client.blocked);
  readonly #setting = new Action(this);

  /** Puts the focus on the heading. */
  override focus(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const blocked = this.#blocked.value ?? [];
    const { error } = this.#setting;
    return html`<div class="head">
        ${backButton(strings, () => this.tell('back'))}
        <h2 tabindex="-1">${strings.privacy}</h2>
      </div>
      <div class="sections">
        ${problemLine(error && errorText(error, strings))}
        <section>
          ${this.#renderSwitch('receipts', strings.tellReceipts, strings.tellReceiptsText)}
          ${this.#renderSwitch('typing', strings.tellTyping, strings.tellTypingText)}
          ${this.#renderSwitch('presence', strings.tellPresence, strings.tellPresenceText)}
        </section>
        <p class="hint">${strings.privacyText}</p>
        <section>
          <h3>${strings.blockedPeople}</h3>
          ${
            blocked.length === 0
              ? html`<p class="hint">${strings.blockedNone}</p>`
              : html`<ul>
                  ${blocked.map((person) => this.#renderBlocked(person))}
                </ul>`
          }
        </section>
      </div>`;
  }

  #renderSwitch(name: keyof PrivacySettings, label: string, hint: string): TemplateResult {
    const isOn = this.#privacy.value?.[name] ?? true;
    return html`<div class="setting">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        class="switch"
        type="checkbox"
        role="switch"
        aria-describedby="${name}-hint"
        .checked=${live(isOn)}
        @change=${(event: Event) => {
          const isWanted = (event.target as HTMLInputElement).checked;
          void this.#setting.run(() => this.client.setPrivacy({ [name]: isWanted }));
        }}
      />
      <p id="${name}-hint" class="hint">${hint}</p>
    </div>`;
  }

  #renderBlocked(person: Person): TemplateResult {
    const { strings } = this;
    const name = personName(person, strings);
    return html`<li>
      <div class="device">
        ${avatar(person)}
        <span class="label"><bdi>${name}</bdi></span>
        <button
          class="button quiet"
          aria-label=${strings.unblockNamed(name)}
          ?disabled=${this.#setting.isBusy}
          @click=${() => this.#setting.run(() => this.client.unblock(person.userId))}
        >
          ${strings.unblock}
        </button>
      </div>
    </li>`;
  }
}
