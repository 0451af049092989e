/** Texts of the views around people: strangers' requests, blocking, what others are told, and verification. */
export interface SocialStrings {
  // Lists
  readonly requests: string;
  readonly requestsNone: string;
  readonly requestsHint: string;
  readonly archive: string;
  readonly archiveNone: string;

  // A request
  readonly requestPerson: string;
  readonly requestGuest: string;
  readonly requestHint: (name: string) => string;
  readonly acceptRequest: string;
  readonly block: string;
  readonly blockNamed: (name: string) => string;
  readonly blockConfirm: (name: string) => string;
  readonly unblock: string;
  readonly unblockNamed: (name: string) => string;
  readonly youBlocked: (name: string) => string;
  readonly youBlockedText: string;

  // A chat
  readonly pin: string;
  readonly pinText: string;
  readonly archiveChat: string;
  readonly archiveText: string;
  readonly deleteChat: string;
  readonly deleteChatConfirm: string;

  // Privacy
  readonly privacy: string;
  readonly privacyText: string;
  readonly tellTyping: string;
  readonly tellTypingText: string;
  readonly tellPresence: string;
  readonly tellPresenceText: string;
  readonly tellReceipts: string;
  readonly tellReceiptsText: string;
  readonly blockedPeople: string;
  readonly blockedNone: string;

  // Verification
  readonly checkPerson: (name: string) => string;
  readonly checkText: (name: string) => string;
  readonly codeFor: (name: string) => string;
  readonly numbers: string;
  readonly numbersMatch: string;
  readonly numbersDiffer: string;
  readonly scanCode: string;
  readonly scanning: string;
  readonly stopScanning: string;
  readonly noCamera: string;
  readonly otherCode: (name: string) => string;
  readonly matches: (name: string) => string;
  readonly matchesText: string;
  readonly differs: string;
  readonly differsText: (name: string) => string;
  readonly verifiedText: (name: string) => string;
  readonly clearVerification: string;
  readonly verifiedBefore: (name: string) => string;
  readonly verifiedBeforeText: (name: string) => string;
  readonly compareAgain: string;

  // Above the list and in it
  readonly requestCount: (count: number) => string;
  readonly archivedCount: (count: number) => string;
  readonly blockedMessage: (name: string) => string;
  readonly showBlocked: string;
  // Devices: how many, and whose, null for this account. A time follows.
  readonly devicesAdded: (count: number, name: string) => string;
  /** `names`: what they are called, null where that is not known. */
  readonly ownDevicesAdded: (count: number, names: string | null) => string;
  readonly devicesRemoved: (count: number, name: string | null) => string;
  readonly devicesRejoined: (count: number, name: string | null) => string;
  /** Lines like the one before, which are folded. */
  readonly moreLines: (count: number) => string;
  /** The sign of a person whose keys were compared. */
  readonly verifiedSign: string;
  /** The sign of a person whose keys are others than before. */
  readonly changedSign: string;
}
