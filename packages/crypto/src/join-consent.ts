import {
  SealError,
  id,
  keyCodec,
  struct,
  u32,
  type Bytes,
  type Device,
  type DeviceId,
  type SignPublicKey,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { Curves } from './curves/curves.ts';
import { LABELS } from './labels.ts';
import { signedInput } from './signed-input.ts';

/** What a new device is known by before it is on a list. */
export type NewDevice = Pick<Device, 'deviceId' | 'dhKey' | 'signKey' | 'registrationId'>;

/** A present device's word that another one may join its account. */
export interface JoinConsent {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** The device that consents. */
  readonly byDeviceId: DeviceId;
  /** The device that may join. */
  readonly device: NewDevice;
}

/** Carries the public half of a new device: 84 bytes. */
export const newDeviceCodec = struct<NewDevice>({
  deviceId: id<DeviceId>(),
  dhKey: keyCodec(32),
  signKey: keyCodec(32),
  registrationId: u32,
});

const consentFields = signedInput(
  LABELS.joinConsent,
  struct<JoinConsent>({
    tenantId: id<TenantId>(),
    userId: id<UserId>(),
    byDeviceId: id<DeviceId>(),
    device: newDeviceCodec,
  }),
);

/** Returns the bytes that the consenting device signs with its signing key. */
export function joinConsentInput(consent: JoinConsent): Bytes {
  return consentFields(consent);
}

/**
 * Checks a consent. The caller has taken `signKey` from the account's present list.
 *
 * @throws SealError BAD_SIGNATURE
 */
export async function verifyJoinConsent(input: {
  readonly curves: Pick<Curves, 'verify'>;
  readonly consent: JoinConsent;
  readonly signKey: SignPublicKey;
  readonly signature: Bytes;
}): Promise<void> {
  const { curves, consent, signKey, signature } = input;
  if (!(await curves.verify(signKey, joinConsentInput(consent), signature))) {
    throw new SealError('BAD_SIGNATURE', 'join: no present device of the account consents');
  }
}
