import type { Readable } from '../state/atom.ts';
import type { SealError } from '@seal-chat/protocol';

/** Linking a device, as the application follows and steers it. */

/** A device being linked, seen from either side. */
export type LinkingState =
  /** Old device: show `code`. New device: `code` as typed, waiting for the other side. */
  | { readonly step: 'waiting'; readonly code: string; readonly expiresAt: number }
  /** Both devices show `sas`, six digits. The person compares them and calls `confirm()` on the old device. `deviceName` is
   * what the new device calls itself, which nothing proves. */
  | { readonly step: 'compare'; readonly sas: string; readonly mustConfirm: boolean; readonly deviceName: string }
  | { readonly step: 'finishing' }
  | { readonly step: 'done' }
  | { readonly step: 'failed'; readonly error: SealError };

/** A linking in progress. It ends automatically after ten minutes. */
export interface Linking {
  readonly state: Readable<LinkingState>;
  /** Old device only: the six digits are the same on both. */
  confirm(): void;
  /** Ends it; on the old device also when the digits differ. */
  cancel(): void;
  /** Settles when it is over. @throws SealError WRONG_CODE, NOT_FOUND, TOO_MANY_DEVICES, OFFLINE */
  readonly finished: Promise<void>;
}
