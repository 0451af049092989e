import { z } from 'zod';
import { COUNT_LIMITS, PREKEY_LIMITS, SIZE_LIMITS } from '../limits.ts';
import { KEM_KEY_LENGTH, X25519_KEY_LENGTH } from '../wire/prekeys.ts';
import {
  attachmentIds,
  bytesField,
  challengeId,
  conversationId,
  deviceId,
  deviceListBytes,
  envelopeBytes,
  lifetimeSeconds,
  linkId,
  messageId,
  pageSize,
  position,
  sealedBodyBytes,
  signature,
  uint32,
  userId,
  username,
} from './fields.ts';

/** Inputs of all procedures, by router and name. `z.input` is what a client sends, `z.output` what a service gets. */

const recoveryBlob = bytesField(1, SIZE_LIMITS.recoveryBlob);
const publicPreKey = (keyLength: number) =>
  z.strictObject({ keyId: uint32, publicKey: bytesField(keyLength), signature });
const oneTimeBatch = (keyLength: number) => z.array(publicPreKey(keyLength)).max(PREKEY_LIMITS.oneTimeTarget);
/** Most members of a conversation whose envelopes travel one by one; channels send one MLS message instead. */
const MAX_ENVELOPES = 2 * COUNT_LIMITS.devicesPerUser;

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

export const userInputs = {
  search: z.strictObject({ query: z.string().trim().min(1).max(SIZE_LIMITS.usernameMax), limit: pageSize }),
  profiles: z.strictObject({ userIds: z.array(userId).min(1).max(COUNT_LIMITS.page) }),
};

export const deviceInputs = {
  /** Every list of each user after version `since` (0 = all). */
  lists: z.strictObject({
    users: z
      .array(z.strictObject({ userId, since: uint32 }))
      .min(1)
      .max(COUNT_LIMITS.page),
  }),
  /** Publishes the next version of the caller's own list, with devices removed. */
  update: z.strictObject({ deviceList: deviceListBytes, signature }),
  /** The caller's local store is at revision `rev`; the answer says whether the server has seen a later one. */
  checkpoint: z.strictObject({ rev: position }),
};

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

export const recoveryInputs = {
  fetch: z.strictObject({ username }),
  store: z.strictObject({ blob: recoveryBlob }),
};

const linkStep = z.int().min(1).max(4);
export const linkingInputs = {
  open: z.strictObject({ linkId }),
  /** Writes one step; each is written once. */
  send: z.strictObject({ linkId, step: linkStep, payload: bytesField(1, SIZE_LIMITS.linkPayload) }),
  receive: z.strictObject({ linkId, step: linkStep }),
};

export const conversationInputs = {
  openDm: z.strictObject({ userId }),
  list: z.strictObject({ after: conversationId.nullable(), limit: pageSize }),
  get: z.strictObject({ conversationId }),
};

export const messageInputs = {
  send: z.strictObject({
    conversationId,
    messageId,
    /** The device-list version of every member, as the sender knows it. */
    deviceLists: z
      .array(z.strictObject({ userId, version: uint32 }))
      .min(1)
      .max(COUNT_LIMITS.page),
    body: sealedBodyBytes,
    /** One for each device of every member except the sending one. */
    envelopes: z.array(z.strictObject({ deviceId, envelope: envelopeBytes })).max(MAX_ENVELOPES),
    lifetimeSeconds: lifetimeSeconds.optional(),
    attachmentIds: attachmentIds.optional(),
  }),
  /** Deletes the body of a message for good: its sender may, and who moderates the channel. */
  remove: z.strictObject({ conversationId, seq: position }),
  /** Messages before sequence number `before` (null = the latest), newest first. */
  history: z.strictObject({ conversationId, before: position.nullable(), limit: pageSize }),
  /** Asks the sender of a message for a new envelope. */
  requestRetry: z.strictObject({ conversationId, seq: position }),
  /** Answers such a request: the same body, a new envelope for one device. */
  retry: z.strictObject({ conversationId, seq: position, deviceId, envelope: envelopeBytes }),
};

export const syncInputs = {
  /** `lastEventId` is the position of the last event the device has stored; tRPC fills it in when it reconnects. */
  subscribe: z.strictObject({
    lastEventId: z
      .string()
      .regex(/^\d{1,15}$/)
      .nullish(),
  }),
  /** Everything up to and including `position` is stored on the device and may be deleted from its mailbox. */
  ack: z.strictObject({ position }),
  typing: z.strictObject({ conversationId, isTyping: z.boolean() }),
  presence: z.strictObject({ state: z.enum(['online', 'away']) }),
};
