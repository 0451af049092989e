import { randomBytes } from 'node:crypto';
import {
  acceptAll,
  createApplicationMessage,
  createCommit,
  createGroup,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPrivateMessage,
  processMessage,
  type ClientState,
  type MLSMessage,
} from 'ts-mls';
import { installedVersion } from '../crypto/version.ts';
import type { Contender } from './contender.ts';

function decode<Wireformat extends MLSMessage['wireformat']>(
  bytes: Uint8Array,
  wireformat: Wireformat,
): Extract<MLSMessage, { wireformat: Wireformat }> {
  const message = decodeMlsMessage(bytes, 0)?.[0];
  if (message?.wireformat !== wireformat) throw new Error(`ts-mls: no ${wireformat}`);
  return message as Extract<MLSMessage, { wireformat: Wireformat }>;
}

/** The library as it comes, with the provider it comes with; its states stay in memory. */
export function createTsMls(): Contender<Uint8Array> {
  return {
    name: 'ts-mls',
    version: installedVersion('ts-mls'),
    async open(members) {
      const suite = await getCiphersuiteImpl(getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'));
      const createDevice = () =>
        generateKeyPackage(
          { credentialType: 'basic', identity: randomBytes(48) },
          defaultCapabilities(),
          defaultLifetime,
          [],
          suite,
        );
      const first = await createDevice();
      const others = [];
      while (others.length < members - 1) others.push(await createDevice());
      const second = others[0]!;
      const created = await createGroup(randomBytes(36), first.publicPackage, first.privatePackage, [], suite);
      const grown = await createCommit(
        { state: created, cipherSuite: suite },
        {
          extraProposals: others.map(({ publicPackage }) => ({
            proposalType: 'add',
            add: { keyPackage: publicPackage },
          })),
          ratchetTreeExtension: true,
        },
      );
      const welcome = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: grown.welcome! });
      const enter = (): Promise<ClientState> =>
        joinGroup(
          decode(welcome, 'mls_welcome').welcome,
          second.publicPackage,
          second.privatePackage,
          emptyPskIndex,
          suite,
        );
      const base = { sender: grown.newState, receiver: await enter() };
      let { sender, receiver } = base;
      const renewal = async (): Promise<Uint8Array> =>
        encodeMlsMessage(
          (await createCommit({ state: base.sender, cipherSuite: suite }, { wireAsPublicMessage: true })).commit,
        );
      return {
        channel: {
          async encrypt(plaintext) {
            const { newState, privateMessage } = await createApplicationMessage(sender, plaintext, suite);
            sender = newState;
            return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
          },
          async decrypt(bytes) {
            const { privateMessage } = decode(bytes, 'mls_private_message');
            const result = await processPrivateMessage(receiver, privateMessage, emptyPskIndex, suite);
            if (result.kind !== 'applicationMessage') throw new Error('ts-mls: no application message');
            receiver = result.newState;
            return result.message;
          },
          lengthOf: ({ length }) => length,
        },
        membership: {
          commit: renewal,
          async process(commit) {
            const message = decode(commit as Uint8Array, 'mls_public_message');
            await processMessage(message, base.receiver, emptyPskIndex, acceptAll, suite);
          },
          join: async () => void (await enter()),
          commitLength: (await renewal()).length,
          welcomeLength: welcome.length,
        },
      };
    },
  };
}
