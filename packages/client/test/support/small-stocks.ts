import { CHANNEL_LIMITS, PREKEY_LIMITS } from '@seal-chat/protocol';

/**
 * Devices of tests make as many keys for others as a test uses up: making the shipped stocks of prekeys and KeyPackages
 * takes most of the processor time of a sign-up. Files with a realm of their own run with the shipped ones.
 */
Object.assign(PREKEY_LIMITS, { oneTimeTarget: 12, oneTimeRefillBelow: 3 });
Object.assign(CHANNEL_LIMITS, { keyPackageTarget: 8, keyPackageRefillBelow: 4 });
