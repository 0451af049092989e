import { SealError, utf8, wipe, type Bytes } from '@seal-chat/protocol';
import { composeBufferEncoders, encode } from 'ts-mls/codec/tlsEncoder.js';
import { varLenDataEncoder } from 'ts-mls/codec/variableLength.js';
import { framedContentTBSEncoder, toTbs, type FramedContent } from 'ts-mls/framedContent.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { decodePrivateMessageContent, encodePrivateContentAAD, type PrivateMessage } from 'ts-mls/privateMessage.js';
import { decodeSenderData, encodeSenderData, encodeSenderDataAAD, type SenderData } from 'ts-mls/sender.js';
import { expandWithLabel } from './labels.ts';
import type { Aead } from '../hpke/aead.ts';
import type { HashFamily } from '../hpke/hashes.ts';
import type { SkippedKey } from './ratchets.ts';
import { decodeAll } from './wire.ts';

/**
 * Application messages as PrivateMessages (RFC 9420 §6.3), synchronous and in the open: the library's own function
 * tells neither who sent a message nor its authenticated data. Encodings are the library's.
 */

export interface MessageCrypto {
  readonly hash: HashFamily;
  readonly aead: Aead;
}

/** What an application message says, before it is signed. */
export interface ApplicationContent {
  readonly groupContext: GroupContext;
  readonly leafIndex: number;
  readonly applicationData: Uint8Array;
  readonly authenticatedData: Uint8Array;
}

const SIGNED_LABEL: Bytes = utf8('MLS 1.0 FramedContentTBS');
const SIGNATURE_INPUT = composeBufferEncoders([varLenDataEncoder, varLenDataEncoder]);
const CONTENT = composeBufferEncoders([varLenDataEncoder, varLenDataEncoder]);
const REUSE_GUARD_LENGTH = 4;

/** Returns what the sender's signature is over (§6.1). */
export function signedBytes({
  groupContext,
  leafIndex,
  applicationData,
  authenticatedData,
}: ApplicationContent): Bytes {
  const content: FramedContent = {
    contentType: 'application',
    applicationData,
    groupId: groupContext.groupId,
    epoch: groupContext.epoch,
    sender: { senderType: 'member', leafIndex },
    authenticatedData,
  };
  const tbs = encode(framedContentTBSEncoder)(toTbs(content, 'mls_private_message', groupContext));
  return encode(SIGNATURE_INPUT)([SIGNED_LABEL, tbs]) as Bytes;
}

/** Encrypts signed content with a key of the sender's ratchet, which is wiped (§6.3.1, §6.3.2). */
export function protect(
  { hash, aead }: MessageCrypto,
  input: {
    readonly content: ApplicationContent;
    readonly signature: Bytes;
    readonly senderDataSecret: Uint8Array;
    readonly ratchetKey: SkippedKey;
    /** 4 random bytes. */
    readonly reuseGuard: Bytes;
  },
): PrivateMessage {
  const { content, signature, senderDataSecret, ratchetKey, reuseGuard } = input;
  const { groupId, epoch } = content.groupContext;
  const { authenticatedData } = content;
  const header = { groupId, epoch, contentType: 'application', authenticatedData } as const;
  const plaintext = encode(CONTENT)([content.applicationData, signature]);
  const nonce = guardedNonce(ratchetKey.nonce, reuseGuard);
  const ciphertext = aead.seal(ratchetKey.key, nonce, encodePrivateContentAAD(header), plaintext);
  const senderData = encodeSenderData({
    leafIndex: content.leafIndex,
    generation: ratchetKey.generation,
    reuseGuard: reuseGuard as SenderData['reuseGuard'],
  });
  const keys = senderDataKeys({ hash, aead }, senderDataSecret, ciphertext);
  const encryptedSenderData = aead.seal(keys.key, keys.nonce, encodeSenderDataAAD(header), senderData);
  wipe(plaintext, senderData, keys.key, ratchetKey.key, ratchetKey.nonce);
  return { ...header, encryptedSenderData, ciphertext };
}

/** Reads who sent a message, with which key (§6.3.2). @throws SealError UNDECRYPTABLE */
export function openSenderData(
  crypto: MessageCrypto,
  message: PrivateMessage,
  senderDataSecret: Uint8Array,
): SenderData {
  const { key, nonce } = senderDataKeys(crypto, senderDataSecret, message.ciphertext);
  const opened = crypto.aead.open(key, nonce, encodeSenderDataAAD(message), message.encryptedSenderData);
  wipe(key);
  const senderData = decodeAll(decodeSenderData, opened);
  if (senderData.reuseGuard.length !== REUSE_GUARD_LENGTH)
    throw new SealError('MALFORMED', 'mls: sender data has a wrong length');
  return senderData;
}

/**
 * Decrypts a message with the key of its generation, which is wiped (§6.3.1). The signature is the caller's to check.
 * @throws SealError UNDECRYPTABLE, MALFORMED
 */
export function unprotect(
  { aead }: MessageCrypto,
  message: PrivateMessage,
  { key, nonce }: SkippedKey,
  { reuseGuard }: Pick<SenderData, 'reuseGuard'>,
): { readonly applicationData: Uint8Array; readonly signature: Uint8Array } {
  const guarded = guardedNonce(nonce, reuseGuard);
  const opened = aead.open(key, guarded, encodePrivateContentAAD(message), message.ciphertext);
  wipe(key, nonce);
  const content = decodeAll(decodePrivateMessageContent('application'), opened);
  if (content.contentType !== 'application')
    throw new SealError('MALFORMED', 'mls: the message is not an application message');
  return { applicationData: content.applicationData, signature: content.auth.signature };
}

function senderDataKeys({ hash, aead }: MessageCrypto, secret: Uint8Array, ciphertext: Uint8Array) {
  const sample = ciphertext.subarray(0, hash.size);
  return {
    key: expandWithLabel(hash, secret, 'key', sample, aead.keyLength),
    nonce: expandWithLabel(hash, secret, 'nonce', sample, aead.nonceLength),
  };
}

function guardedNonce(nonce: Bytes, reuseGuard: Uint8Array): Bytes {
  const guarded = nonce.slice();
  for (let i = 0; i < REUSE_GUARD_LENGTH; i++) guarded[i] = guarded[i]! ^ reuseGuard[i]!;
  return guarded;
}
