import { z } from 'zod';
import type { DeviceId } from '../../ids.ts';
import { CHANNEL_LIMITS, COUNT_LIMITS } from '../../limits.ts';
import { bytesField, conversationId, deviceId } from '../fields.ts';
import type { Mutation, Query } from '../procedure.ts';

/** KeyPackages, by which members add a device to a group while it is away (RFC 9420 §10). */

const publicKeyPackage = z.strictObject({ ref: bytesField(32), bytes: bytesField(1, CHANNEL_LIMITS.keyPackage) });

const stock = {
  oneTime: z.array(publicKeyPackage).max(CHANNEL_LIMITS.keyPackageTarget),
  lastResort: publicKeyPackage.nullable(),
};

/** The KeyPackages of a device that registers or joins. */
export const firstKeyPackages = z.strictObject(stock);

/** KeyPackages as a device sends them. */
export type KeyPackagesUpload = z.input<typeof firstKeyPackages>;

export const keyPackageInputs = {
  publishKeyPackages: z.strictObject({
    ...stock,
    /** Throws away those in stock that are not among these. */
    replaceStock: z.boolean().optional(),
  }),
  keyPackageStatus: z.strictObject({}),
  /** For devices of members that are not in the group yet. */
  claimKeyPackages: z.strictObject({ conversationId, deviceIds: z.array(deviceId).min(1).max(COUNT_LIMITS.page) }),
};

export interface KeyPackageStatus {
  /** Exactly the references the server holds for the asking device; base64url. */
  readonly oneTime: readonly string[];
  readonly lastResort: string | null;
}

/** Devices that published none have no entry. */
export interface ClaimedKeyPackages {
  readonly keyPackages: readonly { readonly deviceId: DeviceId; readonly keyPackage: string }[];
}

export interface KeyPackagesProcedures {
  readonly publishKeyPackages: Mutation<typeof keyPackageInputs.publishKeyPackages, KeyPackageStatus>;
  readonly keyPackageStatus: Query<typeof keyPackageInputs.keyPackageStatus, KeyPackageStatus>;
  readonly claimKeyPackages: Mutation<typeof keyPackageInputs.claimKeyPackages, ClaimedKeyPackages>;
}
