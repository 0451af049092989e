import { html, nothing, type TemplateResult } from 'lit';
import type { AccountState, ConnectionState, ErrorCode } from '@seal-chat/client';
import { warningIcon } from '@seal-chat/ui';
import { codeText } from '../../error-text.ts';
import type { ChatStrings } from '../../i18n/strings.ts';

/** Errors that no new attempt to connect will cure: the person must be told. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  'UNKNOWN_APP_KEY',
  'ORIGIN_NOT_ALLOWED',
  'DEVICE_REVOKED',
  'TOO_MANY_CONNECTIONS',
  'STORAGE_FAILED',
  'STORAGE_LOST',
  'STORAGE_FULL',
  'UNSAFE_PAGE',
  'DEVICE_CLONED',
]);

/** What the banner depends on. */
export interface BannerState {
  readonly account: AccountState | null;
  readonly connection: ConnectionState | null;
  /** The browser says that it has no network. */
  readonly isBrowserOffline: boolean;
  /** `SealClient.clockDifference`. */
  readonly clockDifference: number;
}

/** The text of the banner, or `null` while all is well. */
function bannerText(
  { account, connection, isBrowserOffline, clockDifference }: BannerState,
  strings: ChatStrings,
): string | null {
  if (account?.status === 'revoked') return codeText('DEVICE_REVOKED', strings);
  if (hasNewDevice(account)) return strings.newDevice;
  if (account?.status === 'signed-in' && account.unlockFor === 'removal') return strings.unfinishedRemoval;
  // The browser knows immediately; the connection would notice at its next heartbeat.
  if (isBrowserOffline) return strings.offlineBanner;
  switch (connection?.status) {
    case 'connecting':
      return strings.connecting;
    case 'offline': {
      const code = connection.error?.code;
      if (code !== undefined && LASTING.has(code)) return codeText(code, strings);
      return strings.reconnecting;
    }
    default:
      return clockDifference === 0 ? null : strings.clockDiffers;
  }
}

/** A device joined the account, and the person has not said that it is theirs. */
function hasNewDevice(account: AccountState | null): boolean {
  return account?.status === 'signed-in' && account.newDevices.length > 0;
}

/** What the person can do about it. */
export interface BannerActions {
  readonly onRetry: () => void;
  /** This device was removed, and the person wants to begin again; or there is something about the devices to see. */
  readonly onSettings: () => void;
}

/** A line at the top that says why messages are not coming or going. */
export function banner(
  state: BannerState,
  strings: ChatStrings,
  { onRetry, onSettings }: BannerActions,
): TemplateResult | typeof nothing {
  const text = bannerText(state, strings);
  if (text === null) return nothing;
  const { account } = state;
  const isRevoked = account?.status === 'revoked';
  const concernsDevices = hasNewDevice(account) || (account?.status === 'signed-in' && account.unlockFor === 'removal');
  const isWaiting =
    !isRevoked && !concernsDevices && !state.isBrowserOffline && state.connection?.status === 'connecting';
  let action: TemplateResult | typeof nothing = nothing;
  if (isRevoked) action = html`<button class="retry" @click=${onSettings}>${strings.startOver}</button>`;
  else if (concernsDevices) action = html`<button class="retry" @click=${onSettings}>${strings.lookAtDevices}</button>`;
  else if (state.connection?.status === 'offline')
    action = html`<button class="retry" @click=${onRetry}>${strings.tryAgain}</button>`;
  return html`<div class="banner" part="banner">
    ${isWaiting ? html`<span class="spinner"></span>` : warningIcon}
    <span role="status">${text}</span>
    ${action}
  </div>`;
}
