import { fromHex } from '@seal-chat/protocol';
import { joinGroup, makePskIndex, type ClientState } from 'ts-mls/clientState.js';
import type { ClientConfig } from 'ts-mls/clientConfig.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js';
import { decodeMlsMessage } from 'ts-mls/message.js';
import { processPrivateMessage, processPublicMessage } from 'ts-mls/processMessages.js';
import { decodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { bytesToBase64 } from 'ts-mls/util/byteArray.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import type { VectorContext } from './context.ts';
import { decodeAll, holds, same } from './expect.ts';
import type { Fields } from './fields.ts';

/** The vectors' members have credentials of all kinds, and tell no one's clock. */
const CONFIG: ClientConfig = {
  keyRetentionConfig: { retainKeysForGenerations: 100, retainKeysForEpochs: 100, maximumForwardRatchetSteps: 1000 },
  lifetimeConfig: { maximumTotalLifetime: 2n ** 63n - 1n, validateLifetimeOnReceive: false },
  keyPackageEqualityConfig: { compareKeyPackages: () => false, compareKeyPackageToLeafNode: () => false },
  paddingConfig: { kind: 'alwaysPad', paddingLength: 0 },
  authService: { validateCredential: async () => true },
};

function opened(vector: Fields) {
  const keyPackage = decodeAll('key_package', decodeMlsMessage, vector.bytes('key_package'));
  const welcome = decodeAll('welcome', decodeMlsMessage, vector.bytes('welcome'));
  if (keyPackage.wireformat !== 'mls_key_package' || welcome.wireformat !== 'mls_welcome')
    throw new Error('not what it should be');
  return { keyPackage: keyPackage.keyPackage, welcome: welcome.welcome };
}

export async function welcomeMessage(vector: Fields, { suite }: VectorContext): Promise<void> {
  const { keyPackage, welcome: message } = opened(vector);
  const ref = await makeKeyPackageRef(keyPackage, suite.hash);
  const initKey = await suite.hpke.importPrivateKey(vector.bytes('init_priv'));
  const secrets = await decryptGroupSecrets(initKey, ref, message, suite.hpke);
  if (secrets === undefined) throw new Error('no GroupSecrets');
  const noPsk = new Uint8Array(suite.kdf.size);
  const groupInfo = await decryptGroupInfo(message, secrets.joinerSecret, noPsk, suite);
  if (groupInfo === undefined) throw new Error('no GroupInfo');
  holds('signature', await verifyGroupInfoSignature(groupInfo, vector.bytes('signer_pub'), suite.signature));
  holds('confirmation tag', await verifyGroupInfoConfirmationTag(groupInfo, secrets.joinerSecret, noPsk, suite));
}

export async function passiveClient(vector: Fields, { suite }: VectorContext): Promise<void> {
  const { keyPackage, welcome: message } = opened(vector);
  const psks = Object.fromEntries(
    vector.records('external_psks').map((psk) => [bytesToBase64(psk.bytes('psk_id')), psk.bytes('psk')]),
  );
  const tree = vector.has('ratchet_tree')
    ? decodeAll('ratchet_tree', decodeRatchetTree, vector.bytes('ratchet_tree'))
    : undefined;
  const privateKeys = {
    initPrivateKey: vector.bytes('init_priv'),
    hpkePrivateKey: vector.bytes('encryption_priv'),
    signaturePrivateKey: vector.bytes('signature_priv'),
  };
  const index = makePskIndex(undefined, psks);
  let state = await joinGroup(message, keyPackage, privateKeys, index, suite, tree, undefined, CONFIG);
  same('first epoch', state.keySchedule.epochAuthenticator, vector.bytes('initial_epoch_authenticator'));
  for (const [number, epoch] of vector.records('epochs').entries()) {
    for (const proposal of epoch.list('proposals')) {
      if (typeof proposal !== 'string') throw new RangeError('no proposal');
      state = await processed(state, fromHex(proposal), psks, suite);
    }
    state = await processed(state, epoch.bytes('commit'), psks, suite);
    same(`epoch ${number}`, state.keySchedule.epochAuthenticator, epoch.bytes('epoch_authenticator'));
  }
}

async function processed(
  state: ClientState,
  bytes: Uint8Array,
  psks: Record<string, Uint8Array>,
  suite: VectorContext['suite'],
): Promise<ClientState> {
  const message = decodeAll('handshake message', decodeMlsMessage, bytes);
  const index = makePskIndex(state, psks);
  if (message.wireformat === 'mls_private_message')
    return (await processPrivateMessage(state, message.privateMessage, index, suite)).newState;
  if (message.wireformat === 'mls_public_message')
    return (await processPublicMessage(state, message.publicMessage, index, suite)).newState;
  throw new Error(`a ${message.wireformat}`);
}
