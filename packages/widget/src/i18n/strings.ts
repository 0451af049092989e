import type { AtRest, ErrorCode } from '@seal-chat/client';
import type { MessageStrings } from './message-strings.ts';
import type { ChannelStrings } from './channel-strings.ts';
import type { SocialStrings } from './social-strings.ts';

/**
 * Every text the widget shows. One table for each language, loaded when it is needed; what depends on a number is
 * a function, so that each language can follow its own plural rules.
 */
export interface Strings extends ChatStrings, AccountStrings, ChannelStrings, MessageStrings, SocialStrings {}

/** Texts that are needed to read and write. */
export interface ChatStrings {
  /** BCP 47 tag that dates and numbers follow. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  readonly app: string;
  readonly loading: string;
  readonly back: string;
  readonly cancel: string;
  readonly tryAgain: string;
  readonly startOver: string;
  readonly you: string;
  readonly guest: string;
  /** Someone whose name is not known yet. */
  readonly someone: string;
  /** A channel whose name is not known yet. */
  readonly unnamedChannel: string;
  /** The person's conversation with themselves. */
  readonly savedMessages: string;
  /** Of a stranger. */
  readonly wantsToWrite: string;

  // Conversations
  readonly conversations: string;
  readonly searchLabel: string;
  readonly searchPlaceholder: string;
  readonly searching: string;
  readonly searchNone: (query: string) => string;
  readonly searchCount: (count: number) => string;
  readonly noConversationsTitle: string;
  readonly noConversationsText: string;
  readonly unread: (count: number) => string;
  readonly draftPrefix: string;
  readonly nothingYet: string;
  readonly pickTitle: string;
  readonly pickText: string;

  // Messages
  readonly messagesOf: (name: string) => string;
  readonly sealedNotice: (name: string) => string;
  readonly sayHello: (name: string) => string;
  readonly unavailableHistory: string;
  readonly newMessages: (count: number) => string;
  readonly toLatest: string;
  readonly loadingOlder: string;
  readonly sending: string;
  readonly sent: string;
  readonly delivered: string;
  readonly read: string;
  readonly failed: string;
  readonly retry: string;
  readonly discard: string;
  readonly undecryptable: string;
  readonly undecryptableWaiting: string;
  readonly unsupported: string;
  readonly linkOpensNewTab: string;
  /** Announced to screen readers. */
  readonly saidBy: (name: string, text: string) => string;

  // Composer
  readonly composerLabel: (name: string) => string;
  readonly composerPlaceholder: string;
  readonly send: string;
  readonly charactersLeft: (count: number) => string;
  readonly tooLong: (count: number) => string;

  // Presence
  readonly online: string;
  readonly away: string;
  readonly lastSeen: (ago: string) => string;
  readonly typing: string;
  readonly isTyping: (name: string) => string;

  // Connection
  readonly connecting: string;
  readonly reconnecting: string;
  /** One of the two clocks is wrong. */
  readonly clockDiffers: string;
  readonly newDevice: string;
  readonly unfinishedRemoval: string;
  readonly lookAtDevices: string;
  readonly offlineBanner: string;

  // Settings
  readonly settings: string;

  // Errors
  readonly notConfigured: string;
  readonly insecureContext: string;
  /** English has those of the table fetched later. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>;
  readonly waitSeconds: (seconds: number) => string;
}

/** Texts of the views around the account: sign-in, recovery, linking, settings, changed keys. */
export interface AccountStrings {
  readonly copy: string;
  readonly copied: string;
  /** Keeps what is shown as a file. */
  readonly saveFile: string;

  // First contact
  readonly welcomeTitle: string;
  readonly welcomeText: string;
  readonly nameLabel: string;
  readonly yourName: string;
  readonly nameHint: string;
  readonly nameTooShort: string;
  readonly nameInvalid: string;
  readonly createAccount: string;
  readonly creatingAccount: string;
  readonly continueAsGuest: string;
  readonly guestHint: string;
  readonly alreadyHere: string;
  readonly linkThisDevice: string;
  readonly useRecoveryCode: string;
  readonly welcomeBack: (name: string) => string;
  readonly welcomeBackText: string;
  readonly continueAs: (name: string) => string;
  readonly useAnotherAccount: string;
  readonly useAnotherAccountText: string;

  // Recovery code
  readonly recoveryTitle: string;
  readonly recoveryText: string;
  readonly recoveryCodeLabel: string;
  readonly recoveryProof: string;
  readonly recoveryContinue: string;
  readonly recoverTitle: string;
  readonly recoverText: string;
  readonly recoverAction: string;
  readonly recovering: string;

  // Linking
  readonly linkNewTitle: string;
  readonly linkNewText: string;
  readonly linkCodeLabel: string;
  readonly linkAction: string;
  readonly linkConnecting: string;
  readonly linkWaiting: string;
  readonly linkOldTitle: string;
  readonly linkOldText: string;
  readonly linkExpires: (minutes: number) => string;
  readonly sasTitle: string;
  readonly sasTextOld: string;
  readonly sasTextNew: string;
  readonly sasMatch: string;
  readonly sasDiffer: string;
  readonly linkFinishing: string;
  readonly linkDone: string;

  // Identity
  readonly identityChanged: (name: string) => string;
  readonly identityChangedText: (name: string) => string;
  readonly identityAccept: string;
  readonly safetyNumber: (name: string) => string;

  // Settings
  readonly devices: string;
  readonly thisDevice: string;
  readonly otherDevice: string;
  readonly removeDevice: string;
  readonly removeDeviceConfirm: string;
  readonly deviceAdded: (date: string) => string;
  readonly notMe: string;
  readonly devicesAreMine: string;
  readonly unlockTitle: string;
  readonly unlockRemoval: string;
  readonly unlockKey: string;
  readonly unlockGuest: string;
  readonly newCodeText: string;
  readonly linkNewDevice: string;
  readonly recovery: string;
  readonly recoveryHint: string;
  readonly newRecoveryCode: string;
  readonly signOut: string;
  readonly signOutText: string;
  readonly signOutDelete: string;
  readonly signOutDeleteText: string;
  readonly signOutGuestText: string;
  readonly signOutConfirm: string;
  readonly atRest: Readonly<Record<AtRest, string>>;
}

/** Those of them that signing in and the recovery code of a new account show. */
export type SignInStrings = Pick<
  AccountStrings,
  | 'copy'
  | 'copied'
  | 'saveFile'
  | 'welcomeTitle'
  | 'welcomeText'
  | 'nameLabel'
  | 'nameHint'
  | 'nameTooShort'
  | 'nameInvalid'
  | 'createAccount'
  | 'creatingAccount'
  | 'continueAsGuest'
  | 'guestHint'
  | 'alreadyHere'
  | 'linkThisDevice'
  | 'useRecoveryCode'
  | 'welcomeBack'
  | 'welcomeBackText'
  | 'continueAs'
  | 'useAnotherAccount'
  | 'useAnotherAccountText'
  | 'recoveryTitle'
  | 'recoveryText'
  | 'recoveryCodeLabel'
  | 'recoveryProof'
  | 'recoveryContinue'
  | 'signOutConfirm'
>;

/** What the views are handed: English texts around the account and channels come with the views that show them. */
export type ShownStrings = ChatStrings & Partial<AccountStrings & ChannelStrings & MessageStrings & SocialStrings>;

/** The form of a word that `lang` uses with `count`. `other` is what every language has. */
export function plural(
  lang: string,
  count: number,
  forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string },
): string {
  const form = forms[new Intl.PluralRules(lang).select(count)] ?? forms.other;
  return form.replace('#', new Intl.NumberFormat(lang).format(count));
}
