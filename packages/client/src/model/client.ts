import type { SealApi } from '../api/types.ts';
import type { Readable } from '../state/atom.ts';
import type { AccountState, AtRest, OwnDevice, Person, PrivacySettings } from './account.ts';
import type { ConnectionState } from './connection.ts';
import type { Conversation } from './conversation-handle.ts';
import type { ConversationSummary, Invitation } from './conversation.ts';
import type { SealEventName, SealEvents } from './events.ts';
import type { Linking } from './linking.ts';
import type { ConversationId, DeviceId, UserId } from '@seal-chat/protocol';
import type { ChannelListing } from '@seal-chat/protocol/api';

/** One device of one account, shared by all tabs that name the same `profile`. */
export interface SealClient {
  /** The typed tRPC client underneath, signed in as this device. */
  readonly api: SealApi;
  readonly account: Readable<AccountState>;
  readonly connection: Readable<ConnectionState>;
  /** Pinned ones first, then those with the newest activity. Requests are not among them, archived ones are. */
  readonly conversations: Readable<readonly ConversationSummary[]>;
  /** DMs that strangers have begun, newest first. */
  readonly requests: Readable<readonly ConversationSummary[]>;
  /** People who are blocked on this account. */
  readonly blocked: Readable<readonly Person[]>;
  /** What others are told of the person of this account. */
  readonly privacy: Readable<PrivacySettings>;
  /**
   * The server's clock minus this device's, ms, where they are more than a day apart; 0 otherwise. One of the two is
   * wrong: what ages does so by this device's, and the person should look at it.
   */
  readonly clockDifference: Readable<number>;
  /** Null until known. */
  readonly atRest: Readable<AtRest | null>;
  /** Resolves when the local store is open and its account known. @throws SealError STORAGE_FAILED */
  ready(): Promise<AccountState>;

  /**
   * Opens an account with this as its first device. A guest (`username: null`) has no recovery code, nor has an account
   * made with `recoveryCode: false`, until `replaceRecoveryCode()`: what a code would open stays on this device.
   *
   * @throws SealError USERNAME_TAKEN, BAD_INPUT, OFFLINE, CONFLICT when this device has an account
   */
  createAccount(options: {
    readonly username: string | null;
    readonly recoveryCode?: boolean;
  }): Promise<{ readonly recoveryCode: string | null }>;
  /**
   * The person has kept the recovery code and types its last four characters back. This device checks that the code
   * opens what the server has, and forgets it together with the key that it opens.
   *
   * @throws SealError WRONG_CODE when they are others; VAULT_REJECTED; OFFLINE, UNAVAILABLE: nothing is forgotten then
   */
  confirmRecoveryCode(lastCharacters: string): Promise<void>;
  /**
   * Makes a new recovery code; the old one stops working.
   *
   * @param options.recoveryCode the present code; not needed while it is not confirmed
   * @throws SealError UNLOCK_NEEDED without it, WRONG_CODE, BAD_INPUT for a guest, OFFLINE
   */
  replaceRecoveryCode(options?: { readonly recoveryCode?: string }): Promise<{ readonly recoveryCode: string }>;
  /**
   * Finishes what waits for the recovery code: see `unlockFor` of the account.
   *
   * @throws SealError WRONG_CODE, VAULT_REJECTED, NOT_FOUND for an account without a code, OFFLINE, UNAVAILABLE
   */
  unlock(options: { readonly recoveryCode: string }): Promise<void>;
  /** Continues the account this device was signed out of. */
  signIn(): Promise<void>;
  /**
   * Adds this device to an account by its recovery code. Messages sent before are not on it.
   * @throws SealError WRONG_CODE, NOT_FOUND, RATE_LIMITED, TOO_MANY_DEVICES
   */
  recover(options: { readonly username: string; readonly recoveryCode: string }): Promise<void>;
  /**
   * On a device without account: joins by the code shown on another device.
   *
   * @throws SealError WRONG_CODE when it is no code
   */
  linkThisDevice(code: string): Linking;
  /** On a signed-in device: shows a code for a new one. */
  showLinkingCode(): Promise<Linking>;
  /** Ends the session; `wipe` also deletes keys and messages from this device. */
  signOut(options?: { readonly wipe?: boolean }): Promise<void>;

  /** Devices of this account, from the verified list. */
  listDevices(): Promise<readonly OwnDevice[]>;
  /** The person has seen the new devices that the account state lists. */
  acknowledgeDevices(): Promise<void>;
  /**
   * Takes a device off the account: nothing sent from now on reaches it. The account key is replaced too, so that what
   * the device knows signs nothing any more, when this device may do that: before the recovery code is confirmed, or
   * with the code. Otherwise that waits for `unlock()`.
   *
   * @returns whether the account key was replaced
   * @throws SealError UNLOCK_NEEDED when this device lacks the present account key; WRONG_CODE; NOT_FOUND; OFFLINE
   */
  revokeDevice(
    deviceId: DeviceId,
    options?: { readonly recoveryCode?: string },
  ): Promise<{ readonly isFinished: boolean }>;

  /** People whose user name begins with `query`. @throws SealError RATE_LIMITED, OFFLINE */
  searchUsers(query: string): Promise<readonly Person[]>;
  /** The conversation with `userId`, made if there is none; with the account's own id, that with oneself. */
  openDm(userId: UserId): Promise<Conversation>;
  conversation(conversationId: ConversationId): Conversation;
  /** Makes a channel with the person of this account as its owner. @throws SealError NAME_TAKEN, BAD_INPUT, OFFLINE */
  createChannel(options: {
    readonly name: string;
    readonly description?: string;
    readonly visibility: 'public' | 'private';
    readonly members?: readonly UserId[];
  }): Promise<Conversation>;
  /** Public channels whose name contains `query`, by name; `after` is the last name of the page before. */
  browseChannels(options: { readonly query?: string; readonly after?: string }): Promise<readonly ChannelListing[]>;
  /** Joins a public channel, or one with an invitation. @throws SealError NOT_FOUND, CHANNEL_FULL */
  joinChannel(conversationId: ConversationId): Promise<Conversation>;
  declineInvitation(conversationId: ConversationId): Promise<void>;
  readonly invitations: Readable<readonly Invitation[]>;
  /**
   * 60 digits that are the same on both sides when no one intercepts the messages. Null until both device lists are
   * known.
   */
  safetyNumber(userId: UserId): Promise<string | null>;
  /**
   * Trusts the changed identity key of `userId` from now on: the one that `compared`, the digits of `safetyNumber`,
   * belongs to. @throws SealError IDENTITY_CHANGED when the server shows another one by now; VERIFICATION_REQUIRED for a
   *   person who was verified with another key
   */
  acceptIdentity(userId: UserId, compared: string): Promise<void>;
  /**
   * Keeps that the key behind `compared`, the digits of `safetyNumber`, was compared with `userId`, on all devices of the
   * account. A changed key is accepted with that. @throws SealError IDENTITY_CHANGED when the server shows another one
   */
  verify(userId: UserId, compared: string): Promise<void>;
  /** Forgets that `userId` was verified. */
  unverify(userId: UserId): Promise<void>;
  /** The code to show to `userId`: the text of a QR code. Null until both keys are known. */
  verificationCode(userId: UserId): Promise<string | null>;
  /** Compares the code that `userId` shows; `other` when it is not a code of theirs for the person of this account. */
  checkVerificationCode(userId: UserId, shown: string): Promise<'match' | 'mismatch' | 'other'>;
  /** From now on nothing of this person is shown or answered in the DM with them, on all devices of the account. */
  block(userId: UserId): Promise<void>;
  /** What they send from now on arrives again. */
  unblock(userId: UserId): Promise<void>;
  /** Changes what others are told, on all devices of the account. */
  setPrivacy(settings: Partial<PrivacySettings>): Promise<void>;
  /** Whether the person is looking; the newest call of any tab counts. */
  setPresence(state: 'online' | 'away'): void;
  /** Tries to connect now instead of waiting for the next attempt. */
  reconnect(): void;

  /** Calls `listener` on each such event, in every tab. Returns the function that ends it. */
  on<Name extends SealEventName>(name: Name, listener: (event: SealEvents[Name]) => void): () => void;
  /** Lets go of the connection, locks and store. What is queued is sent by another tab or next time. */
  close(): Promise<void>;
}
