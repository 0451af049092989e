import type { DeviceId, SealError, TenantId, UserId } from '@seal-chat/protocol';

/** Accounts and their devices, as the application sees them. */

/** Someone on this server. */
export interface Person {
  readonly userId: UserId;
  /** Null for guests. */
  readonly username: string | null;
}

/** What other people are told of the person of this account. Who does not tell is not told: see each. */
export interface PrivacySettings {
  /** Tells that they are typing; without it, nobody else's typing is shown either. */
  readonly typing: boolean;
  /** Tells whether they are online; without it, nobody else's presence is shown either. */
  readonly presence: boolean;
  /** Tells what they have read; without it, what others read from then on is not shown either. */
  readonly receipts: boolean;
}

/** What this device is to the server. */
export type AccountState =
  /** The local store is being opened. */
  | { readonly status: 'opening' }
  /** The local store cannot be used; nothing works until it can. */
  | { readonly status: 'storage-failed'; readonly error: SealError }
  /** No account on this device, or signed out. `resumable` is the account `signIn()` would continue. */
  | { readonly status: 'signed-out'; readonly resumable: Person | null }
  | {
      readonly status: 'signed-in';
      readonly tenantId: TenantId;
      readonly userId: UserId;
      readonly deviceId: DeviceId;
      readonly username: string | null;
      /** A new recovery code, until `confirmRecoveryCode()`: the only copy there is. */
      readonly recoveryCode: string | null;
      /**
       * What waits for the recovery code (`unlock()`): `removal`, a device was taken off the account and still knows
       * its account key; `key`, this device has not learned the present account key, and cannot add or remove devices.
       */
      readonly unlockFor: 'removal' | 'key' | null;
      /** Devices that joined the account since `acknowledgeDevices()`, as far as this device has learned. */
      readonly newDevices: readonly DeviceId[];
    }
  /** Another device removed this one. Its keys are gone, what is stored stays readable; `signOut({ wipe: true })` starts over. */
  | {
      readonly status: 'revoked';
      readonly userId: UserId;
      readonly deviceId: DeviceId;
      readonly username: string | null;
    };

/** One device of this account. */
export interface OwnDevice {
  readonly deviceId: DeviceId;
  readonly isThisDevice: boolean;
  /** Such as "Firefox on Linux"; null where it cannot be read. */
  readonly name: string | null;
  /** When it was added, ms, as the device that added it said; null where it cannot be read. */
  readonly addedAt: number | null;
}

/** How the local store protects what it holds at rest. */
export type AtRest =
  /** Rows sealed under a key that scripts can use but not read. */
  | 'non-extractable-key'
  /** The browser cannot keep such a key: rows are sealed under a key stored beside them. */
  | 'stored-key'
  /** Files readable by their owner only. */
  | 'file'
  /** Nothing is kept after the process or page ends. */
  | 'memory';
