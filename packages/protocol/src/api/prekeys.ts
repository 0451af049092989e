import { z } from 'zod';
import type { DeviceId } from '../ids.ts';
import { COUNT_LIMITS, PREKEY_LIMITS } from '../limits.ts';
import { KEM_KEY_LENGTH, X25519_KEY_LENGTH } from '../wire/prekeys.ts';
import { bytesField, deviceId, signature, uint32, userId } from './fields.ts';
import type { Mutation, Query } from './procedure.ts';

/** Public prekeys. */

const publicPreKey = (keyLength: number) =>
  z.strictObject({ keyId: uint32, publicKey: bytesField(keyLength), signature });
const oneTimeBatch = (keyLength: number) => z.array(publicPreKey(keyLength)).max(PREKEY_LIMITS.oneTimeTarget);

export const preKeyInputs = {
  publish: z.strictObject({
    signedPreKey: publicPreKey(X25519_KEY_LENGTH).nullable(),
    lastResortKemPreKey: publicPreKey(KEM_KEY_LENGTH).nullable(),
    oneTimePreKeys: oneTimeBatch(X25519_KEY_LENGTH),
    oneTimeKemPreKeys: oneTimeBatch(KEM_KEY_LENGTH),
    /** Throws away one-time keys in stock that are not among these: the device has lost their private halves. */
    replaceStock: z.boolean().optional(),
  }),
  claim: z.strictObject({ userId, deviceIds: z.array(deviceId).min(1).max(COUNT_LIMITS.devicesPerUser) }),
};

export interface PublicPreKeyAnswer {
  readonly keyId: number;
  readonly publicKey: string;
  readonly signature: string;
}

export interface PreKeyBundleAnswer {
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly signedPreKey: PublicPreKeyAnswer;
  readonly oneTimePreKey: PublicPreKeyAnswer | null;
  readonly kemPreKey: PublicPreKeyAnswer & { readonly kind: 'kemOneTime' | 'kemLastResort' };
}

/** Devices that published no prekeys yet, or left, have no bundle in the answer. */
export interface ClaimAnswer {
  readonly bundles: readonly PreKeyBundleAnswer[];
}

/** Exactly what the server holds for the asking device: an id that is missing here has been claimed. */
export interface PreKeyStatus {
  readonly signedPreKeyId: number | null;
  readonly lastResortKemPreKeyId: number | null;
  readonly oneTimePreKeyIds: readonly number[];
  readonly oneTimeKemPreKeyIds: readonly number[];
}

export interface PreKeysProcedures {
  readonly publish: Mutation<typeof preKeyInputs.publish, PreKeyStatus>;
  readonly status: Query<null, PreKeyStatus>;
  readonly claim: Mutation<typeof preKeyInputs.claim, ClaimAnswer>;
}
