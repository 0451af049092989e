import { decodeCommit, encodeCommit } from 'ts-mls/commit.js';
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js';
import type { Encoder } from 'ts-mls/codec/tlsEncoder.js';
import type { GroupContext } from 'ts-mls/groupContext.js';
import { decodeGroupSecrets, groupSecretsEncoder } from 'ts-mls/groupSecrets.js';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decodeMlsMessage, encodeMlsMessage } from 'ts-mls/message.js';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import type { PrivateMessage } from 'ts-mls/privateMessage.js';
import {
  addEncoder,
  decodeAdd,
  decodeExternalInit,
  decodeGroupContextExtensions,
  decodePSK,
  decodeReinit,
  decodeRemove,
  decodeUpdate,
  encodeProposal,
  externalInitEncoder,
  groupContextExtensionsEncoder,
  pskEncoder,
  reinitEncoder,
  removeEncoder,
  updateEncoder,
} from 'ts-mls/proposal.js';
import type { PublicMessage } from 'ts-mls/publicMessage.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from 'ts-mls/secretTree.js';
import { expandSenderDataKey, expandSenderDataNonce } from 'ts-mls/sender.js';
import { decodePrivateMessage } from '../../mls/private-framing.ts';
import { openSenderData, protect, unprotect } from '../../mls/private-message.ts';
import { newRatchets, ratchetOf, take } from '../../mls/secret-tree.ts';
import { signedBytes } from '../../mls/signed-content.ts';
import type { VectorContext } from './context.ts';
import { decodeAll, holds, same } from './expect.ts';
import { Fields } from './fields.ts';

const RETENTION = { retainKeysForGenerations: 1000, retainKeysForEpochs: 1, maximumForwardRatchetSteps: 1000 };
/** The vectors of message protection have a group of two, in which the second sends. */
const SENDER = 1;
const LEAVES = 2;
const STAMP = new Uint8Array(16);

export async function secretTree(vector: Fields, context: VectorContext): Promise<void> {
  const { suite } = context;
  const senderData = vector.record('sender_data');
  const sampled = [suite, senderData.bytes('sender_data_secret'), senderData.bytes('ciphertext')] as const;
  same('sender data key', await expandSenderDataKey(...sampled), senderData.bytes('key'));
  same('sender data nonce', await expandSenderDataNonce(...sampled), senderData.bytes('nonce'));

  const leaves = vector.list('leaves');
  const tree = await createSecretTree(leaves.length, vector.bytes('encryption_secret'), suite.kdf);
  const lazy = newRatchets(STAMP, leaves.length, vector.bytes('encryption_secret'));
  for (const leaf of leaves.keys()) {
    const node = tree[2 * leaf]!;
    for (const entry of generationsOf(leaves[leaf])) {
      const generation = entry.number('generation');
      for (const [kind, start] of [
        ['application', node.application],
        ['handshake', node.handshake],
      ] as const) {
        const [{ secret }] = await ratchetUntil(start, generation, RETENTION, suite.kdf);
        same(`${kind} key`, await deriveKey(secret, generation, suite), entry.bytes(`${kind}_key`));
        same(`${kind} nonce`, await deriveNonce(secret, generation, suite), entry.bytes(`${kind}_nonce`));
      }
      const key = take(context, ratchetOf(context, lazy, leaf, leaves.length), generation);
      same('our application key', key.key, entry.bytes('application_key'));
      same('our application nonce', key.nonce, entry.bytes('application_nonce'));
    }
  }
}

function generationsOf(leaf: unknown): readonly Fields[] {
  if (!Array.isArray(leaf)) throw new RangeError('no generations');
  return leaf.map((entry) => new Fields(entry));
}

export async function messageProtection(vector: Fields, context: VectorContext): Promise<void> {
  const { suite } = context;
  const groupContext: GroupContext = {
    version: 'mls10',
    cipherSuite: suite.name,
    groupId: vector.bytes('group_id'),
    epoch: BigInt(vector.number('epoch')),
    treeHash: vector.bytes('tree_hash'),
    confirmedTranscriptHash: vector.bytes('confirmed_transcript_hash'),
    extensions: [],
  };
  for (const kind of ['proposal', 'commit'] as const) {
    for (const content of [
      await openPublic(vector, kind, groupContext, suite),
      await openPrivate(vector, kind, groupContext, suite),
    ]) {
      if (content.contentType === 'proposal') same(kind, encodeProposal(content.proposal), vector.bytes('proposal'));
      else if (content.contentType === 'commit') same(kind, encodeCommit(content.commit), vector.bytes('commit'));
      else throw new Error('another kind of content');
    }
  }
  const opened = await openPrivate(vector, 'application', groupContext, suite);
  holds('application', opened.contentType === 'application');
  await applicationMessage(vector, groupContext, context);
}

async function openPublic(vector: Fields, kind: string, groupContext: GroupContext, suite: VectorContext['suite']) {
  const message = publicMessage(vector.bytes(`${kind}_pub`));
  const key = vector.bytes('signature_pub');
  const { content } = await unprotectPublicMessage(
    vector.bytes('membership_key'),
    groupContext,
    [],
    message,
    suite,
    key,
  );
  return content;
}

async function openPrivate(vector: Fields, kind: string, groupContext: GroupContext, suite: VectorContext['suite']) {
  const { content } = await unprotectPrivateMessage(
    vector.bytes('sender_data_secret'),
    privateMessage(vector.bytes(`${kind}_priv`)),
    await createSecretTree(LEAVES, vector.bytes('encryption_secret'), suite.kdf),
    [],
    groupContext,
    RETENTION,
    suite,
    vector.bytes('signature_pub'),
  );
  return content.content;
}

/** By our own code: theirs, and one that we make of it. */
async function applicationMessage(vector: Fields, groupContext: GroupContext, context: VectorContext): Promise<void> {
  const senderDataSecret = vector.bytes('sender_data_secret');
  const keyOf = (generation: number) => {
    const ratchets = newRatchets(STAMP, LEAVES, vector.bytes('encryption_secret'));
    return take(context, ratchetOf(context, ratchets, SENDER, LEAVES), generation);
  };
  const open = async (bytes: Uint8Array) => {
    const message = decodePrivateMessage(bytes, bytes.length);
    const sender = openSenderData(context, message, senderDataSecret);
    holds('sender', sender.leafIndex === SENDER);
    const { applicationData, signature } = unprotect(context, message, keyOf(sender.generation), sender);
    same('application data', applicationData, vector.bytes('application'));
    const { authenticatedData } = message;
    const content = { groupContext, leafIndex: SENDER, applicationData, authenticatedData };
    const signed = signedBytes(content);
    holds('signature', await context.suite.signature.verify(vector.bytes('signature_pub'), signed, signature));
    return content;
  };
  const content = await open(vector.bytes('application_priv'));
  const signature = await context.suite.signature.sign(vector.bytes('signature_priv'), signedBytes(content));
  await open(
    protect(context, {
      content,
      signature: Uint8Array.from(signature),
      senderDataSecret,
      ratchetKey: keyOf(5),
      reuseGuard: Uint8Array.of(1, 2, 3, 4),
    }),
  );
}

function privateMessage(bytes: Uint8Array): PrivateMessage {
  const message = decodeAll('PrivateMessage', decodeMlsMessage, bytes);
  if (message.wireformat !== 'mls_private_message') throw new Error('not a PrivateMessage');
  return message.privateMessage;
}

function publicMessage(bytes: Uint8Array): PublicMessage {
  const message = decodeAll('PublicMessage', decodeMlsMessage, bytes);
  if (message.wireformat !== 'mls_public_message') throw new Error('not a PublicMessage');
  return message.publicMessage;
}

type RoundTrip = (name: string, bytes: Uint8Array) => void;

function roundTrip<T>(decoder: Decoder<T>, encoder: Encoder<T>): RoundTrip {
  return (name, bytes) => same(name, encoder(decodeAll(name, decoder, bytes)), bytes);
}

const MESSAGE = roundTrip(decodeMlsMessage, encodeMlsMessage);

const ROUND_TRIPS: Readonly<Record<string, RoundTrip>> = {
  mls_welcome: MESSAGE,
  mls_group_info: MESSAGE,
  mls_key_package: MESSAGE,
  public_message_application: MESSAGE,
  public_message_proposal: MESSAGE,
  public_message_commit: MESSAGE,
  private_message: MESSAGE,
  ratchet_tree: roundTrip(decodeRatchetTree, encodeRatchetTree),
  group_secrets: roundTrip(decodeGroupSecrets, encode(groupSecretsEncoder)),
  add_proposal: roundTrip(decodeAdd, encode(addEncoder)),
  update_proposal: roundTrip(decodeUpdate, encode(updateEncoder)),
  remove_proposal: roundTrip(decodeRemove, encode(removeEncoder)),
  pre_shared_key_proposal: roundTrip(decodePSK, encode(pskEncoder)),
  re_init_proposal: roundTrip(decodeReinit, encode(reinitEncoder)),
  external_init_proposal: roundTrip(decodeExternalInit, encode(externalInitEncoder)),
  group_context_extensions_proposal: roundTrip(decodeGroupContextExtensions, encode(groupContextExtensionsEncoder)),
  commit: roundTrip(decodeCommit, encodeCommit),
};

export async function messages(vector: Fields): Promise<void> {
  for (const [name, check] of Object.entries(ROUND_TRIPS)) check(name, vector.bytes(name));
}
