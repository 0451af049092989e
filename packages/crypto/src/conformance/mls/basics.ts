import { encode as encodeField, u32 } from '@seal-chat/protocol';
import { determineLength } from 'ts-mls/codec/variableLength.js';
import { decodeAuthenticatedContent } from 'ts-mls/authenticatedContent.js';
import { refhash } from 'ts-mls/crypto/hash.js';
import { decryptWithLabel, encryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { deriveSecret, deriveTreeSecret, expandWithLabel as libraryExpand } from 'ts-mls/crypto/kdf.js';
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js';
import { encodeGroupContext, type GroupContext } from 'ts-mls/groupContext.js';
import { initializeEpoch, mlsExporter } from 'ts-mls/keySchedule.js';
import { computePskSecret, type PreSharedKeyID } from 'ts-mls/presharedkey.js';
import { createConfirmedHash, createInterimHash } from 'ts-mls/transcriptHash.js';
import { left, parent, right, root, nodeWidth, sibling, toNodeIndex } from 'ts-mls/treemath.js';
import { expandWithLabel } from '../../mls/labels.ts';
import type { VectorContext } from './context.ts';
import { decodeAll, holds, same } from './expect.ts';
import type { Fields } from './fields.ts';

export async function cryptoBasics(vector: Fields, { suite, hash }: VectorContext): Promise<void> {
  const { kdf, hpke, signature } = suite;
  const ref = vector.record('ref_hash');
  same('RefHash', await refhash(ref.text('label'), ref.bytes('value'), suite.hash), ref.bytes('out'));

  const expand = vector.record('expand_with_label');
  const [secret, label, context] = [expand.bytes('secret'), expand.text('label'), expand.bytes('context')];
  const length = expand.number('length');
  same('ExpandWithLabel', await libraryExpand(secret, label, context, length, kdf), expand.bytes('out'));
  same('our ExpandWithLabel', expandWithLabel(hash, secret, label, context, length), expand.bytes('out'));

  const derive = vector.record('derive_secret');
  same('DeriveSecret', await deriveSecret(derive.bytes('secret'), derive.text('label'), kdf), derive.bytes('out'));

  const tree = vector.record('derive_tree_secret');
  const generation = tree.number('generation');
  const treeSecret = [tree.bytes('secret'), tree.text('label')] as const;
  same(
    'DeriveTreeSecret',
    await deriveTreeSecret(...treeSecret, generation, tree.number('length'), kdf),
    tree.bytes('out'),
  );
  same(
    'our DeriveTreeSecret',
    expandWithLabel(hash, ...treeSecret, encodeField(u32, generation), tree.number('length')),
    tree.bytes('out'),
  );

  const sign = vector.record('sign_with_label');
  const [name, content] = [sign.text('label'), sign.bytes('content')];
  const check = (made: Uint8Array) => verifyWithLabel(sign.bytes('pub'), name, content, made, signature);
  holds('VerifyWithLabel', await check(sign.bytes('signature')));
  holds('SignWithLabel', await check(await signWithLabel(sign.bytes('priv'), name, content, signature)));

  const encrypted = vector.record('encrypt_with_label');
  const privateKey = await hpke.importPrivateKey(encrypted.bytes('priv'));
  const opened = [encrypted.text('label'), encrypted.bytes('context')] as const;
  same(
    'DecryptWithLabel',
    await decryptWithLabel(privateKey, ...opened, encrypted.bytes('kem_output'), encrypted.bytes('ciphertext'), hpke),
    encrypted.bytes('plaintext'),
  );
  const publicKey = await hpke.importPublicKey(encrypted.bytes('pub'));
  const sealed = await encryptWithLabel(publicKey, ...opened, encrypted.bytes('plaintext'), hpke);
  same(
    'EncryptWithLabel',
    await decryptWithLabel(privateKey, ...opened, sealed.enc, sealed.ct, hpke),
    encrypted.bytes('plaintext'),
  );
}

export async function deserialization(vector: Fields): Promise<void> {
  const header = vector.bytes('vlbytes_header');
  const { length, lengthFieldSize } = determineLength(header);
  holds('length', length === vector.number('length') && lengthFieldSize === header.length);
}

export async function keySchedule(vector: Fields, { suite }: VectorContext): Promise<void> {
  const { kdf, hpke } = suite;
  let initSecret: Uint8Array = vector.bytes('initial_init_secret');
  for (const [number, epoch] of vector.records('epochs').entries()) {
    const context: GroupContext = {
      version: 'mls10',
      cipherSuite: suite.name,
      groupId: vector.bytes('group_id'),
      epoch: BigInt(number),
      treeHash: epoch.bytes('tree_hash'),
      confirmedTranscriptHash: epoch.bytes('confirmed_transcript_hash'),
      extensions: [],
    };
    same('group_context', encodeGroupContext(context), epoch.bytes('group_context'));
    const [commitSecret, psk] = [epoch.bytes('commit_secret'), epoch.bytes('psk_secret')];
    const secrets = await initializeEpoch(initSecret, commitSecret, context, psk, kdf);
    const { keySchedule: schedule } = secrets;
    same('joiner_secret', secrets.joinerSecret, epoch.bytes('joiner_secret'));
    same('welcome_secret', secrets.welcomeSecret, epoch.bytes('welcome_secret'));
    same('encryption_secret', secrets.encryptionSecret, epoch.bytes('encryption_secret'));
    same('init_secret', schedule.initSecret, epoch.bytes('init_secret'));
    same('sender_data_secret', schedule.senderDataSecret, epoch.bytes('sender_data_secret'));
    same('exporter_secret', schedule.exporterSecret, epoch.bytes('exporter_secret'));
    same('external_secret', schedule.externalSecret, epoch.bytes('external_secret'));
    same('confirmation_key', schedule.confirmationKey, epoch.bytes('confirmation_key'));
    same('membership_key', schedule.membershipKey, epoch.bytes('membership_key'));
    same('resumption_psk', schedule.resumptionPsk, epoch.bytes('resumption_psk'));
    same('epoch_authenticator', schedule.epochAuthenticator, epoch.bytes('epoch_authenticator'));
    const { publicKey } = await hpke.deriveKeyPair(schedule.externalSecret);
    same('external_pub', await hpke.exportPublicKey(publicKey), epoch.bytes('external_pub'));
    const exporter = epoch.record('exporter');
    const request = [exporter.text('label'), exporter.bytes('context'), exporter.number('length')] as const;
    same('exporter', await mlsExporter(schedule.exporterSecret, ...request, suite), exporter.bytes('secret'));
    initSecret = schedule.initSecret;
  }
}

export async function pskSecret(vector: Fields, { suite }: VectorContext): Promise<void> {
  const psks = vector.records('psks').map((psk): [PreSharedKeyID, Uint8Array] => {
    const id = { psktype: 'external' as const, pskId: psk.bytes('psk_id'), pskNonce: psk.bytes('psk_nonce') };
    return [id, psk.bytes('psk')];
  });
  same('psk_secret', await computePskSecret(psks, suite), vector.bytes('psk_secret'));
}

export async function transcriptHashes(vector: Fields, { suite }: VectorContext): Promise<void> {
  const { wireformat, content, auth } = decodeAll(
    'authenticated_content',
    decodeAuthenticatedContent,
    vector.bytes('authenticated_content'),
  );
  if (content.contentType !== 'commit' || auth.contentType !== 'commit') throw new Error('not a Commit');
  const before = vector.bytes('interim_transcript_hash_before');
  const confirmed = await createConfirmedHash(before, { wireformat, content, signature: auth.signature }, suite.hash);
  same('confirmed', confirmed, vector.bytes('confirmed_transcript_hash_after'));
  const interim = await createInterimHash(confirmed, auth.confirmationTag, suite.hash);
  same('interim', interim, vector.bytes('interim_transcript_hash_after'));
  holds(
    'confirmation_tag',
    await suite.hash.verifyMac(vector.bytes('confirmation_key'), auth.confirmationTag, confirmed),
  );
}

export async function treeMath(vector: Fields): Promise<void> {
  const leaves = vector.number('n_leaves');
  holds('n_nodes', nodeWidth(leaves) === vector.number('n_nodes'));
  holds('root', root(leaves) === vector.number('root'));
  const functions = {
    left,
    right,
    parent: (node: ReturnType<typeof toNodeIndex>) => parent(node, leaves),
    sibling: (node: ReturnType<typeof toNodeIndex>) => sibling(node, leaves),
  };
  for (const [name, of] of Object.entries(functions)) {
    for (const [node, expected] of vector.list(name).entries()) {
      if (expected !== null) holds(`${name} of ${node}`, of(toNodeIndex(node)) === expected);
    }
  }
}
