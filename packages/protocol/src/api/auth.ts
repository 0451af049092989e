import { z } from 'zod';
import type { ChallengeId, DeviceId, TenantId, UserId } from '../ids.ts';
import { firstKeyPackages } from './channels/key-packages.ts';
import { bytesField, challengeId, deviceId, deviceListBytes, methodId, signature, userId, username } from './fields.ts';
import type { Mutation } from './procedure.ts';
import { vaultUpload } from './vault.ts';

/** Sign-up, sign-in and sessions. */

/** Proof that the caller holds the private key of the device it names. */
const deviceProof = { challengeId, userId, deviceId, signature };

/**
 * Left out by a device that cannot be in channels. Stored with the device: there is no moment in which members find it
 * without.
 */
const keyPackages = firstKeyPackages.optional();

/** Why a device may join: a present device of the account consents, or the person proved an unlock way. */
const admission = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('consent'), deviceId, signature }),
  z.strictObject({ kind: z.literal('unlock'), methodId, signature }),
]);

/** Why a device may join, as a caller says it. */
export type AdmissionInput = z.input<typeof admission>;

export const authInputs = {
  challenge: z.strictObject({}),
  /** Opens an account with its first device. A guest has no user name. */
  register: z.strictObject({
    ...deviceProof,
    username: username.nullable(),
    deviceList: deviceListBytes,
    deviceListSignature: signature,
    /** Null for an account without unlock ways, such as a guest's. */
    vault: vaultUpload.nullable(),
    keyPackages,
  }),
  /** Adds this device to an existing account. Knowing the account key, which signs the longer list, is not enough. */
  join: z.strictObject({
    ...deviceProof,
    deviceList: deviceListBytes,
    deviceListSignature: signature,
    admission,
    keyPackages,
  }),
  signIn: z.strictObject(deviceProof),
  refresh: z.strictObject({ refreshToken: bytesField(32) }),
};

export interface ChallengeAnswer {
  readonly tenantId: TenantId;
  readonly challengeId: ChallengeId;
  /** 32 bytes. */
  readonly nonce: string;
  readonly expiresAt: number;
  readonly serverTime: number;
}

export interface SessionAnswer {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly username: string | null;
  readonly accessToken: string;
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
  readonly serverTime: number;
}

export interface AuthProcedures {
  readonly challenge: Mutation<typeof authInputs.challenge, ChallengeAnswer>;
  readonly register: Mutation<typeof authInputs.register, SessionAnswer>;
  readonly join: Mutation<typeof authInputs.join, SessionAnswer>;
  readonly signIn: Mutation<typeof authInputs.signIn, SessionAnswer>;
  readonly refresh: Mutation<typeof authInputs.refresh, SessionAnswer>;
  readonly signOut: Mutation<null, void>;
}
