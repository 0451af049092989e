import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { DeviceId, OwnDevice } from '@seal-chat/client';
import { base, deviceIcon, Watch } from '@seal-chat/ui';
import { errorText } from '../../error-text.ts';
import { Action } from '../../internal/action.ts';
import { AccountView } from '../../internal/account-view.ts';
import { problemLine } from '../../internal/templates.ts';
import { question } from './question.ts';
import { settingsStyles } from './settings.styles.ts';

/** The account's devices by name: new ones are marked, others can be removed. */
export class SealDevices extends AccountView {
  static override styles = [base, settingsStyles];
  static override properties: PropertyDeclarations = { devices: { state: true }, asked: { state: true } };

  declare devices: readonly OwnDevice[] | null;
  /** The device that the person is asked about. */
  declare asked: DeviceId | null;

  readonly #account = new Watch(this, () => this.client.account);
  readonly #loading = new Action(this);
  readonly #working = new Action(this);

  constructor() {
    super();
    this.devices = null;
    this.asked = null;
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  #load(): Promise<boolean> {
    return this.#loading.run(async () => {
      this.devices = await this.client.listDevices();
    });
  }

  /** Asks before something is lost, with the focus on the harmless answer. */
  async #ask(deviceId: DeviceId): Promise<void> {
    this.asked = deviceId;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.question .quiet')?.focus();
  }

  async #revoke(deviceId: DeviceId): Promise<void> {
    this.asked = null;
    const isDone = await this.#working.run(async () => {
      await this.client.revokeDevice(deviceId);
    });
    if (isDone) await this.#load();
  }

  get #newDevices(): readonly DeviceId[] {
    const account = this.#account.value;
    return account?.status === 'signed-in' ? account.newDevices : [];
  }

  protected override render(): TemplateResult {
    const { strings, devices } = this;
    const { error } = this.#loading;
    const failed = this.#working.error;
    const sorted = devices?.toSorted((a, b) => Number(b.isThisDevice) - Number(a.isThisDevice));
    return html`${problemLine(error && errorText(error, strings))} ${problemLine(failed && errorText(failed, strings))}
      ${error === null ? nothing : html`<button class="button secondary" @click=${this.#load}>${strings.tryAgain}</button>`}
      ${devices === null && error === null ? html`<p class="hint"><span class="spinner"></span></p>` : nothing}
      <ul>
        ${sorted?.map((device) => this.#renderDevice(device))}
      </ul>
      ${
        this.#newDevices.length === 0
          ? nothing
          : html`<button class="button secondary" @click=${() => this.client.acknowledgeDevices()}>
              ${strings.devicesAreMine}
            </button>`
      }`;
  }

  #renderDevice({ deviceId, isThisDevice, name, addedAt }: OwnDevice): TemplateResult {
    const { strings } = this;
    const label = name ?? (isThisDevice ? strings.thisDevice : strings.otherDevice);
    const isNew = this.#newDevices.includes(deviceId);
    const date = addedAt === null ? null : new Intl.DateTimeFormat(strings.lang, DATE).format(addedAt);
    const remove = isNew ? strings.notMe : strings.removeDevice;
    return html`<li>
      <div class="device">
        ${deviceIcon}
        <span class="label">
          <bdi>${label}</bdi>
          <span class="hint"
            >${isThisDevice && name !== null ? strings.thisDevice : date && strings.deviceAdded(date)}</span
          >
        </span>
        ${
          isThisDevice
            ? nothing
            : html`<button
                class="button quiet danger"
                aria-label="${remove}: ${label}"
                ?disabled=${this.#working.isBusy}
                @click=${() => this.#ask(deviceId)}
              >
                ${remove}
              </button>`
        }
      </div>
      ${
        this.asked === deviceId
          ? question(
              { text: strings.removeDeviceConfirm, yes: strings.removeDevice, no: strings.cancel },
              { onYes: () => void this.#revoke(deviceId), onNo: () => (this.asked = null) },
            )
          : nothing
      }
    </li>`;
  }
}

const DATE: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' };
