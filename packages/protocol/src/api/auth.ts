import { z } from 'zod';
import type { ChallengeId, DeviceId, TenantId, UserId } from '../ids.ts';
import { SIZE_LIMITS } from '../limits.ts';
import { bytesField, challengeId, deviceId, deviceListBytes, signature, userId, username } from './fields.ts';
import type { Mutation } from './procedure.ts';

/** Sign-up, sign-in and sessions. */

/** A wrapped account key, which only the recovery code opens. */
export const recoveryBlob = bytesField(1, SIZE_LIMITS.recoveryBlob);

/** Proof that the caller holds the private key of the device it names. */
const deviceProof = { challengeId, userId, deviceId, signature };

export const authInputs = {
  challenge: z.strictObject({}),
  /** Opens an account with its first device. A guest has no user name. */
  register: z.strictObject({
    ...deviceProof,
    username: username.nullable(),
    deviceList: deviceListBytes,
    deviceListSignature: signature,
    recovery: recoveryBlob.nullable(),
  }),
  /** Adds this device to an existing account: the account key, had from linking or recovery, signs the longer list. */
  join: z.strictObject({ ...deviceProof, deviceList: deviceListBytes, deviceListSignature: signature }),
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
